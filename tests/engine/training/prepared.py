"""Batches for tests, in a module that other processes can import."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import DataError
from engine.training.shared_memory import SharedArrays


@dataclass
class Points:
    """Points moved by noise that is a function of (epoch, index)."""

    inputs: Tensor = field(default_factory=lambda: torch.randn(24, 3, generator=torch.Generator().manual_seed(1)))

    def __call__(self, indices: Sequence[int], epoch: int) -> dict[str, Tensor]:
        noise = [torch.randn(3, generator=torch.Generator().manual_seed(epoch * 100 + at)) for at in indices]
        inputs = self.inputs[list(indices)] + 0.1 * torch.stack(noise)
        return {"inputs": inputs, "outputs": inputs.sum(dim=1, keepdim=True)}


@dataclass
class Kinds:
    """Tensors of every kind."""

    def __call__(self, indices: Sequence[int], epoch: int) -> dict[str, Tensor]:
        return {
            "bytes": torch.arange(6, dtype=torch.uint8).reshape(2, 3),
            "turned": torch.arange(6.0).reshape(2, 3).T,
            "half": torch.tensor([1.5, float("nan")], dtype=torch.bfloat16),
            "yes": torch.tensor([True, False]),
            "none": torch.empty(0, 4),
            "one": torch.tensor(7),
            "epoch": torch.tensor([epoch, *indices]),
        }


@dataclass
class Misbehaving:
    """Does what it is told at example 9."""

    how: str

    def __call__(self, indices: Sequence[int], epoch: int) -> dict[str, Tensor]:
        if 9 in indices:
            if self.how == "data":
                raise DataError("the image cannot be read", where="files/9.png", fix="make the dataset anew")
            if self.how == "memory":
                raise MemoryError
            if self.how == "strange":
                raise StrangeError(lambda: None)
            if self.how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(600)
        return {"inputs": torch.ones(len(indices), 3), "outputs": torch.ones(len(indices), 1)}


class StrangeError(Exception):
    """Cannot be pickled."""


@dataclass
class Keeping:
    """Keeps an array of its own for each index, and says which it found."""

    arrays: SharedArrays

    def __call__(self, indices: Sequence[int], epoch: int) -> dict[str, Tensor]:
        found = []
        for at in indices:
            kept = self.arrays.get(at)
            found.append(-1 if kept is None else int(kept[0][0, 0, 0]))
            self.arrays.keep(at, torch.full((4, 5, 3), at, dtype=torch.uint8).numpy(), (at, 2 * at))
        return {"found": torch.tensor(found)}


@dataclass
class Telling:
    """Says what descriptors its process holds."""

    def __call__(self, indices: Sequence[int], epoch: int) -> dict[str, Tensor]:
        held = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        return {"pid": torch.tensor(os.getpid()), "held": torch.tensor(list("\n".join(held).encode()))}
