"""Writes events: one object, one line, one `write(2)`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine.events.schema import (
    MAX_LINE_BYTES,
    CheckpointEvent,
    Event,
    Level,
    LogEvent,
    MetricsEvent,
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


class EventWriter:
    """The one writer of an events file. Continues `seq` where an earlier writer left it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._encoder = msgspec.json.Encoder()
        self._seq = _mend_and_count(path, self._fd)

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
        import socket

        self.write(
            RunEvent(
                t=time.time(),
                seq=self._seq,
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
        )

    def metrics(
        self, step: int, values: Mapping[str, float | None], *, split: str = "train", epoch: float = 0.0
    ) -> None:
        """Numbers measured at a step. NaN and infinity are written as null."""
        self.write(
            MetricsEvent(t=time.time(), seq=self._seq, step=step, epoch=epoch, split=split, values=dict(values))
        )

    def progress(
        self, phase: str, step: int, steps: int, *, epoch: float = 0.0, epochs: float = 0.0, rate: float = 0.0
    ) -> None:
        self.write(
            ProgressEvent(
                t=time.time(),
                seq=self._seq,
                phase=phase,
                step=step,
                steps=steps,
                epoch=epoch,
                epochs=epochs,
                rate=rate,
            )
        )

    def status(self, state: State, *, reason: str | None = None, message: str = "", attempt: int = 1) -> None:
        self.write(
            StatusEvent(t=time.time(), seq=self._seq, state=state, reason=reason, message=message, attempt=attempt)
        )

    def checkpoint(self, step: int, path: str, *, score: float | None = None, best: bool = False) -> None:
        self.write(CheckpointEvent(t=time.time(), seq=self._seq, step=step, path=path, score=score, best=best))

    def signal(self, kind: SignalKind, *, metric: str = "", message: str = "", step: int = 0) -> None:
        self.write(SignalEvent(t=time.time(), seq=self._seq, kind=kind, metric=metric, message=message, step=step))

    def sample(self, step: int, sample: dict[str, object], prediction: dict[str, object]) -> None:
        self.write(SampleEvent(t=time.time(), seq=self._seq, step=step, sample=sample, prediction=prediction))

    def log(self, message: str, level: Level = "info") -> None:
        self.write(LogEvent(t=time.time(), seq=self._seq, level=level, message=message))

    def system(self, values: Mapping[str, float | None]) -> None:
        self.write(SystemEvent(t=time.time(), seq=self._seq, values=dict(values)))

    def write(self, event: Event) -> None:
        """Append one event. Raises OSError when the disk is full: nothing half-written stays."""
        line = self._encoder.encode(event) + b"\n"
        if len(line) > MAX_LINE_BYTES:
            raise ValueError(f"event of {len(line)} bytes; a line holds at most {MAX_LINE_BYTES}")
        os.write(self._fd, line)
        self._seq += 1

    def close(self) -> None:
        os.close(self._fd)


def _mend_and_count(path: Path, fd: int) -> int:
    """Close a torn last line of a writer that was killed, and return the next free `seq`."""
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        os.write(fd, b"\n")
    for line in reversed(data.splitlines()):
        try:
            return int(msgspec.json.decode(line)["seq"]) + 1
        except (msgspec.DecodeError, KeyError, TypeError):
            continue
    return 0
