"""Which split an image of feedback belongs to: told by its hash alone, so that it stays there for good."""

from __future__ import annotations

from typing import Literal

Part = Literal["train", "validation", "test"]

_STEPS = 1 << 64


def part_of(sha256: str, *, held_out: float, validation: float) -> Part:
    """The split of an image with this SHA-256.

    The hash is a point between 0 and 1: the test takes what lies below `held_out`, validation as much from the other
    end. More feedback moves no image, and a larger share only adds to what a smaller one held out.
    """
    point = int(sha256[:16], 16) / _STEPS
    if point < held_out:
        return "test"
    return "validation" if point >= 1 - validation else "train"
