"""What of a training goes into a checkpoint, and comes back out of it."""

from __future__ import annotations

import time
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.advisor.advisor import Advisor
from engine.runs.checkpoints import publish
from engine.tasks.contract import Job
from engine.training.average import WeightAverage
from engine.training.position import Position
from engine.training.snapshot import Snapshot, read_snapshot, write_snapshot
from engine.training.state import (
    load_trainable,
    random_state,
    require_finite,
    restore_random_state,
    trainable_state,
)
from engine.training.trainable import Phase


class Checkpoints:
    """Publishes where a phase stands and puts it back. Holds the parts of the loop that training changes; where
    the loop stands (`position`, and `best`, the weights of the best evaluation) is held here."""

    def __init__(
        self,
        job: Job,
        phase: Phase,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        advisor: Advisor,
        average: WeightAverage | None,
    ) -> None:
        self.job, self.phase, self.model, self.optimizer = job, phase, model, optimizer
        self.advisor, self.average = advisor, average
        self.device = torch.device(job.device)
        self.position = Position(step=phase.step_offset, best_step=phase.step_offset)
        self.best: dict[str, Tensor] | None = None
        self._published = time.monotonic()

    def older_than(self, seconds: float) -> bool:
        """Whether the last one was published so long ago."""
        return time.monotonic() - self._published >= seconds

    def publish(self) -> None:
        """Publish what stands now. Raises NonFiniteError before a broken weight gets into a checkpoint."""
        require_finite(self.model)
        keep = self.job.policy.keep_checkpoints if self.job.policy else 2
        position = self.position
        snapshot = Snapshot(
            phase=self.phase.name,
            phase_index=self.phase.index,
            position=position,
            advisor=self.advisor.state(),
            model=trainable_state(self.model),
            best=self.best,
            average=None if self.average is None else self.average.state,
            optimizer=self.optimizer.state_dict(),
            random=random_state(self.device),
        )
        facts = {"epoch": position.epoch, "loss": position.mean_loss, "score": position.best_score}
        with publish(self.job.paths.checkpoints, position.step, keep=keep, facts=facts) as staging:
            write_snapshot(snapshot, staging)
        self.job.events.checkpoint(
            position.step,
            f"checkpoints/step-{position.step:08d}",
            score=position.best_score,
            best=position.best_step == position.step,
        )
        self._published = time.monotonic()

    def load(self, checkpoint: Path) -> None:
        """Put back what a checkpoint holds."""
        snapshot = read_snapshot(checkpoint)
        self.position, self.best = snapshot.position, snapshot.best
        self.advisor.load(snapshot.advisor)
        load_trainable(self.model, snapshot.model)
        self.optimizer.load_state_dict(snapshot.optimizer)
        if self.average is not None and snapshot.average is not None:
            self.average.load(snapshot.average)
        restore_random_state(snapshot.random, self.device)

    def keep_best(self) -> None:
        """The weights that the model holds now are the best so far."""
        self.best = trainable_state(self.model)

    def restore_best(self) -> None:
        """The model holds the weights of the best evaluation, if there was one, and is set to evaluate."""
        if self.best is not None and (self.average is not None or self.position.best_step != self.position.step):
            load_trainable(self.model, self.best)
        self.model.eval()
