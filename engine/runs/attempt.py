"""One attempt at a run, inside the trainer: prepare the job, train, test the model in a fresh process."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.datasets.store import Dataset, Manifest, open_dataset
from engine.errors import InputError, StopRequested, WorkError
from engine.evaluation.report import read_report
from engine.events.schema import TargetInfo
from engine.runs.checkpoints import newest_valid, recover
from engine.runs.heartbeat import Heartbeat, TrainerEvents
from engine.runs.paths import RunPaths
from engine.runs.processes import PARENT_VARIABLE, python_command
from engine.runs.reasons import EXIT_CODES, Reason, reason_of_exit
from engine.runs.spec import RunSpec
from engine.tasks.catalog import find_task
from engine.tasks.contract import Job, Stop, Task, TrainOutcome
from engine.workspace import Workspace

_POLL_S = 0.05


class TestFailed(WorkError):
    """The model could not be loaded, differs after loading, or could not be evaluated."""

    def __init__(self, what: str, reason: Reason) -> None:
        super().__init__(what)
        self.reason = reason


class Attempt:
    """Opens the events file at once, so that every failure after that has a place to be told."""

    def __init__(
        self,
        paths: RunPaths,
        should_stop: Callable[[], Stop],
        *,
        number: int,
        device: str,
        splits_of_batch: int,
    ) -> None:
        self.paths, self.should_stop, self.device = paths, should_stop, device
        self.splits_of_batch = splits_of_batch
        self.spec = RunSpec.read(paths.spec)
        self.resume_from: Path | None = None
        resumed_step = None
        if number > 1:
            _sweep(paths)
            recover(paths.checkpoints)
            checkpoint = newest_valid(paths.checkpoints)
            self.resume_from = checkpoint.path if checkpoint else None
            resumed_step = checkpoint.step if checkpoint else 0
        self.events = TrainerEvents(paths.events)
        self.events.run(
            self.spec.id,
            profile=self.spec.profile,
            model=self.spec.model,
            task=self.spec.task,
            device=device,
            headline=self.spec.headline,
            targets=[TargetInfo(target.metric, target.at_least, target.at_most) for target in self.spec.targets],
            attempt=number,
            resumed_step=resumed_step,
        )

    def run(self) -> TrainOutcome:
        """Train and test. Raises StopRequested when it left on request without a model."""
        patience_s = self.spec.policy.hang_after_s
        with Heartbeat(self.events, "loading", at_most_s=patience_s) as self.events.loading:
            task = find_task(self.spec.task)
            outcome = task.train(self._job(task))
        _free_device_memory()
        step, steps = self.events.last_step, self.events.last_steps
        with Heartbeat(self.events, "test", step=step, steps=steps, at_most_s=patience_s):
            self._test()
        report = read_report(self.paths.report)
        self.events.metrics(outcome.best_step, report.metrics, split="test")
        return outcome

    def _job(self, task: Task) -> Job:
        try:
            config = task.config_class.model_validate(self.spec.config)
        except ValueError as problem:
            raise InputError(
                _first_problem(problem), where=str(self.paths.spec), fix="start the run anew"
            ) from problem
        return Job(
            run_id=self.spec.id,
            config=config,
            dataset=dataset_of(self.paths, self.spec),
            device=self.device,
            paths=self.paths,
            events=self.events,
            should_stop=self.should_stop,
            headline=self.spec.headline or task.headline,
            targets=self.spec.targets,
            early_stop_on=self.spec.early_stop_on,
            policy=self.spec.policy,
            resume_from=self.resume_from,
            splits_of_batch=self.splits_of_batch,
        )

    def _test(self) -> None:
        """Load the model in a fresh process, compare its predictions, evaluate it on the test split."""
        answer, given = os.pipe()
        try:
            verifier = subprocess.Popen(
                [*python_command("engine.runs.verify"), str(self.paths.root), self.device, "--answer", str(given)],
                stdin=subprocess.DEVNULL,
                pass_fds=[given],
                env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
            )
        finally:
            os.close(given)
        with os.fdopen(answer, "rb") as said:
            try:
                while verifier.poll() is None:
                    if self.should_stop() is Stop.NOW:
                        raise StopRequested
                    time.sleep(_POLL_S)
            finally:
                verifier.kill()
                verifier.wait()
            if verifier.returncode != EXIT_CODES[Reason.DONE]:
                reason, sentence = reason_of_exit(verifier.returncode)
                message = json.loads(said.read() or b'""') or sentence or "see trainer.log"
                raise TestFailed(f"the test of the model failed: {message}", reason)


def dataset_of(paths: RunPaths, spec: RunSpec) -> Dataset:
    """The dataset that a run trains on; one without splits when the specification names none."""
    if spec.dataset:
        return open_dataset(Workspace(paths.workspace), spec.dataset)
    nothing = Manifest(
        id="none",
        task=spec.task,
        profile=spec.profile,
        model=spec.model,
        content_sha256="",
        created=spec.created,
        counts={},
        classes={},
        source="recipe",
    )
    return Dataset(paths.root / "none", nothing)


def _sweep(paths: RunPaths) -> None:
    """Remove what killed processes of earlier attempts had staged in the run directory."""
    for leftover in paths.root.glob(".*.tmp"):
        if leftover.name.startswith(f".{paths.control.name}."):
            continue  # an operator may be writing it now
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _free_device_memory() -> None:
    """Leave the device's memory to the fresh process."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _first_problem(problem: ValueError) -> str:
    """What pydantic says of the first field, in one line."""
    errors: list[dict[str, Any]] = getattr(problem, "errors", list)()
    if not errors:
        return str(problem)
    return f"config.{'.'.join(map(str, errors[0]['loc']))}: {errors[0]['msg']}"
