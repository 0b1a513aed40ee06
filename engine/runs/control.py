"""Requests to a run: `control.json`, replaced atomically, polled by worker and trainer."""

from __future__ import annotations

import json
import os
import time

from engine.files import write_atomic
from engine.runs.paths import RunPaths
from engine.tasks.contract import Stop

POLL_EVERY_S = 0.05


def request_stop(paths: RunPaths, now: bool = False) -> None:
    """Ask a run to stop: after its step with an evaluation, or now. Asking twice is no harm."""
    stop = Stop.NOW if now else Stop.AFTER_STEP
    if stop_requested(paths) is Stop.NOW:
        return
    write_atomic(paths.control, json.dumps({"stop": stop.value}) + "\n")


def request_kill(paths: RunPaths) -> None:
    """Ask its worker to end the trainer by force. For whoever knows no kill it is a request to stop now."""
    write_atomic(paths.control, json.dumps({"stop": Stop.NOW.value, "kill": True}) + "\n")


def kill_requested(paths: RunPaths) -> bool:
    """Whether the stop that was asked for is a kill."""
    try:
        return json.loads(paths.control.read_bytes()).get("kill") is True
    except (OSError, ValueError, AttributeError):
        return False


def stop_requested(paths: RunPaths) -> Stop:
    """What was asked. An unreadable request is none."""
    try:
        return Stop(json.loads(paths.control.read_bytes())["stop"])
    except (OSError, ValueError, KeyError, TypeError):
        return Stop.NO


def clear_requests(paths: RunPaths) -> None:
    """Forget earlier requests, before a run goes on."""
    paths.control.unlink(missing_ok=True)


class StopPoll:
    """Cheap to ask in every step: at most one `stat` every 50 ms, a read only after a change."""

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._path = os.fspath(paths.control)
        self._next = 0.0
        self._seen: tuple[int, int] | None = None
        self._stop = Stop.NO

    def __call__(self) -> Stop:
        now = time.monotonic()
        if now < self._next:
            return self._stop
        self._next = now + POLL_EVERY_S
        try:
            found = os.stat(self._path)  # noqa: PTH116 - a Path costs ten times the call
        except FileNotFoundError:
            return self._stop
        identity = (found.st_ino, found.st_mtime_ns)
        if identity != self._seen:
            self._seen, self._stop = identity, stop_requested(self._paths)
        return self._stop
