"""A running mean of the weights, which is evaluated and handed over in their place."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn


class WeightAverage:
    """Exponential moving average over steps (Polyak & Juditsky 1992; with a ramp as in YOLO, so that the first
    weights are soon forgotten): factor · (1 − e^(−step / ramp))."""

    def __init__(self, model: nn.Module, decay: float, ramp: int) -> None:
        self.decay, self.ramp = decay, ramp
        self.state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}

    def update(self, model: nn.Module, steps: int) -> None:
        """Take in the weights after `steps` steps. Whole numbers (counters) are taken as they are."""
        share = 1 - self.decay * (1 - math.exp(-steps / self.ramp))
        current = model.state_dict()
        mean = [name for name, tensor in self.state.items() if tensor.is_floating_point()]
        with torch.no_grad():
            torch._foreach_lerp_([self.state[name] for name in mean], [current[name] for name in mean], share)
            for name in self.state.keys() - set(mean):
                self.state[name].copy_(current[name])

    @contextlib.contextmanager
    def inside(self, model: nn.Module) -> Iterator[None]:
        """The model holds the mean; afterwards its own weights again."""
        current = model.state_dict()
        own = {name: tensor.clone() for name, tensor in current.items()}
        _fill(current, self.state)
        try:
            yield
        finally:
            _fill(current, own)

    def load(self, state: dict[str, Tensor]) -> None:
        """Put back what a checkpoint holds."""
        _fill(self.state, state)


def _fill(into: dict[str, Tensor], state: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, tensor in state.items():
            into[name].copy_(tensor)
