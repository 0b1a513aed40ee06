"""Trainings cut off at a chosen moment, and the events they left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from engine.tasks.contract import Job, Stop


class Killed(BaseException):
    """Stands for SIGKILL inside one process: nothing of ours may catch it."""


def kill() -> Stop:
    raise Killed


def after(calls: int, answer: Callable[[], Stop]) -> Callable[[], Stop]:
    """A `should_stop` that gives `answer` after so many calls, and in each one from then on."""
    count = 0

    def should_stop() -> Stop:
        nonlocal count
        count += 1
        return answer() if count > calls else Stop.NO

    return should_stop


def events(job: Job, kind: str) -> list[dict[str, Any]]:
    """Every event of this type that the job has on disk."""
    decoded = map(msgspec.json.decode, job.paths.events.read_bytes().splitlines())
    return [event for event in decoded if event["type"] == kind]
