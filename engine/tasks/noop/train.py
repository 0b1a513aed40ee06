"""Plays the script. Keeps the contract of every task: progress, checkpoints, stop, resume, model."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DataError, InputError, NonFiniteError, OutOfMemoryError, StopRequested
from engine.files import read_json, write_json
from engine.model_directory import new_model
from engine.runs.checkpoints import publish
from engine.tasks.contract import Job, Stop, TrainOutcome
from engine.tasks.noop.config import Config, Step
from engine.tasks.noop.halt import halt
from engine.tasks.noop.predict import Model, load

STATE_FILE = "state.json"
_SLICE_S = 0.02
_ERRORS = {
    "oom": OutOfMemoryError("the device has no memory left for the batch"),
    "nan": NonFiniteError("the loss became nan"),
    "bad_data": DataError("a label that no example has", fix="import the data anew"),
    "bad_configuration": InputError("a setting that cannot be used", fix="use another"),
    "crash": RuntimeError("the script said so"),
}


def train(job: Job) -> TrainOutcome:
    """Play the script from the start, or from the checkpoint that the job gives."""
    if not isinstance(job.config, Config):
        raise TypeError("the task noop needs its own Config")
    return Player(job, job.config).play()


@dataclass
class _Position:
    """What a checkpoint holds."""

    step: int = 0
    value: int = 0
    best_step: int = 0
    best: float | None = None
    start: float | None = None


class Player:
    """Goes through the script, step by step."""

    def __init__(self, job: Job, config: Config) -> None:
        self.job, self.config = job, config
        self.steps = len(config.script) * config.epochs
        self.position = _Position(value=config.seed)
        if job.resume_from is not None:
            self.position = _Position(**read_json(job.resume_from / STATE_FILE))
        self._held: list[bytes] = []
        self._published = -1

    def play(self) -> TrainOutcome:
        """The script to its end, or to where a stop is asked. Raises StopRequested on Stop.NOW."""
        self._wait(self.config.load_s)
        if self.job.splits_of_batch < self.config.needs_splits:
            raise OutOfMemoryError("the device has no memory left for the batch")
        self._progress()
        stop = self.job.should_stop()
        while self.position.step < self.steps and stop is Stop.NO:
            step = self.config.script[self.position.step % len(self.config.script)]
            # Counted before it acts, so that a checkpoint lies behind its own step.
            self.position.step += 1
            self.position.value = (self.position.value * 31 + self.position.step) % 1_000_003
            if self._is_due(step):
                self._act(step)
            self._progress()
            self._wait(self.config.step_s)
            stop = self.job.should_stop()
        if stop is not Stop.NO and self._published != self.position.step:
            self._publish()
        if stop is Stop.NOW:
            raise StopRequested
        self._hand_over()
        return TrainOutcome(
            stopped=stop is Stop.AFTER_STEP,
            best_step=self.position.best_step or self.position.step,
            score=self.position.best,
            start_score=self.position.start,
        )

    def _is_due(self, step: Step) -> bool:
        if not step.once:
            return True
        mark = self.job.paths.root / f"once-{self.position.step}"
        if mark.exists():
            return False
        mark.touch()
        return True

    def _act(self, step: Step) -> None:
        (action,) = step.actions()
        events = self.job.events
        match action:
            case "report":
                events.metrics(self.position.step, step.report or {}, split=step.split, epoch=self._epoch())
            case "evaluate":
                self._evaluate(step.evaluate or {})
            case "sleep":
                self._wait(step.sleep or 0.0)
            case "checkpoint":
                self._publish("" if step.checkpoint is True else str(step.checkpoint))
            case "pause":
                self._halt(step.pause or "")
            case "exit":
                os._exit(step.exit or 0)
            case "kill":
                os.kill(os.getpid(), step.kill or signal.SIGKILL)
            case "allocate":
                self._held.append(b"\1" * ((step.allocate or 0) << 20))
            case "hang":
                while True:
                    time.sleep(3600)
            case "write_half_checkpoint":
                self._write_half_checkpoint()
            case "fill_disk":
                self._fill_disk()
            case "raise_":
                raise _ERRORS[step.raise_ or "crash"]
            case "log":
                events.log(step.log or "")

    def _evaluate(self, values: dict[str, float | None]) -> None:
        self.job.events.metrics(self.position.step, values, split="validation", epoch=self._epoch())
        score = values.get(self.job.headline)
        if self.position.start is None:
            self.position.start = score
        if score is not None and (self.position.best is None or score > self.position.best):
            self.position.best, self.position.best_step = score, self.position.step

    def _publish(self, halt_at: str = "") -> None:
        position = self.position
        if halt_at == "before":
            self._halt("before")

        def when_staged() -> None:
            if halt_at == "renaming":
                self._halt("renaming")

        keep = self.job.policy.keep_checkpoints if self.job.policy else 2
        with publish(self.job.paths.checkpoints, position.step, keep=keep, when_staged=when_staged) as staging:
            if halt_at == "during":
                (staging / STATE_FILE).write_text('{"step": ')
                self._halt("during")
            write_json(staging / STATE_FILE, vars(position))
        self._published = position.step
        self.job.events.checkpoint(
            position.step,
            f"checkpoints/step-{position.step:08d}",
            score=position.best,
            best=position.best_step == position.step,
        )

    def _write_half_checkpoint(self) -> None:
        with publish(self.job.paths.checkpoints, self.position.step, keep=100) as staging:
            write_json(staging / STATE_FILE, vars(self.position))
        torn = self.job.paths.checkpoints / f"step-{self.position.step:08d}" / STATE_FILE
        torn.write_text(torn.read_text()[:5])

    def _fill_disk(self) -> None:
        with (self.job.paths.root / "ballast").open("wb") as ballast:
            while True:
                ballast.write(bytes(1 << 16))
                ballast.flush()

    def _hand_over(self) -> None:
        """Write `model/`, complete or not at all."""
        samples = [{"text": "example 1"}, {"text": "another"}]
        model = Model(self.position.value)
        saved = model.value + (1 if self.config.forget_head else 0)
        config = self.config.model_dump(mode="json", by_alias=True, exclude_defaults=False)
        card = {"task": "noop", "value": saved, "config": config}
        with new_model(self.job.paths.model, card, samples, model.predict(samples)):
            pass

    def _halt(self, name: str) -> None:
        self.job.events.log(f"paused: {name}")
        halt(self.job.paths.root, unless=lambda: self.job.should_stop() is not Stop.NO)

    def _progress(self) -> None:
        self.job.events.progress(
            "training",
            self.position.step,
            self.steps,
            epoch=self._epoch(),
            epochs=self.config.epochs,
            rate=1 / self.config.step_s if self.config.step_s else 0.0,
        )

    def _epoch(self) -> float:
        return round(self.position.step / max(1, len(self.config.script)), 4)

    def _wait(self, seconds: float) -> None:
        """Sleep, but hear a request to stop, and give progress while it is long."""
        until = time.monotonic() + seconds
        beat = time.monotonic() + 1.0
        while (left := until - time.monotonic()) > 0 and self.job.should_stop() is Stop.NO:
            time.sleep(min(left, _SLICE_S))
            if time.monotonic() >= beat and self.position.step:
                beat += 1.0
                self._progress()


def model_value(run: Path) -> int:
    """The number that a finished run handed over: equal for a run that was killed and resumed."""
    return load(run / "model", "cpu").value
