"""Pictures of a split, brought to the size and channels of a net: kept in memory where there is room, else decoded
when they are asked for."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.allowance import free_memory_bytes, room_bytes, usable_cpus
from engine.vision.backbone import Backbone, Fit
from engine.vision.pixels import Pixels, read_pixels, with_channels

Kept = NDArray[np.unsignedinteger[Any]]
MOST_THREADS = 8
STEP = 256
"""Pictures that are decoded together: between them progress is told."""
_FULL = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}


class Pictures:
    """Pictures by number, as tensors of one size. Sources are paths or data URLs."""

    def __init__(
        self,
        sources: Sequence[str | Path],
        backbone: Backbone,
        *,
        cache_mib: int = 2048,
        bits: int = 8,
        tick: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """`bits` of each value that is kept, 8 or 16: thermal pictures differ in less than 8 can say. Raises
        InputError for a picture that cannot be read."""
        self.sources, self.channels, self.size = list(sources), backbone.channels, backbone.size
        self.fit: Fit = backbone.description.fit
        self._kind: np.dtype[np.unsignedinteger[Any]] = np.dtype(np.uint16 if bits > 8 else np.uint8)
        each = self.channels * self.size[0] * self.size[1] * self._kind.itemsize
        fits = len(self.sources) * each <= room_bytes(cache_mib, free_memory_bytes())
        self._kept: Kept | None = self._decode_all(tick) if fits and self.sources else None

    def __len__(self) -> int:
        return len(self.sources)

    def part(self, numbers: Sequence[int]) -> Pictures:
        """Some of the pictures, without decoding them again."""
        made = copy.copy(self)
        made.sources = [self.sources[number] for number in numbers]
        made._kept = None if self._kept is None else self._kept[list(numbers)]
        return made

    def tensor(self, numbers: Sequence[int]) -> Tensor:
        """(pictures, channels, height, width), 0 to 1."""
        if self._kept is not None:
            values = torch.from_numpy(self._kept[list(numbers)])
        else:
            values = torch.from_numpy(self._decoded(numbers))
        return values.float() / _FULL[self._kind]

    def _decode_all(self, tick: Callable[[int, int], None]) -> Kept:
        kept: Kept = np.empty((len(self.sources), self.channels, *self.size), dtype=self._kind)
        for start in range(0, len(self.sources), STEP):
            part = range(start, min(start + STEP, len(self.sources)))
            kept[start : part.stop] = self._decoded(part)
            tick(part.stop, len(self.sources))
        return kept

    def _decoded(self, numbers: Sequence[int]) -> Kept:
        threads = min(MOST_THREADS, usable_cpus(), len(numbers))
        if threads < 2:
            return np.stack([self._one(number) for number in numbers])
        with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
            return np.stack(list(pool.map(self._one, numbers)))

    def _one(self, number: int) -> Kept:
        pixels = with_channels(read_pixels(self.sources[number]), self.channels)
        made = brought_to(pixels, self.size, self.fit)
        scaled: Kept = np.round(np.clip(made, 0, 1) * _FULL[self._kind]).astype(self._kind)
        return scaled.transpose(2, 0, 1)


def brought_to(pixels: Pixels, size: tuple[int, int], fit: Fit = "stretch") -> Pixels:
    """The picture in `size` (height, width), smoothed where it shrinks. `pad` keeps its proportions."""
    height, width = pixels.shape[:2]
    if (height, width) == tuple(size):
        return pixels
    inner = size
    if fit == "pad":
        scale = min(size[0] / height, size[1] / width)
        inner = (max(1, round(height * scale)), max(1, round(width * scale)))
    tensor = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None]
    made = nn.functional.interpolate(tensor, inner, mode="bilinear", antialias=True)[0].numpy().transpose(1, 2, 0)
    if inner == size:
        return np.asarray(made, dtype=np.float32)
    whole = np.empty((*size, pixels.shape[2]), dtype=np.float32)
    whole[:] = made.mean((0, 1))
    top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    whole[top : top + inner[0], left : left + inner[1]] = made
    return whole
