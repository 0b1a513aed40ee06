"""A run's two files as one stream of server-sent events, resumed by byte offsets.

The offsets stand at the starts of lines, and nothing before them ever changes: files of a run are only appended to.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from anyio import to_thread

from engine.errors import NotFoundError
from engine.events.schema import MAX_LINE_BYTES
from engine.events.tail import parse_line
from engine.runs.paths import RunPaths
from engine.runs.state import look
from engine.service.service import Service

_BLOCK = 8 * MAX_LINE_BYTES
RETRY_MS = 2000


@dataclass(frozen=True)
class Position:
    """How far a reader of both files is."""

    status: int = 0
    events: int = 0
    ended: bool = False
    """Whether the reader has heard that the run is over."""

    @classmethod
    def parse(cls, text: str | None) -> Position | None:
        """From a `Last-Event-ID`; None for none, and for what is none of ours."""
        found = re.fullmatch(r"(\d{1,15})-(\d{1,15})(-end)?", text or "", re.ASCII)
        return cls(int(found[1]), int(found[2]), found[3] is not None) if found else None

    def __str__(self) -> str:
        return f"{self.status}-{self.events}{'-end' if self.ended else ''}"


@dataclass(frozen=True)
class Line:
    """An event as it stands in its file."""

    kind: str
    text: str
    end: int
    """Offset behind it."""


def lines_from(path: Path, start: int) -> list[Line]:
    """The whole lines after an offset that are events, a bounded piece of the file at once; from the start where the
    offset is none of a line."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return []
    try:
        if start and os.pread(fd, 1, start - 1) != b"\n":
            start = 0
        block = os.pread(fd, _BLOCK, start)
    finally:
        os.close(fd)
    found, end = [], start
    for line in block[: block.rfind(b"\n") + 1].split(b"\n")[:-1]:
        end += len(line) + 1
        event = parse_line(line)
        kind = type(event).__struct_config__.tag if event is not None else None
        # Between its values JSON allows what ends a line of a stream.
        found.append(Line(str(kind), line.decode().replace("\r", " ") if kind else "", end))
    if not found and len(block) == _BLOCK:  # no event is this long
        found.append(Line("None", "", start + len(block)))
    return found


class Events:
    """The stream of one reader."""

    def __init__(self, service: Service, paths: RunPaths, start: Position | None) -> None:
        self._service, self._paths = service, paths
        self._at = start or Position()

    async def is_exhausted(self) -> bool:
        """Whether the run is over, the reader knows it, and nothing is left of it."""
        return await to_thread.run_sync(self._is_exhausted)

    async def messages(self) -> AsyncIterator[bytes]:
        """Events in the order of their files, comments while nothing happens, `end` when the run is over."""
        limits = self._service.limits
        yield f"retry: {RETRY_MS}\n\n".encode()
        spoken = time.monotonic()
        while not self._service.closing.is_set():
            batch, state = await to_thread.run_sync(self._next)
            if batch:
                spoken = time.monotonic()
                yield batch
            elif state is not None:
                last = replace(self._at, ended=True)
                yield f'event: end\nid: {last}\ndata: {{"state": "{state}"}}\n\n'.encode()
                return
            else:
                if time.monotonic() - spoken > limits.heartbeat_s:
                    spoken = time.monotonic()
                    yield b": still here\n\n"
                await asyncio.sleep(limits.poll_s)

    def _next(self) -> tuple[bytes, str | None]:
        """The next messages; where there are none, the state of a run that is over."""
        batch = self._read()
        if batch or (ended := self._ended()) is None:
            return batch, None
        return self._read(), ended  # what was written before the end is in the files now

    def _read(self) -> bytes:
        found = bytearray()
        for line in lines_from(self._paths.status, self._at.status):
            self._at = Position(line.end, self._at.events)
            found += self._message(line)
        for line in lines_from(self._paths.events, self._at.events):
            self._at = Position(self._at.status, line.end)
            found += self._message(line)
        return bytes(found)

    def _message(self, line: Line) -> bytes:
        return f"event: {line.kind}\nid: {self._at}\ndata: {line.text}\n\n".encode() if line.text else b""

    def _ended(self) -> str | None:
        try:
            view = look(self._paths)
        except NotFoundError:
            return "removed"
        return view.state if view.is_over else None

    def _is_exhausted(self) -> bool:
        return (
            self._at.ended
            and self._ended() is not None
            and not any(
                lines_from(path, offset)
                for path, offset in ((self._paths.status, self._at.status), (self._paths.events, self._at.events))
            )
        )


def events_of(service: Service, paths: RunPaths, start: Position | None) -> Events:
    """The events of a run from a position, or from its beginning."""
    return Events(service, paths, start)
