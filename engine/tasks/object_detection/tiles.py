"""Overlapping tiles over a picture: where they lie, and what becomes of boxes that their edges cut.

Boxes are rows x0, y0, x1, y1 in pixels. Nothing here knows a network, a file or a random generator of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.tasks.object_detection.config import Config

Floats = NDArray[np.float64]
Corners = NDArray[Any]
"""Boxes in whatever precision."""
Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the picture."""
LEAST_SIZE = 32
"""Pixels of a tile's side: smaller ones would be thousands in a photograph and show nothing whole."""
MOST_OVERLAP = 0.75


@dataclass(frozen=True)
class Tiling:
    """How pictures are cut: side of a tile in pixels of the picture, and the part of it that neighbours share."""

    size: int
    overlap: float

    def __post_init__(self) -> None:
        if not (self.size >= LEAST_SIZE and 0 <= self.overlap <= MOST_OVERLAP):
            raise ValueError(f"tiles must be of {LEAST_SIZE} pixels or more and overlap by 0 to {MOST_OVERLAP}")

    def __str__(self) -> str:
        return f"tiles of {self.size} px that overlap by {self.overlap:.0%} or more"


@dataclass(frozen=True)
class Cut:
    """What a tile shows of a picture's boxes."""

    kept: NDArray[np.int64]
    """Numbers of the boxes that count in the tile."""
    boxes: Floats
    """These, cut at the tile's edges, in pixels of the tile."""
    scraps: Floats
    """What the tile shows of the others, in pixels of the tile."""


def tiling_of(config: Config) -> Tiling | None:
    """How a config wants pictures cut; None when it does not."""
    return None if config.tiles == "off" else Tiling(config.tile_size or config.image_size, config.tile_overlap)


def cover(width: int, height: int, tiling: Tiling) -> list[Region]:
    """Tiles that leave no pixel out, row by row. None for a picture that is no larger than a tile."""
    if max(width, height) <= tiling.size:
        return []
    columns, rows = _starts(width, tiling), _starts(height, tiling)
    return [(x, y, min(width, x + tiling.size), min(height, y + tiling.size)) for y in rows for x in columns]


def moved_into(boxes: Corners, region: Region) -> Floats:
    """Boxes of the picture in pixels of a tile."""
    return boxes - _corner(region)


def moved_back(boxes: Corners, region: Region) -> Floats:
    """Boxes of a tile in pixels of the picture."""
    return boxes + _corner(region)


def cut(boxes: Corners, region: Region, least_share: float) -> Cut:
    """A box counts in a tile that shows at least this share of its area.

    So an object much longer than a tile counts in none: the whole image shows it. Counted by the share of what a tile
    can show at most, poles had a recall of 0.47 in place of 0.76 (benchmarks/tiles.py, one seed).

    Of others the tile shows scraps. Left in the picture without a box they would be learnt as background, and with
    one as whole objects of a few pixels; so whoever makes the training picture blanks them.
    """
    boxes = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    limit = np.array([region[2] - region[0], region[3] - region[1]] * 2, dtype=np.float64)
    inside = np.clip(moved_into(boxes, region), 0, limit)
    area, shown = _area(boxes), _area(inside)
    # A box that lies inside whole keeps its area but for the last digits.
    kept = (shown > 0) & (shown >= (least_share - 1e-9) * area)
    return Cut(np.flatnonzero(kept), inside[kept], inside[~kept & (shown > 0)])


def scraps_mask(seen: Cut, width: int, height: int) -> NDArray[np.bool_]:
    """Pixels of a tile (height × width) to blank: the scraps, but for what belongs to a box that counts too. A pole's
    end may cross a whole crossarm, which must stay."""
    mask = np.zeros((height, width), dtype=np.bool_)
    for boxes, value in ((seen.scraps, True), (seen.boxes, False)):
        for x0, y0, x1, y1 in boxes:
            mask[math.floor(y0) : math.ceil(y1), math.floor(x0) : math.ceil(x1)] = value
    return mask


def anywhere(width: int, height: int, size: int, draws: np.random.Generator) -> Region:
    """A tile at any place, each as likely."""
    room_x, room_y = max(0, width - size), max(0, height - size)
    return _at(draws.integers(room_x + 1), draws.integers(room_y + 1), width, height, size)


def around(box: Sequence[float], width: int, height: int, size: int, draws: np.random.Generator) -> Region:
    """A tile at any place that shows all of a box or, of one larger than a tile, nothing but it along that side."""
    places = []
    for low, high, length in ((box[0], box[2], width), (box[1], box[3], height)):
        first, last = sorted((math.floor(low), math.ceil(high) - size))
        room = max(0, length - size)
        first, last = min(max(0, first), room), min(max(0, last), room)
        places.append(draws.integers(first, last + 1))
    return _at(places[0], places[1], width, height, size)


def _starts(length: int, tiling: Tiling) -> list[int]:
    """Where tiles begin along a side: evenly spread, no further apart than the overlap allows."""
    if length <= tiling.size:
        return [0]
    stride = max(1, math.floor(tiling.size * (1 - tiling.overlap)))
    gaps = math.ceil((length - tiling.size) / stride)
    return [at * (length - tiling.size) // gaps for at in range(gaps + 1)]


def _at(x: int | np.integer, y: int | np.integer, width: int, height: int, size: int) -> Region:
    return int(x), int(y), min(width, int(x) + size), min(height, int(y) + size)


def _corner(region: Region) -> Floats:
    return np.array([region[0], region[1]] * 2, dtype=np.float64)


def _area(boxes: Floats) -> Floats:
    return np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
