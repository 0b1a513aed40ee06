"""What a task gives to the training loop, and what it gets back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import Tensor, nn

from engine.training.watch import Tick

Batch = dict[str, Tensor]


class Trainable(Protocol):
    """What a task gives to the loop. It draws random numbers from torch's generator alone, or from
    seeds made of (seed, epoch): nothing else is saved."""

    model: nn.Module

    def batches(self, epoch: int) -> list[list[int]]:
        """Indices of the batches of an epoch (0-based), the same each time it is asked; every epoch has
        as many."""

    def longest_batch(self) -> list[int]:
        """The batch that needs the most memory."""

    def collate(self, indices: Sequence[int], epoch: int) -> Batch:
        """Tensors of a batch, on the CPU."""

    def weight(self, batch: Batch) -> float:
        """What the loss is a mean over: labelled tokens, pairs …"""

    def loss_sum(self, batch: Batch) -> Tensor:
        """Loss summed over what `weight` counts. `batch` lies on the device."""

    def evaluate(self, tick: Tick) -> dict[str, float]:
        """Metrics on validation; holds at least the headline metric, or nothing at all where no rows are held out:
        then training goes to its end and the last weights stay. Longest batch first, so that a lack of memory shows
        at once."""


class Collate(Protocol):
    """Makes batches. Where it goes to other processes it is pickled, so it holds neither model nor device."""

    def __call__(self, indices: Sequence[int], epoch: int) -> Batch:
        """Tensors of a batch, on the CPU; a function of its arguments and of the config's seed alone."""


@runtime_checkable
class PreparedApart(Protocol):
    """A Trainable whose batches are worth other processes (pictures to decode and change). Its `collate` is a call
    of `preparation`; its `batches` is asked by another thread, too."""

    preparation: Collate


@dataclass(frozen=True)
class Phase:
    """One of the trainings of a run: name and length."""

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
