"""Linear layers for inference on a CPU, with weights laid out once: in fp32, in bf16, and in int8."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Linear = Callable[[Tensor], Tensor]
ROWS = 2048
"""Tokens at once that weights are laid out for; any number may come."""
MIDDLE = 128
"""The byte that stands for 0 where values have both signs."""
LOW = 16
"""The byte that stands for 0 after a GELU …"""
LEAST = 0.17
"""… which goes no lower than −0.17."""


@dataclass(frozen=True)
class Weights:
    """Of a linear layer: (outputs, inputs) and (outputs,), float32."""

    weight: Tensor
    bias: Tensor


class Packed:
    """(rows, inputs) → (rows, outputs) in one float type, with a GELU behind it where asked."""

    def __init__(self, weights: Weights, dtype: torch.dtype, *, gelu: bool = False) -> None:
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weights.weight.to(dtype), ROWS)
        self._bias = weights.bias.to(dtype)
        self._after: tuple[str, list[float | None], str] = ("gelu", [], "none") if gelu else ("none", [], "")

    def __call__(self, rows: Tensor) -> Tensor:
        made: Tensor = torch.ops.mkldnn._linear_pointwise(rows, self._weight, self._bias, *self._after)
        return made


class Watched:
    """A layer that remembers the largest magnitude of each of its inputs."""

    def __init__(self, layer: Linear) -> None:
        self._layer = layer
        self.largest: Tensor | None = None

    def __call__(self, rows: Tensor) -> Tensor:
        seen = rows.abs().amax(0).float()
        self.largest = seen if self.largest is None else torch.maximum(self.largest, seen)
        return self._layer(rows)


class Bytes:
    """What a layer of weights in int8 needs: bytes in with a scale of their own, any type out."""

    def __init__(self, weights: Weights, scale: float, zero: int) -> None:
        # One scale an output; `clamp` for outputs whose weights are all zero.
        steps = (weights.weight.abs().amax(1) / 127).clamp(min=1e-12)
        whole = (weights.weight / steps[:, None]).round().to(torch.int8)
        self._weight = torch.ops.onednn.qlinear_prepack(whole, [ROWS, weights.weight.shape[1]])
        self._steps, self._zeros = steps, torch.zeros(len(steps), dtype=torch.int32)
        self._bias, self._scale, self._zero = weights.bias, scale, zero

    def floats(self, rows: Tensor, dtype: torch.dtype) -> Tensor:
        """Outputs in a float type."""
        return self._run(rows, 1.0, 0, dtype, "none", "")

    def gelu_bytes(self, rows: Tensor, scale: float) -> Tensor:
        """Outputs behind a GELU as bytes of that scale, 0 at `LOW`."""
        return self._run(rows, scale, LOW, torch.uint8, "gelu", "none")

    def _run(self, rows: Tensor, scale: float, zero: int, dtype: torch.dtype, after: str, algorithm: str) -> Tensor:
        # Bytes without sign: with it, oneDNN takes a reference kernel that is a hundred times slower.
        made: Tensor = torch.ops.onednn.qlinear_pointwise(
            rows, self._scale, self._zero, self._weight, self._steps, self._zeros, self._bias, scale, zero, dtype,
            after, [], algorithm,
        )  # fmt: skip
        return made


class Smoothed:
    """A layer in int8 whose inputs have both signs.

    A few inputs are many times larger than the others, and one scale for all would leave the others no digits: they
    are divided by a factor each that the weights are multiplied by (SmoothQuant, Xiao et al. 2023, arXiv 2211.10438).
    """

    MIGRATION = 0.65
    """How much of the difference the weights take (0 … 1): their α."""
    ROOM = 1.1
    """How much larger than what was seen an input may be before it is cut."""

    def __init__(self, weights: Weights, largest: Tensor) -> None:
        strength = weights.weight.abs().amax(0).clamp(min=1e-5) ** (1 - self.MIGRATION)
        factors = largest.clamp(min=1e-3) ** self.MIGRATION / strength
        scale = float((largest / factors).max()) * self.ROOM / 127
        self._layer = Bytes(Weights(weights.weight * factors, weights.bias), scale, MIDDLE)
        self._per_input = 1 / (factors * scale)
        self._half = torch.tensor(MIDDLE + 0.5)  # cutting digits off then rounds

    def bytes(self, rows: Tensor) -> Tensor:
        """Its inputs, (rows, inputs) float32, as it takes them."""
        return torch.addcmul(self._half, rows, self._per_input).clamp_(0, 255).to(torch.uint8)

    def floats(self, rows: Tensor, dtype: torch.dtype) -> Tensor:
        """(rows, outputs)"""
        return self._layer.floats(self.bytes(rows), dtype)

    def gelu_bytes(self, rows: Tensor, scale: float) -> Tensor:
        return self._layer.gelu_bytes(self.bytes(rows), scale)


class FeedForward:
    """Both layers of a block and the GELU between them, in int8: what is between them is never anything but bytes.

    Some values between them are ten times larger than all others; those `APART` are computed in fp32.
    """

    APART = 8

    def __init__(self, first: Weights, second: Weights, largest: Tensor, largest_between: Tensor) -> None:
        apart = largest_between.topk(min(self.APART, len(largest_between) - 1)).indices
        kept = torch.ones_like(largest_between)
        kept[apart] = 0
        most = float((largest_between * kept).max()) * Smoothed.ROOM
        self._between = max(most / (255 - LOW), LEAST / LOW)
        self._first = Smoothed(Weights(first.weight * kept[:, None], first.bias * kept), largest)
        self._second = Bytes(Weights(second.weight * kept, second.bias), self._between, LOW)
        self._into = Packed(Weights(first.weight[apart], first.bias[apart]), torch.float32, gelu=True)
        self._out = Packed(Weights(second.weight[:, apart], torch.zeros_like(second.bias)), torch.float32)

    def __call__(self, rows: Tensor) -> Tensor:
        """(rows, width) float32 → the same"""
        made = self._second.floats(self._first.gelu_bytes(rows, self._between), torch.float32)
        return made.add_(self._out(self._into(rows)))
