"""Palettes of thermal cameras: a temperature's place in the span becomes a colour."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STOPS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "ironbow": (
        (8, 4, 30),
        (62, 12, 112),
        (150, 24, 122),
        (214, 66, 62),
        (246, 138, 20),
        (255, 206, 60),
        (255, 252, 222),
    ),
    "grey": ((6, 6, 6), (250, 250, 250)),
    "sepia": ((14, 8, 4), (110, 72, 40), (206, 164, 112), (255, 246, 226)),
    "lava": ((10, 10, 22), (36, 44, 92), (120, 30, 60), (214, 50, 26), (252, 160, 40), (255, 250, 190)),
    "rainbow": (
        (10, 10, 90),
        (20, 90, 210),
        (20, 190, 190),
        (60, 200, 70),
        (230, 220, 40),
        (250, 110, 30),
        (255, 235, 225),
    ),
}
"""From cold to hot, evenly spaced."""


def coloured(share: NDArray[Any], palette: str) -> NDArray[np.float32]:
    """Values from 0 to 1 as colours from 0 to 255."""
    stops = np.array(STOPS[palette], dtype=np.float32)
    table = np.stack(
        [np.interp(np.linspace(0, len(stops) - 1, 256), np.arange(len(stops)), c) for c in stops.T], axis=1
    )
    index = (np.clip(share, 0, 1) * 255).astype(np.uint8)
    return table.astype(np.float32)[index]
