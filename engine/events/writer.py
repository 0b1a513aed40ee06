"""Writes events: one object, one line, one `write(2)`."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from engine.events.mend import mend
from engine.events.schema import (
    MAX_LINE_BYTES,
    CheckpointEvent,
    Event,
    Level,
    LogEvent,
    ProgressEvent,
    RunEvent,
    SampleEvent,
    SignalEvent,
    SignalKind,
    State,
    StatusEvent,
    SystemEvent,
    TargetInfo,
)

_CUT = " … (cut)"


class EventWriter:
    """The one writer of an events file. Threads may share it.

    `seq` goes on where an earlier writer left it, and `t` never goes back within a file: when the
    clock jumps back, time goes on from the last event at the clock's pace, until the clock has
    caught up. A write that fails (a full disk) raises OSError and leaves neither half a line nor a
    gap in `seq`; the next write tries again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._lock = threading.Lock()
        self._encode = msgspec.json.Encoder(enc_hook=_number).encode
        self._line = _MetricsLine(t=0.0, seq=0, step=0, values={})
        self._behind_t = 0.0
        self._behind_s = 0.0
        self._unsure = False
        """A write failed half way, or was interrupted: the file knows better than `_seq`."""
        self._seq = 0
        self._last_t = 0.0
        try:
            self._look()
        except BaseException:
            os.close(self._fd)
            raise

    def run(
        self,
        run_id: str,
        *,
        profile: str = "",
        model: str = "",
        task: str = "",
        device: str = "",
        headline: str = "",
        targets: list[TargetInfo] | None = None,
        attempt: int = 1,
        resumed_step: int | None = None,
    ) -> None:
        """The first line of a file, and of each further attempt."""
        self._append(
            RunEvent,
            id=run_id,
            profile=profile,
            model=model,
            task=task,
            device=device,
            headline=headline,
            targets=targets or [],
            attempt=attempt,
            resumed_step=resumed_step,
            host=socket.gethostname(),
            pid=os.getpid(),
        )

    def metrics(
        self, step: int, values: Mapping[str, float | None], *, split: str = "train", epoch: float = 0.0
    ) -> None:
        """Numbers measured at a step. NaN and infinity are written as null."""
        line = self._line
        with self._lock:
            # The one event that a training writes in every step: a struct that is used again, two
            # microseconds in all (benchmarks/events.py).
            t = time.time()
            line.t = t if t >= self._last_t else self._after_jump(t)
            line.step = step
            line.epoch = epoch
            line.split = split
            line.values = values if type(values) is dict else dict(values)
            if self._unsure:
                self._look()
            line.seq = self._seq
            self._put(line.t, self._encode(line) + b"\n")

    def progress(
        self, phase: str, step: int, steps: int, *, epoch: float = 0.0, epochs: float = 0.0, rate: float = 0.0
    ) -> None:
        self._append(ProgressEvent, phase=phase, step=step, steps=steps, epoch=epoch, epochs=epochs, rate=rate)

    def status(self, state: State, *, reason: str | None = None, message: str = "", attempt: int = 1) -> None:
        self._append(StatusEvent, state=state, reason=reason, message=message, attempt=attempt)

    def checkpoint(self, step: int, path: str, *, score: float | None = None, best: bool = False) -> None:
        self._append(CheckpointEvent, step=step, path=path, score=score, best=best)

    def signal(self, kind: SignalKind, *, metric: str = "", message: str = "", step: int = 0) -> None:
        self._append(SignalEvent, kind=kind, metric=metric, message=message, step=step)

    def sample(self, step: int, sample: Mapping[str, object], prediction: Mapping[str, object]) -> None:
        """A sample for people. Raises ValueError when it does not fit in a line."""
        self._append(SampleEvent, step=step, sample=dict(sample), prediction=dict(prediction))

    def log(self, message: str, level: Level = "info") -> None:
        """A sentence for people; one too long for a line is cut."""
        self._append(LogEvent, level=level, message=message)

    def system(self, values: Mapping[str, float | None]) -> None:
        self._append(SystemEvent, values=dict(values))

    def write(self, event: Event) -> None:
        """Append an event that was made elsewhere: with the next `seq`, and its own `t` unless that
        lies before the last one's."""
        with self._lock:
            if self._unsure:
                self._look()
            t = max(event.t, self._last_t)
            self._put(t, self._encode(msgspec.structs.replace(event, t=t, seq=self._seq)) + b"\n")

    def close(self) -> None:
        """Let go of the file. Closing twice is no harm."""
        with self._lock:
            fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, event: type[Event], /, **fields: Any) -> None:
        with self._lock:
            if self._unsure:
                self._look()
            t = time.time()
            if t < self._last_t:
                t = self._after_jump(t)
            self._put(t, self._fitting_line(event, t, fields))

    def _fitting_line(self, event: type[Event], t: float, fields: dict[str, Any]) -> bytes:
        """The event as a line. A message too long for one is cut, and what is no text in it is spelled out."""
        while True:
            try:
                line = self._encode(event(t=t, seq=self._seq, **fields)) + b"\n"
            except UnicodeEncodeError:  # a file name that is not UTF-8, in an error message
                if "message" not in fields:
                    raise
                fields["message"] = fields["message"].encode("utf-8", "backslashreplace").decode()
                continue
            message = fields.get("message", "")
            if len(line) <= MAX_LINE_BYTES or len(message) <= len(_CUT):
                return line
            keep = len(message) * MAX_LINE_BYTES // len(line) - 256
            fields["message"] = message[: max(0, min(keep, len(message) - len(_CUT) - 1))] + _CUT

    def _put(self, t: float, line: bytes) -> None:
        """One line, whole or not at all. The caller holds the lock."""
        if len(line) > MAX_LINE_BYTES:
            raise ValueError(f"an event of {len(line):,} bytes; a line holds at most {MAX_LINE_BYTES:,}")
        written = 0
        try:
            written = os.write(self._fd, line)
            while written < len(line):  # the disk is full: the next write says so, or there is room again
                written += os.write(self._fd, line[written:])
            self._seq += 1
            self._last_t = t
        except BaseException as problem:  # KeyboardInterrupt too: it may come between the write and the count
            self._unsure = True
            with contextlib.suppress(OSError):
                if written and isinstance(problem, OSError):
                    os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
                self._look()
            raise

    def _look(self) -> None:
        """Cut a torn last line off, and go on with `seq` and `t` where the file ends."""
        self._seq, last_t = mend(self._fd)
        self._last_t = max(self._last_t, last_t)
        self._unsure = False

    def _after_jump(self, t: float) -> float:
        """The time to write when the clock stands before the last event: as far behind as it was."""
        if self._last_t != self._behind_t or t + self._behind_s < self._last_t:
            self._behind_s = self._last_t - t
        self._behind_t = t + self._behind_s
        return self._behind_t


class _MetricsLine(msgspec.Struct, tag_field="type", tag="metrics", omit_defaults=True, kw_only=True):
    """A MetricsEvent that can be used again."""

    t: float
    seq: int
    step: int
    epoch: float = 0.0
    split: str = "train"
    values: Mapping[str, float | None]


def _number(value: object) -> float:
    """Numbers of numpy and torch, which JSON does not know."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise TypeError(f"an event cannot hold {type(value).__name__}") from None
