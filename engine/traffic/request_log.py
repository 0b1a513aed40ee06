"""What was answered, on disk: a line for each request, in pieces of bounded size. No inputs, no keys, no answers.

    models/PROFILE/MODEL/traffic/LOG/
      requests-000001.jsonl   a piece; its first line holds the totals of all pieces before it
      outcomes.jsonl          engine.traffic.outcomes
      .lock                   held while lines are added

The id of a request says where its line lies, so an outcome finds it without an index; a random part makes ids that
nobody was given useless. Old pieces go: what was counted stays in the totals, but can no longer be labelled.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from engine.errors import NotFoundError, WorkError
from engine.files import write_atomic
from engine.runs.locks import try_lock
from engine.traffic.assignment import Arm

Decision = Literal["automatic", "human", ""]
PIECE_BYTES = 4 * 2**20
PIECES = 16
"""Pieces that stay: some 300,000 requests can be labelled."""
LONGEST_LINE = 4096
PATIENCE_S = 10.0
_ID = re.compile(r"(\d{1,6})-(\d{1,10})-([0-9a-f]{16})", re.ASCII)
_PIECE = re.compile(r"requests-(\d{6})\.jsonl", re.ASCII)


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a version made of a request."""

    version: int
    ms: float
    """Time that the prediction took, with the wait for its batch."""
    confidence: float | None = None
    decision: Decision = ""
    failed: bool = False
    """It gave no answer."""
    digest: str = ""
    """Of the answer (`engine.traffic.decisions.digest_of`), so that a correction can be held against it."""


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="request"):
    """A request that was answered."""

    id: str = ""
    """Given by the log."""
    t: float
    key: str
    """Hash of its key."""
    arm: Arm
    """Who answered."""
    share: float = 0.0
    """Per cent of the keys that the candidate had then."""
    answer: Answer
    shadow: Answer | None = None
    """What the candidate would have answered."""


class Count(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Requests of a version."""

    requests: int = 0
    failed: int = 0
    automatic: int = 0
    human: int = 0

    def add(self, answer: Answer) -> None:
        self.requests += 1
        self.failed += answer.failed
        self.automatic += answer.decision == "automatic"
        self.human += answer.decision == "human"

    def __add__(self, other: Count) -> Count:
        return Count(
            requests=self.requests + other.requests,
            failed=self.failed + other.failed,
            automatic=self.automatic + other.automatic,
            human=self.human + other.human,
        )


class Totals(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="kind", tag="totals"):
    """Requests by version: those that were answered to a caller, and those that the candidate only saw."""

    answered: dict[int, Count] = {}
    shadowed: dict[int, Count] = {}

    def add(self, request: Request) -> None:
        self.answered.setdefault(request.answer.version, Count()).add(request.answer)
        if request.shadow is not None:
            self.shadowed.setdefault(request.shadow.version, Count()).add(request.shadow)


_decode = msgspec.json.Decoder(Request | Totals).decode
OF_PRODUCTION = "production-"
"""Begins the names of logs of requests that were answered outside any deployment."""


class RequestLog:
    """Adds to a log and finds requests in it. Several processes may do so at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, requests: Sequence[Request]) -> list[Request]:
        """Add lines by one write; the requests with their ids. Not fsynced: they survive a kill, not a power cut.

        Raises WorkError where the log is held for too long, OSError.
        """
        with self._locked():
            number = self._ready_piece()
            fd = os.open(self._piece(number), os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                end = os.fstat(fd).st_size
                # A torn line is kept and ended, so that it stays a line of its own.
                content = bytearray(b"\n" if end and os.pread(fd, 1, end - 1) != b"\n" else b"")
                named = []
                for request in requests:
                    id = f"{number}-{end + len(content)}-{secrets.token_hex(8)}"
                    named.append(msgspec.structs.replace(request, id=id))
                    content += msgspec.json.encode(named[-1]) + b"\n"
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(fd, rest) :]
            finally:
                os.close(fd)
        return named

    def find(self, id: str) -> Request:
        """A request by its id. Raises NotFoundError for one that nobody was given, or that is too old."""
        found = _ID.fullmatch(id)
        line = b""
        if found is not None:
            with contextlib.suppress(OSError), self._piece(int(found[1])).open("rb") as file:
                file.seek(int(found[2]))
                line = file.readline(LONGEST_LINE)
        request = _read(line)
        if not isinstance(request, Request) or request.id != id:
            raise NotFoundError(
                "there is no such request, or it is too old to be labelled",
                where=id[:60],
                fix="give the id that came with the answer",
            )
        return request

    def pieces(self) -> list[int]:
        """Numbers of the pieces that are there, oldest first."""
        if not self.folder.is_dir():
            return []
        found = (_PIECE.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in found if match is not None)

    def lines(self, number: int, start: int = 0) -> tuple[list[Request | Totals], int]:
        """What stands in the whole lines of a piece from `start` on, and where the last one ends."""
        try:
            with self._piece(number).open("rb") as file:
                file.seek(start)
                content = file.read()
        except FileNotFoundError:
            return [], start
        whole = content[: content.rfind(b"\n") + 1]
        return [one for one in map(_read, whole.split(b"\n")) if one is not None], start + len(whole)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        fd = try_lock(self.folder / ".lock", patience_s=PATIENCE_S)
        if fd is None:
            raise WorkError("another process holds the log of requests", where=str(self.folder), fix="try again")
        try:
            yield
        finally:
            os.close(fd)

    def _ready_piece(self) -> int:
        """The piece that lines are added to; a new one when the last is full, which takes its totals along."""
        pieces = self.pieces()
        if not pieces:
            self._begin(1, Totals())
            return 1
        last = pieces[-1]
        if self._piece(last).stat().st_size < PIECE_BYTES:
            return last
        totals = Totals()
        for line in self.lines(last)[0]:
            totals = line if isinstance(line, Totals) else totals
            if isinstance(line, Request):
                totals.add(line)
        self._begin(last + 1, totals)
        for old in pieces[: -(PIECES - 1)]:
            self._piece(old).unlink(missing_ok=True)
        return last + 1

    def _begin(self, number: int, totals: Totals) -> None:
        write_atomic(self._piece(number), msgspec.json.encode(totals) + b"\n")

    def _piece(self, number: int) -> Path:
        return self.folder / f"requests-{number:06d}.jsonl"


def is_of_production(log: RequestLog) -> bool:
    """Whether its requests were answered outside any deployment."""
    return log.folder.name.startswith(OF_PRODUCTION)


def _read(line: bytes) -> Request | Totals | None:
    """None for what a crash or a damaged disk left."""
    try:
        return _decode(line)
    except (ValueError, RecursionError):
        return None
