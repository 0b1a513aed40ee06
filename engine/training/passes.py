"""Forward and backward: the gradients of a step, in micro-batches, and how to take back what passes changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.training.precision import autocast_dtype
from engine.training.state import random_state, restore_random_state
from engine.training.trainable import Batch, Trainable


class Passes:
    """Passes of a trainable on its device. `between` is called between micro-batches; what it raises ends them."""

    def __init__(
        self, trainable: Trainable, device: torch.device, precision: str, *, between: Callable[[], None]
    ) -> None:
        self.trainable, self.device, self.between = trainable, device, between
        self.dtype = autocast_dtype(precision, device)

    def autocast(self) -> torch.autocast:
        """The arithmetic that the config asks for."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None)

    def add_gradients(self, batches: list[Batch]) -> Tensor:
        """Add the gradients of the mean loss over all these (micro-)batches; that loss, on the device."""
        weight = max(1.0, sum(self.trainable.weight(batch) for batch in batches))
        total = torch.zeros((), device=self.device)
        for at, batch in enumerate(batches):
            if at:
                self.between()
            moved = {name: tensor.to(self.device, non_blocking=True) for name, tensor in batch.items()}
            with self.autocast():
                loss = self.trainable.loss_sum(moved) / weight
            loss.backward()
            total += loss.detach()
        return total


@dataclass(frozen=True)
class Before:
    """What passes change besides weights: gradients, random state, running statistics of normalization."""

    model: nn.Module
    device: torch.device
    random: dict[str, Any]
    buffers: list[Tensor]

    @classmethod
    def passes(cls, model: nn.Module, device: torch.device) -> Before:
        """As it is now; there are no gradients."""
        buffers = list(model.buffers())
        copies = [torch.empty_like(buffer) for buffer in buffers]
        _copy(buffers, copies)
        return cls(model, device, random_state(device), copies)

    def put_back(self) -> None:
        """As if the passes had not begun."""
        self.model.zero_grad(set_to_none=True)
        restore_random_state(self.random, self.device)
        _copy(self.buffers, list(self.model.buffers()))


def _copy(tensors: list[Tensor], into: list[Tensor]) -> None:
    """All at once: a GPU would get a kernel for each of hundreds, in every step."""
    if tensors:
        with torch.no_grad():
            torch._foreach_copy_(into, tensors)
