"""Calls back from inside long passes: a step of a large model on a CPU may take half a minute, and an operator
who says stop now, or looks at the progress, should not wait for it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

PULSE_EVERY_S = 1.0


class Pulse:
    """Calls `beat` when `PULSE_EVERY_S` have passed since it was last called or reset."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self.beat = beat
        self._last = time.monotonic()

    def reset(self) -> None:
        """Between passes the loop looks for itself."""
        self._last = time.monotonic()

    @contextlib.contextmanager
    def inside(self, model: nn.Module, device: torch.device) -> Iterator[None]:
        """Ask after every layer forward and every weight backward. What `beat` raises ends the pass.

        On the CPU alone: on a GPU passes are queued, not awaited, and short.
        """
        handles: list[Any] = []
        if device.type == "cpu":
            handles += [
                module.register_forward_pre_hook(self._after_layer)
                for module in model.modules()
                if next(module.parameters(recurse=False), None) is not None
            ]
            handles += [
                parameter.register_post_accumulate_grad_hook(self._after_weight)
                for parameter in model.parameters()
                if parameter.requires_grad
            ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _after_layer(self, module: nn.Module, inputs: Any) -> None:
        self._ask()

    def _after_weight(self, parameter: torch.Tensor) -> None:
        self._ask()

    def _ask(self) -> None:
        now = time.monotonic()
        if now - self._last >= PULSE_EVERY_S:
            self._last = now
            self.beat()
