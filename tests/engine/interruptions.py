"""Trainings cut off at a chosen moment, what resumes them, and the events they left."""

from __future__ import annotations

import dataclasses
import itertools
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from engine.runs.checkpoints import newest_valid
from engine.tasks.contract import Job, Stop, Task


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


def resumed(job: Job, should_stop: Callable[[], Stop] = lambda: Stop.NO) -> Job:
    """The job as the next attempt gets it."""
    checkpoint = newest_valid(job.paths.checkpoints)
    return dataclasses.replace(job, resume_from=checkpoint.path if checkpoint else None, should_stop=should_stop)


@dataclass(frozen=True)
class Uninterrupted:
    """What a run ends with when nothing happens to it."""

    result: dict[str, Any]
    questions: int
    """How often it asked whether to stop."""

    def at(self, part: float) -> int:
        return int(part * self.questions)


def train_through(task: Task, job: Job, handed_over: Callable[[Job], dict[str, Any]]) -> Uninterrupted:
    """Train the job to its end and count."""
    questions = itertools.count()

    def should_stop() -> Stop:
        next(questions)
        return Stop.NO

    with pytest.MonkeyPatch.context() as patch:
        without_pulse(patch)
        task.train(dataclasses.replace(job, should_stop=should_stop))
    return Uninterrupted(handed_over(job), next(questions))


def without_pulse(patch: pytest.MonkeyPatch) -> None:
    """Where the calls of `should_stop` are counted, a slow machine must not add any."""
    patch.setattr("engine.training.pulse.PULSE_EVERY_S", math.inf)


TRAIN = """
import os, signal, sys
from pathlib import Path
import torch
from engine.datasets.store import open_dataset
from engine.events.writer import EventWriter
from engine.runs.paths import RunPaths
from engine.tasks.catalog import find_task
from engine.tasks.contract import Job
from engine.workspace import Workspace
from tests.engine.interruptions import after, resumed

def die():
    os.kill(os.getpid(), signal.SIGKILL)

torch.set_num_threads(1)
root, dataset, calls, headline, config = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
dataset, paths = open_dataset(Workspace(root), dataset), RunPaths(root)
task = find_task(dataset.manifest.task)
job = Job(
    run_id="x", config=task.config_class.model_validate_json(config), dataset=dataset, device="cpu", paths=paths,
    events=EventWriter(paths.events), should_stop=after(calls, die), headline=headline,
)
task.train(resumed(job, job.should_stop))
"""


def trainer(job: Job, *, calls: int = sys.maxsize) -> list[str]:
    """A command that trains the job from where it stands, and kills itself when it asks once more than `calls`
    times whether to stop."""
    given = [str(job.paths.root), str(job.dataset.path), str(calls), job.headline, job.config.model_dump_json()]
    return [sys.executable, "-c", TRAIN, *given]


def events(job: Job, kind: str) -> list[dict[str, Any]]:
    """Every event of this type that the job has on disk."""
    decoded = map(msgspec.json.decode, job.paths.events.read_bytes().splitlines())
    return [event for event in decoded if event["type"] == kind]
