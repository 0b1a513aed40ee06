"""Numbers of a step, read when the device has them: asking at once would make the host wait."""

from __future__ import annotations

import torch
from torch import Tensor


class StepReading:
    """Loss and gradient norm of one step.

    On a GPU the copy to the host is queued right behind the step, with a CUDA event after it; `read`
    waits for that event alone. A plain `.item()` one step later would queue its copy behind the next
    step, and so wait for that as well.
    """

    def __init__(self, step: int, epoch: float, learning_rate: float, loss: Tensor, norm: Tensor | None) -> None:
        self.step, self.epoch, self.learning_rate = step, epoch, learning_rate
        self.has_norm = norm is not None
        values = torch.stack([loss.float(), norm.float()]) if norm is not None else loss.float()[None]
        self._copied: torch.cuda.Event | None = None
        if values.is_cuda:
            self._host = torch.empty(values.shape, dtype=values.dtype, pin_memory=True)
            self._host.copy_(values, non_blocking=True)
            self._copied = torch.cuda.Event()
            self._copied.record()
        else:
            self._host = values

    def read(self) -> dict[str, float]:
        """`loss`, `learning_rate` and, where gradients are clipped, `grad_norm`."""
        if self._copied is not None:
            self._copied.synchronize()
        numbers = self._host.tolist()
        values = {"loss": numbers[0], "learning_rate": self.learning_rate}
        if self.has_norm:
            values["grad_norm"] = numbers[1]
        return values
