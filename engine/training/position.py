"""Where a training stands: what a checkpoint must know beside tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class Position:
    """Where the loop stands; saved with every checkpoint."""

    epoch: int = 0
    batch: int = 0
    """Next batch of the epoch; 0 at its boundary."""
    step: int = 0
    evaluated_epoch: int = -1
    """Epochs trained at the last evaluation; -1 before that of the untrained model."""
    best_step: int = 0
    best_score: float | None = None
    best_loss: float | None = None
    start_score: float | None = None
    without_gain: int = 0
    plateaus: int = 0
    """How often so many evaluations in a row brought no gain that the learning rate falls."""
    on_plateau: int = 0
    """Evaluations without a gain since the last gain or plateau."""
    loss_sum: float = 0.0
    """Of the training losses since the last evaluation."""
    loss_count: int = 0
    epoch_losses: list[float] = field(default_factory=list)
    """Mean training loss before each evaluation."""

    def beaten_by(self, score: float, loss: float | None, *, mode: str) -> bool:
        """Whether an evaluation beats the best so far. Between equal scores the lower validation loss wins: a
        tagger that has learnt much may still have an F1 of 0 after its first epochs."""
        if not math.isfinite(score):
            return False
        if self.best_score is None or not math.isfinite(self.best_score):
            return True
        if score == self.best_score and loss is not None and self.best_loss is not None:
            return loss < self.best_loss
        return score > self.best_score if mode == "max" else score < self.best_score

    def count_gain(self) -> None:
        """An evaluation beat the best so far."""
        self.without_gain = self.on_plateau = 0

    def count_no_gain(self, plateau_patience: int) -> None:
        """An evaluation did not; as many as the patience in a row are a plateau (as Keras' ReduceLROnPlateau counts;
        torch's waits for one more)."""
        self.without_gain += 1
        self.on_plateau += 1
        if self.on_plateau >= plateau_patience:
            self.plateaus += 1
            self.on_plateau = 0

    def add_loss(self, loss: float) -> None:
        """Count the training loss of a step."""
        self.loss_sum += loss
        self.loss_count += 1

    @property
    def mean_loss(self) -> float | None:
        """Mean training loss since the last evaluation, or before it where nothing was trained since."""
        if self.loss_count:
            return self.loss_sum / self.loss_count
        return self.epoch_losses[-1] if self.epoch_losses else None

    def take_mean_loss(self) -> float | None:
        """Mean training loss since the last time it was taken; None when nothing was trained."""
        if not self.loss_count:
            return None
        mean = self.loss_sum / self.loss_count
        self.loss_sum, self.loss_count = 0.0, 0
        self.epoch_losses.append(mean)
        return mean
