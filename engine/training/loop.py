"""The loop: steps, evaluations, early stopping, checkpoints, stop and resume.

A task brings a `Trainable`; the loop owns everything that must be the same for all of them. Killed at
any step and resumed, it ends with the same weights on the CPU: data order is a function of
(seed, epoch), and a checkpoint holds weights, optimizer, random state, position and the best so far.
"""

from __future__ import annotations

import contextlib
import math
import time
from pathlib import Path

import torch

from engine.advisor.advisor import Advisor, Signal
from engine.errors import NonFiniteError, StopRequested
from engine.tasks.contract import Job, Row, Stop
from engine.training.average import WeightAverage
from engine.training.checkpointing import Checkpoints
from engine.training.config import TrainingConfig
from engine.training.feed import micro_batches
from engine.training.feeding import feed_for
from engine.training.memory import out_of_memory_as_ours
from engine.training.optimizer import RateFactor, clip_gradients, make_optimizer, set_learning_rate
from engine.training.outcome import kept_start, likely_cause
from engine.training.passes import Before, Passes
from engine.training.position import Position
from engine.training.progress import Progress
from engine.training.pulse import Pulse
from engine.training.reading import StepReading
from engine.training.schedule import learning_rate_factor
from engine.training.trainable import FitResult, Phase, Trainable
from engine.training.watch import Tick


class _LeaveNow(Exception):
    """Raised inside a pass or an evaluation when the operator says stop now."""


class Loop:
    """Runs one phase. Use: `Loop(job, trainable, phase).fit()`."""

    def __init__(
        self,
        job: Job,
        trainable: Trainable,
        phase: Phase,
        *,
        mode: str = "max",
        rate_factor: RateFactor = lambda _: 1.0,
        average: WeightAverage | None = None,
    ) -> None:
        if not isinstance(job.config, TrainingConfig):
            raise TypeError("the task's Config must extend TrainingConfig")
        self.job, self.trainable, self.phase, self.mode = job, trainable, phase, mode
        self.config: TrainingConfig = job.config
        self.model = trainable.model
        self.trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.device = torch.device(job.device)
        self.passes = Passes(trainable, self.device, self.config.precision, between=self._look_up)
        self.optimizer = make_optimizer(self.model, self.config, rate_factor)
        self.average = average
        self.advisor = Advisor(headline=job.headline, mode=mode, targets=job.targets, patience=self.config.patience)
        self.checkpoints = Checkpoints(job, phase, self.model, self.optimizer, self.advisor, average)
        self.steps_per_epoch = math.ceil(len(trainable.batches(0)) / self.config.gradient_accumulation)
        self.phase_steps = self.steps_per_epoch * phase.epochs
        if self.config.max_steps:
            self.phase_steps = min(self.phase_steps, self.config.max_steps)
        self.progress = Progress(job.events, phase, steps=self.phase_steps, steps_per_epoch=self.steps_per_epoch)
        self._pulse = Pulse(self._look_up)
        self._doing = phase.name
        self._waiting: StepReading | None = None

    @property
    def position(self) -> Position:
        """Where the phase stands."""
        return self.checkpoints.position

    def fit(self, resume_from: Path | None = None) -> FitResult:
        """Train the phase to its end. Raises StopRequested on Stop.NOW, NonFiniteError,
        OutOfMemoryError."""
        with out_of_memory_as_ours(), self._pulse.inside(self.model, self.device):
            self._try_longest_batch()
            if resume_from is not None:
                self.checkpoints.load(resume_from)
            else:
                torch.manual_seed(self.config.seed + self.phase.index)
            with feed_for(self.job, self.trainable, self.phase, self.position, heed=self._heed) as self._feed:
                stopped = self._run()
            self.checkpoints.restore_best()
        self.progress.say(self.phase.name, self.position.step, forced=True)
        return FitResult(
            best_step=self.position.best_step,
            best_score=self.position.best_score,
            start_score=self.position.start_score,
            steps=self.position.step,
            stopped=stopped,
        )

    # -- the phase and its epochs

    def _run(self) -> bool:
        """Evaluate the start, then train and evaluate epoch by epoch. True when a stop request ended it."""
        while True:
            if self.position.evaluated_epoch < self.position.epoch:
                self._evaluate()
                self.position.evaluated_epoch = self.position.epoch
            if self._finished():
                self._say_if_start_was_kept()
                self._publish_if_older_than(self.config.checkpoint_every_s / 2)
                return False
            if self._train_epoch():
                return True

    def _train_epoch(self) -> bool:
        """Train one epoch from where the position stands. True when asked to stop."""
        batches = self.trainable.batches(self.position.epoch)
        self.model.train()
        while self.position.batch < len(batches) and self._phase_step() < self.phase_steps:
            stop = self.job.should_stop()
            if stop is not Stop.NO:
                self._leave(stop)
                return True
            self._publish_if_older_than(self.config.checkpoint_every_s)
            self._step(batches[self.position.batch : self.position.batch + self.config.gradient_accumulation])
            self.progress.say(self.phase.name, self.position.step)
            if self._should_end_early():  # diverged: the evaluation and the best weights come now
                break
        self._flush()
        self.position.epoch += 1
        self.position.batch = 0
        # Before the evaluation: a failure in it must not cost the epoch.
        self._publish_if_older_than(self.config.checkpoint_every_s / 2)
        return False

    def _leave(self, stop: Stop) -> None:
        """Publish; on Stop.NOW raise StopRequested; else evaluate what was trained since the last time.

        The checkpoint does not know of that evaluation: resumed, the run goes on as if never stopped.
        """
        self._publish()
        if stop is Stop.NOW:
            raise StopRequested
        if self.position.batch:
            self._evaluate()

    def _finished(self) -> bool:
        return (
            self.position.epoch >= self.phase.epochs
            or self._phase_step() >= self.phase_steps
            or bool(self.config.patience and self.position.without_gain >= self.config.patience)
            or self._should_end_early()
        )

    def _phase_step(self) -> int:
        return self.position.step - self.phase.step_offset

    # -- one step

    def _step(self, group: list[list[int]]) -> None:
        """One optimizer step on a group of batches; moves the position past them."""
        started = time.monotonic()
        factor = learning_rate_factor(
            self._phase_step(),
            self.phase_steps,
            warmup_ratio=self.config.warmup_ratio,
            schedule=self.config.schedule,
            plateaus=self.config.plateau_factor**self.position.plateaus,
        )
        learning_rate = self.config.learning_rate * factor
        set_learning_rate(self.optimizer, learning_rate)
        self._pulse.reset()
        before = Before.passes(self.model, self.device)
        try:
            loss = self.passes.add_gradients(self._feed.take_all(group, self.position.epoch))
        except _LeaveNow:
            before.put_back()  # the step will be repeated
            self._publish()
            raise StopRequested from None
        norm = clip_gradients(self.trained, self.config.max_grad_norm) if self.config.max_grad_norm else None
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.position.batch += len(group)
        self.position.step += 1
        if self.average is not None:
            self.average.update(self.model, self._phase_step())
        reading = StepReading(self.position.step, self.progress.epoch(self.position.step), learning_rate, loss, norm)
        self._flush()  # the step before: the device is busy with this one
        self._waiting = reading
        self.progress.measure(time.monotonic() - started)

    def _look_up(self) -> None:
        """In the middle of something long: tell how far it is, and leave where that was asked for."""
        self._pulse.reset()
        self.progress.say(self._doing, self.position.step)
        self._heed()

    def _heed(self) -> None:
        """Leave where that was asked for. Tells nothing: who waits for batches for ever hangs, and must look so."""
        if self.job.should_stop() is Stop.NOW:
            raise _LeaveNow

    def _flush(self) -> None:
        """Report the step whose numbers are still waiting."""
        if self._waiting is None:
            return
        reading, self._waiting = self._waiting, None
        values = reading.read()
        self.job.events.metrics(reading.step, values, epoch=reading.epoch)
        for name in ("loss", "grad_norm"):
            if not math.isfinite(values.get(name, 0.0)):
                message = f"{name} became {values[name]} at step {reading.step}"
                if "diverged" not in self.advisor.seen:
                    self.job.events.signal("diverged", metric=name, message=message, step=reading.step)
                raise NonFiniteError(message, fix="lower learning_rate or check the data")
        self.position.add_loss(values["loss"])
        self._raise(self.advisor.observe_loss(reading.step, values["loss"]))

    # -- evaluation

    def _evaluate(self) -> None:
        start = self.position.evaluated_epoch < 0
        self.model.eval()
        self._pulse.reset()
        self._doing = "validation"
        self.progress.say(self._doing, self.position.step, forced=True)
        try:
            with self._averaged():
                with torch.inference_mode(), self.passes.autocast():
                    values = self.trainable.evaluate(Tick(self._tick, self._sample))
                self._compare(values, start=start)
        except _LeaveNow:
            self._publish()
            raise StopRequested from None
        self._doing = self.phase.name
        self.model.train()
        mean_loss, without_gain = self.position.take_mean_loss(), self.position.without_gain
        if values:
            step = self.position.step
            self._raise(self.advisor.observe(step, values, train_loss=mean_loss, without_gain=without_gain))

    def _compare(self, values: dict[str, float], *, start: bool) -> None:
        """Tell the metrics, and keep the weights that were evaluated if they are the best so far. Without metrics
        there is nothing to compare, and the latest count as the best."""
        position = self.position
        if not values:
            position.best_step = position.step
            self.checkpoints.keep_best()
            return
        score, loss = values[self.job.headline], values.get("loss")
        self.job.events.metrics(position.step, values, split="validation", epoch=self.progress.epoch(position.step))
        if start:
            position.start_score = score
        if start or position.beaten_by(score, loss, mode=self.mode):
            position.best_score, position.best_loss, position.best_step = score, loss, position.step
            position.count_gain()
            self.checkpoints.keep_best()
        else:
            position.count_no_gain(self.config.plateau_patience)

    def _averaged(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext() if self.average is None else self.average.inside(self.model)

    def _raise(self, signals: list[Signal]) -> None:
        for signal in signals:
            self.job.events.signal(signal.kind, metric=signal.metric, message=signal.message, step=self.position.step)

    def _should_end_early(self) -> bool:
        return any(kind in self.advisor.seen for kind in self.job.early_stop_on)

    def _tick(self, done: int, total: int) -> None:
        self._doing = f"validation {done}/{total}"
        self._look_up()

    def _sample(self, sample: Row, prediction: Row) -> None:
        self.job.events.sample(self.position.step, sample, prediction)

    def _say_if_start_was_kept(self) -> None:
        position = self.position
        if position.best_step > self.phase.step_offset or not self._phase_step():
            return
        cause = likely_cause(position.epoch_losses, learning_rate=self.config.learning_rate, steps=self._phase_step())
        message = kept_start(self.phase.name, self.job.headline, position.start_score, cause)
        self.job.events.signal("kept_start", metric=self.job.headline, message=message, step=position.step)

    # -- memory, checkpoints

    def _try_longest_batch(self) -> None:
        """Forward and backward of the largest batch now: a lack of GPU memory shows at once.

        The evaluation that follows tries its own. Nothing of it stays.
        """
        if self.device.type == "cpu":
            return
        before = Before.passes(self.model, self.device)
        self.model.train()
        parts = micro_batches(self.trainable.longest_batch(), self.job.splits_of_batch)
        try:
            self.passes.add_gradients([self.trainable.collate(part, 0) for part in parts])
        except _LeaveNow:
            raise StopRequested from None
        before.put_back()

    def _publish_if_older_than(self, seconds: float) -> None:
        if self.checkpoints.older_than(seconds):
            self._publish()

    def _publish(self) -> None:
        self._flush()
        self.checkpoints.publish()
