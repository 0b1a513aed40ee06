"""Watch any training script: three lines, and console, commands and service know it as a run.

with engine.events.Run("my-name", targets={"f1": 0.85}) as run:
    for step, batch in enumerate(batches):
        run.metrics(step, loss=train(batch))
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from engine.events.schema import Level, State, TargetInfo
from engine.events.writer import EventWriter

if TYPE_CHECKING:
    from engine.advisor.advisor import Signal
    from engine.runs.spec import Target

TASK = "external"
PROGRESS_EVERY_S = 0.5


class Run:
    """A run whose training is a script of somebody else's.

    Made in the workspace that `FINETOP_WORKSPACE` names (default `./workspace`). The process that makes
    it holds its lock, so a killed script shows as lost. In a distributed training make it on rank 0
    alone. What goes wrong with watching (a full disk) is warned of once and never ends the training.
    """

    def __init__(
        self,
        name: str,
        *,
        targets: Mapping[str, float | Mapping[str, float]] | None = None,
        headline: str = "",
        headline_mode: str = "max",
        config: Mapping[str, Any] | None = None,
        steps: int = 0,
        epochs: float = 0.0,
        device: str = "",
        workspace: str | Path | None = None,
    ) -> None:
        """`targets`: metric → at least this, or {"at_most": …}. `steps`: how many there will be, for the
        progress bar. `headline`: the metric to show first; the first target's if not given."""
        from engine.advisor.advisor import Advisor  # here, so that a worker does not load what it never needs
        from engine.runs.control import StopPoll
        from engine.runs.spec import RunSpec
        from engine.runs.store import create_run, new_run_id
        from engine.runs.worker import take_lock
        from engine.workspace import Workspace

        read = _read_targets(targets or {})
        headline = headline or (read[0].metric if read else "")
        spec = RunSpec(
            id=new_run_id(TASK, name),
            profile=TASK,
            model=name,
            task=TASK,
            dataset="",
            config=dict(config or {}),
            headline=headline,
            targets=read,
            device=device,
            created=time.time(),
            launcher=TASK,
        )
        self.paths = create_run(Workspace.locate(workspace), spec)
        self.id = spec.id
        self.steps, self.epochs = steps, epochs
        self._lock: int | None = take_lock(self.paths)
        self._status, self._events = EventWriter(self.paths.status), EventWriter(self.paths.events)
        self._advisor = Advisor(headline=headline, mode=headline_mode, targets=read, patience=0)
        self._poll = StopPoll(self.paths)
        self._stop_seen = False
        self._warned = False
        self._first: tuple[float, int] | None = None
        self._last: tuple[int, float] | None = None
        """Step and epoch of the last training metrics that no progress has told yet."""
        self._next_progress = 0.0
        for writer in (self._status, self._events):
            self._safely(
                writer.run,
                spec.id,
                profile=spec.profile,
                model=spec.model,
                task=spec.task,
                device=device,
                headline=headline,
                targets=[TargetInfo(target.metric, target.at_least, target.at_most) for target in read],
            )
        self._say("starting")
        self._say("running")

    def metrics(
        self,
        step: int,
        values: Mapping[str, Any] | None = None,
        *,
        split: str = "train",
        epoch: float = 0.0,
        **named: Any,
    ) -> None:
        """Numbers measured at a step: `run.metrics(7, loss=0.3)`, or a mapping where a name is no word.

        Anything that `float()` takes will do (a tensor of one element); None, NaN and infinity show as gaps.
        """
        numbers = {
            name: None if value is None else float(value) for name, value in {**(values or {}), **named}.items()
        }
        self._safely(self._events.metrics, step, numbers, split=split, epoch=epoch)
        if split == "train":
            self._last = (step, epoch)
            if self.steps and self.progress_is_due():
                self.progress(step, epoch=epoch)
            if (loss := numbers.get("loss")) is not None:
                self._raise(self._advisor.observe_loss(step, loss), step)
        elif split == "validation":
            self._raise(self._advisor.observe(step, numbers, train_loss=None), step)

    def progress(
        self, step: int, steps: int = 0, *, phase: str = "training", epoch: float = 0.0, epochs: float = 0.0
    ) -> None:
        """How far the training is. `metrics` says it too, twice a second, once `steps` is known."""
        now = time.monotonic()
        if self._first is None or step < self._first[1]:
            self._first = (now, step)
        since, first = self._first
        rate = (step - first) / (now - since) if now > since and step > first else 0.0
        self.steps, self.epochs = steps or self.steps, epochs or self.epochs
        self._next_progress, self._last = now + PROGRESS_EVERY_S, None
        self._safely(self._events.progress, phase, step, self.steps, epoch=epoch, epochs=self.epochs, rate=rate)

    def progress_is_due(self) -> bool:
        """Whether the last progress is half a second old."""
        return time.monotonic() >= self._next_progress

    def log(self, message: str, level: Level = "info") -> None:
        """A sentence for people."""
        self._safely(self._events.log, message, level)

    def sample(self, step: int, sample: Mapping[str, object], prediction: Mapping[str, object]) -> None:
        """A sample with its prediction, for people."""
        self._safely(self._events.sample, step, sample, prediction)

    def checkpoint(self, step: int, path: str | Path, *, score: float | None = None, best: bool = False) -> None:
        """A checkpoint lies complete at `path`."""
        self._safely(self._events.checkpoint, step, os.fspath(path), score=score, best=best)

    def should_stop(self) -> bool:
        """Whether somebody asked the run to stop. Cheap enough for every step."""
        from engine.tasks.contract import Stop

        if not self._stop_seen and self._poll() is not Stop.NO:
            self._stop_seen = True
            self._say("stopping")
        return self._stop_seen

    def finish(self, state: State | None = None, *, reason: str | None = None, message: str = "") -> None:
        """End the run: done, or stopped when a stop request was seen. Leaving `with` does it."""
        if self._lock is None:
            return
        if self._last is not None:
            self.progress(self._last[0], epoch=self._last[1])
        if state is None:
            state = "stopped" if self._stop_seen else "done"
        self._say(state, reason=reason or ("stopped by user" if state == "stopped" else state), message=message)
        self._status.close()
        self._events.close()
        os.close(self._lock)
        self._lock = None

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from engine.errors import StopRequested
        from engine.runs.reasons import reason_of_error

        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.finish()
        elif isinstance(error, KeyboardInterrupt | StopRequested):
            self.finish("stopped")
        else:
            self.finish("failed", reason=reason_of_error(error).value, message=f"{type(error).__name__}: {error}")

    def _raise(self, signals: list[Signal], step: int) -> None:
        for signal in signals:
            self._safely(self._events.signal, signal.kind, metric=signal.metric, message=signal.message, step=step)

    def _say(self, state: State, *, reason: str | None = None, message: str = "") -> None:
        self._safely(self._status.status, state, reason=reason, message=message)

    def _safely(self, write: Callable[..., None], /, *values: Any, **named: Any) -> None:
        try:
            write(*values, **named)
        except (OSError, ValueError) as problem:
            if not self._warned:
                self._warned = True
                warnings.warn(f"the run {self.id} is not fully recorded: {problem}", stacklevel=3)


def _read_targets(targets: Mapping[str, float | Mapping[str, float]]) -> tuple[Target, ...]:
    from engine.runs.spec import Target

    return tuple(
        Target(metric, **bound) if isinstance(bound, Mapping) else Target(metric, at_least=bound)
        for metric, bound in targets.items()
    )
