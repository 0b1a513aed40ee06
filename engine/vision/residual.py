"""Small residual nets with random weights, for pictures of some dozens of pixels: `scratch:resnet-8` and the like."""

from __future__ import annotations

import re

import torch
from torch import Tensor, nn

from engine.errors import BaseModelError

WIDTHS = (16, 32, 64)
LARGE = 48
"""Shorter side from which the stem halves the picture: the first convolution costs most."""
_NAME = re.compile(r"resnet-(8|14|20|26)(?:x(2|4))?")


class Block(nn.Module):
    """Two 3 × 3 convolutions round a shortcut."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(width)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels != width:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = nn.functional.relu(self.first_norm(self.first(inputs)))
        return nn.functional.relu(self.second_norm(self.second(hidden)) + self.shortcut(inputs))


class ResidualNet(nn.Module):
    """(N, channels, height, width) → (N, dimensions): the mean over the picture of the last block.

    The nets for CIFAR of He et al. 2015 (arXiv 1512.03385, section 4.2): 6n + 2 layers, n blocks in each of three
    stages, widths 16, 32 and 64, times 2 or 4 where the name says so.
    """

    def __init__(self, channels: int, size: tuple[int, int], blocks: int, factor: int) -> None:
        super().__init__()
        widths = [width * factor for width in WIDTHS]
        self.dimensions = widths[-1]
        stride = 2 if min(size) >= LARGE else 1
        self.stem = nn.Sequential(
            nn.Conv2d(channels, widths[0], 3, stride, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        made, before = [], widths[0]
        for stage, width in enumerate(widths):
            for number in range(blocks):
                made.append(Block(before, width, 2 if stage and not number else 1))
                before = width
        self.blocks = nn.ModuleList(made)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        hidden = self.stem(images)
        for block in self.blocks:
            hidden = block(hidden)
        return self.pooled(hidden)

    def pooled(self, hidden: Tensor) -> Tensor:
        """The embedding by what the last block gives."""
        return hidden.mean((2, 3))


def residual_net(name: str, channels: int, size: tuple[int, int], seed: int) -> ResidualNet:
    """The net of that name, the same weights for the same seed. Raises BaseModelError."""
    matched = _NAME.fullmatch(name)
    if matched is None:
        raise BaseModelError(
            f"there is no architecture {name!r}", fix="write scratch:resnet-8, -14, -20 or -26, or scratch:resnet-8x2"
        )
    depth, factor = int(matched[1]), int(matched[2] or 1)
    torch.manual_seed(seed)
    return ResidualNet(channels, size, (depth - 2) // 6, factor)
