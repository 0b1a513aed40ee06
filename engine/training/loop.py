"""The loop: steps, evaluations, early stopping, checkpoints, stop and resume.

A task brings a `Trainable`; the loop owns everything that must be the same for all of them. Killed at
any step and resumed, it ends with the same weights on the CPU: data order is a function of
(seed, epoch), and a checkpoint holds weights, optimizer, random state, position and the best so far.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from engine.advisor.advisor import Advisor
from engine.errors import NonFiniteError, OutOfMemoryError, StopRequested
from engine.files import read_json, write_json
from engine.runs.checkpoints import publish
from engine.tasks.contract import Job, Stop
from engine.training.config import TrainingConfig
from engine.training.schedule import learning_rate_factor
from engine.training.state import load_trainable, random_state, restore_random_state, trainable_state

Batch = dict[str, Tensor]
Tick = Callable[[int, int], None]
"""Called by a long evaluation with (done, total)."""

STATE_FILE = "state.pt"
POSITION_FILE = "position.json"
PROGRESS_EVERY_S = 0.5


class Trainable(Protocol):
    """What a task gives to the loop."""

    model: nn.Module

    def batches(self, epoch: int) -> list[list[int]]:
        """Indices of the batches of an epoch (0-based), the same each time it is asked."""

    def longest_batch(self) -> list[int]:
        """The batch that needs the most memory."""

    def collate(self, indices: Sequence[int], epoch: int) -> Batch:
        """Tensors of a batch, on the CPU."""

    def weight(self, batch: Batch) -> float:
        """What the loss is a mean over: labelled tokens, pairs …"""

    def loss_sum(self, batch: Batch) -> Tensor:
        """Loss summed over what `weight` counts. `batch` lies on the device."""

    def evaluate(self, tick: Tick) -> dict[str, float]:
        """Metrics on validation; holds at least the headline metric."""


@dataclass(frozen=True)
class Phase:
    """One of the trainings of a run: name, length, and whether the start competes with the result."""

    name: str
    epochs: int
    index: int = 0
    step_offset: int = 0
    """Optimizer steps of the phases before."""
    steps_total: int | None = None
    """Steps of the whole run, for progress; None when this phase is the whole."""


@dataclass(frozen=True)
class FitResult:
    """How a phase ended. The model holds the best weights."""

    best_step: int
    best_score: float | None
    start_score: float | None
    steps: int
    """Global step reached."""
    stopped: bool


@dataclass
class _Position:
    """Where the loop stands; saved with every checkpoint."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    evaluated_epoch: int = 0
    best_step: int = 0
    best_score: float | None = None
    start_score: float | None = None
    without_gain: int = 0


class Loop:
    """Runs one phase. Use: `Loop(job, trainable, phase, mode).fit()`."""

    def __init__(self, job: Job, trainable: Trainable, phase: Phase, *, mode: str = "max") -> None:
        if not isinstance(job.config, TrainingConfig):
            raise TypeError("the task's Config must extend TrainingConfig")
        self.job, self.trainable, self.phase, self.mode = job, trainable, phase, mode
        self.config: TrainingConfig = job.config
        self.model = trainable.model
        self.device = torch.device(job.device)
        self.autocast_dtype = _autocast_dtype(self.config.precision, self.device)
        self.optimizer = _optimizer(self.model, self.config, self.device)
        self.position = _Position(step=phase.step_offset, best_step=phase.step_offset)
        self.best_state: dict[str, Tensor] | None = None
        self.advisor = Advisor(headline=job.headline, mode=mode, targets=job.targets, patience=self.config.patience)
        self.steps_per_epoch = math.ceil(len(trainable.batches(0)) / self.config.gradient_accumulation)
        self.phase_steps = self.steps_per_epoch * phase.epochs
        if self.config.max_steps:
            self.phase_steps = min(self.phase_steps, self.config.max_steps)
        self._last_progress = self._last_checkpoint = time.monotonic()
        self._train_loss: list[float] = []
        self._rate = 0.0
        self._waiting: tuple[int, float, float, Tensor, Tensor | None] | None = None

    def fit(self, resume_from: Path | None = None) -> FitResult:
        """Train the phase to its end. Raises StopRequested on Stop.NOW, NonFiniteError,
        OutOfMemoryError."""
        stopped = False
        with _out_of_memory_as_ours():
            if resume_from is not None:
                self._load(resume_from)
            else:
                torch.manual_seed(self.config.seed + self.phase.index)
                self._try_longest_batch()
                self._evaluate(start=True)
            while not stopped and not self._finished():
                stopped = self._epoch()
        self._restore_best()
        return FitResult(
            best_step=self.position.best_step,
            best_score=self.position.best_score,
            start_score=self.position.start_score,
            steps=self.position.step,
            stopped=stopped,
        )

    # -- the epoch

    def _epoch(self) -> bool:
        """Train one epoch from where the position stands, then evaluate. True when asked to stop."""
        accumulation = self.config.gradient_accumulation
        batches = self.trainable.batches(self.position.epoch)
        self.model.train()
        stop = Stop.NO
        while self.position.batch < len(batches) and self._phase_step() < self.phase_steps:
            started = time.monotonic()
            group = batches[self.position.batch : self.position.batch + accumulation]
            self._step(group)
            self.position.batch += len(group)
            self.position.step += 1
            self._measure_rate(time.monotonic() - started)
            self._progress(self.phase.name)
            stop = self.job.should_stop()
            if stop is not Stop.NO:
                break
            if time.monotonic() - self._last_checkpoint >= self.config.checkpoint_every_s:
                self._publish()
        self._flush()
        if stop is Stop.NOW:
            self._publish()
            raise StopRequested
        if stop is Stop.NO:
            self.position.epoch += 1
            self.position.batch = 0
            if time.monotonic() - self._last_checkpoint >= self.config.checkpoint_every_s / 2:
                self._publish()  # before the evaluation: a failure in it must not cost the epoch
        else:
            self._publish()
        self._evaluate()
        return stop is Stop.AFTER_STEP

    def _finished(self) -> bool:
        return (
            self.position.epoch >= self.phase.epochs
            or self._phase_step() >= self.phase_steps
            or self._should_end_early()
        )

    def _should_end_early(self) -> bool:
        if self.config.patience and self.position.without_gain >= self.config.patience:
            return True
        return any(kind in self.advisor.seen for kind in self.job.early_stop_on)

    def _phase_step(self) -> int:
        return self.position.step - self.phase.step_offset

    def _epoch_now(self) -> float:
        return round(self._phase_step() / max(1, self.steps_per_epoch), 4)

    # -- one step

    def _step(self, group: list[list[int]]) -> None:
        factor = learning_rate_factor(
            self._phase_step(),
            self.phase_steps,
            warmup_ratio=self.config.warmup_ratio,
            schedule=self.config.schedule,
        )
        learning_rate = self.config.learning_rate * factor
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = learning_rate
        loss = self._forward_backward(group)
        norm = None
        if self.config.max_grad_norm:
            norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.max_grad_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        waiting, self._waiting = (
            self._waiting,
            (self.position.step + 1, self._epoch_now(), learning_rate, loss, norm),
        )
        self._report(waiting)

    def _forward_backward(self, group: list[list[int]]) -> Tensor:
        """Gradients of the mean loss over all batches of the group, in micro-batches."""
        batches = [
            self.trainable.collate(part, self.position.epoch)
            for indices in group
            for part in _parts(indices, self.job.splits_of_batch)
        ]
        weight = max(1.0, sum(self.trainable.weight(batch) for batch in batches))
        total = torch.zeros((), device=self.device)
        for batch in batches:
            moved = {name: tensor.to(self.device, non_blocking=True) for name, tensor in batch.items()}
            with torch.autocast(self.device.type, self.autocast_dtype, enabled=self.autocast_dtype is not None):
                loss = self.trainable.loss_sum(moved) / weight
            loss.backward()
            total += loss.detach()
        return total

    def _report(self, waiting: tuple[int, float, float, Tensor, Tensor | None] | None) -> None:
        """Emit a step's metrics one step late, so that reading the loss never stalls the device."""
        if waiting is None:
            return
        step, epoch, learning_rate, loss_tensor, norm = waiting
        loss = float(loss_tensor)
        values = {"loss": loss, "learning_rate": learning_rate}
        if norm is not None:
            values["grad_norm"] = float(norm)
        self.job.events.metrics(step, values, epoch=epoch)
        if not math.isfinite(loss):
            message = f"the loss became {loss} at step {step}; lower learning_rate or check the data"
            self.job.events.signal("diverged", metric="loss", message=message, step=step)
            raise NonFiniteError(message)
        self._train_loss.append(loss)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, None
        self._report(waiting)

    # -- evaluation

    def _evaluate(self, *, start: bool = False) -> None:
        self.model.eval()
        with torch.inference_mode():
            values = self.trainable.evaluate(self._tick)
        self.model.train()
        position, headline = self.position, self.job.headline
        score = values[headline]
        self.job.events.metrics(position.step, values, split="validation", epoch=self._epoch_now())
        if start:
            position.start_score = position.best_score = score
            self.best_state = trainable_state(self.model)
        elif self._better(score):
            position.best_score, position.best_step, position.without_gain = score, position.step, 0
            self.best_state = trainable_state(self.model)
        else:
            position.without_gain += 1
        mean_loss = sum(self._train_loss) / len(self._train_loss) if self._train_loss else None
        self._train_loss.clear()
        for signal in self.advisor.observe(position.step, values, train_loss=mean_loss):
            self.job.events.signal(signal.kind, metric=signal.metric, message=signal.message, step=position.step)

    def _better(self, score: float) -> bool:
        best = self.position.best_score
        if not math.isfinite(score):
            return False
        if best is None or not math.isfinite(best):
            return True
        return score > best if self.mode == "max" else score < best

    def _tick(self, done: int, total: int) -> None:
        self._progress("validation", part=f"{done}/{total}")
        if self.job.should_stop() is Stop.NOW:
            self._publish()
            raise StopRequested

    # -- progress

    def _progress(self, phase: str, *, part: str = "") -> None:
        now = time.monotonic()
        if now - self._last_progress < PROGRESS_EVERY_S:
            return
        self._last_progress = now
        self.job.events.progress(
            f"{phase} {part}".strip(),
            self.position.step,
            self.phase.steps_total or self.phase.step_offset + self.phase_steps,
            epoch=self._epoch_now(),
            epochs=float(self.phase.epochs),
            rate=self._rate,
        )

    def _measure_rate(self, seconds: float) -> None:
        rate = 1 / max(1e-9, seconds)
        self._rate = rate if not self._rate else 0.9 * self._rate + 0.1 * rate

    # -- memory, checkpoints

    def _try_longest_batch(self) -> None:
        """Forward, backward and evaluation of the largest batch now: a lack of memory shows at once."""
        if self.device.type == "cpu":
            return
        self.model.train()
        self._forward_backward([self.trainable.longest_batch()])
        self.optimizer.zero_grad(set_to_none=True)
        torch.manual_seed(self.config.seed + self.phase.index)

    def _publish(self) -> None:
        self._flush()
        _require_finite(self.model)
        state = {
            "model": trainable_state(self.model),
            "best": self.best_state,
            "optimizer": self.optimizer.state_dict(),
            "random": random_state(self.device),
        }
        position = {
            "phase": self.phase.name,
            "phase_index": self.phase.index,
            "position": vars(self.position),
            "advisor": self.advisor.state(),
            "train_loss": self._train_loss,
        }
        keep = self.job.policy.keep_checkpoints if self.job.policy else 2
        with publish(self.job.paths.checkpoints, self.position.step, keep=keep) as staging:
            torch.save(state, staging / STATE_FILE)
            write_json(staging / POSITION_FILE, position)
        self.job.events.checkpoint(
            self.position.step,
            f"checkpoints/step-{self.position.step:08d}",
            score=self.position.best_score,
            best=self.position.best_step == self.position.step,
        )
        self._last_checkpoint = time.monotonic()

    def _load(self, checkpoint: Path) -> None:
        saved = read_json(checkpoint / POSITION_FILE)
        self.position = _Position(**saved["position"])
        self.advisor.load(saved["advisor"])
        self._train_loss = list(saved["train_loss"])
        state: dict[str, Any] = torch.load(checkpoint / STATE_FILE, map_location="cpu", weights_only=True)
        load_trainable(self.model, state["model"])
        self.best_state = state["best"]
        self.optimizer.load_state_dict(state["optimizer"])
        restore_random_state(state["random"], self.device)

    def _restore_best(self) -> None:
        if self.best_state is not None and self.position.best_step != self.position.step:
            load_trainable(self.model, self.best_state)
        self.model.eval()


def resumed_phase(checkpoint: Path) -> tuple[str, int]:
    """Name and index of the phase that a checkpoint belongs to."""
    saved = read_json(checkpoint / POSITION_FILE)
    return saved["phase"], saved["phase_index"]


def _parts(indices: list[int], count: int) -> Iterator[list[int]]:
    size = math.ceil(len(indices) / count)
    for start in range(0, len(indices), size):
        yield indices[start : start + size]


def _autocast_dtype(precision: str, device: torch.device) -> torch.dtype | None:
    if precision == "fp32":
        return None
    if precision == "bf16":
        return torch.bfloat16
    return torch.bfloat16 if device.type == "cuda" and torch.cuda.is_bf16_supported() else None


def _optimizer(model: nn.Module, config: TrainingConfig, device: torch.device) -> torch.optim.AdamW:
    decayed, plain = [], []
    for parameter in model.parameters():
        if parameter.requires_grad:
            (decayed if parameter.ndim > 1 else plain).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": config.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)


def _require_finite(model: nn.Module) -> None:
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and not torch.isfinite(parameter).all():
            raise NonFiniteError(f"the weights {name} are no longer finite; lower learning_rate")


@contextlib.contextmanager
def _out_of_memory_as_ours() -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError as problem:
        raise OutOfMemoryError(str(problem).splitlines()[0]) from problem
    except RuntimeError as problem:
        if "can't allocate memory" in str(problem):
            raise OutOfMemoryError(str(problem).splitlines()[0]) from problem
        raise
