"""The files of a flagged picture, opened. Slow: call in threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.curation.decisions import Decision
from engine.curation.review import Review
from engine.errors import FinetopError

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST = 1024
"""Pixels of the longer side that are kept: more than any terminal has cells."""


@dataclass(frozen=True)
class Opened:
    """An item's picture, and the one that it doubles; None for one that cannot be opened."""

    item: Decision
    picture: Image | None
    other: Image | None = None


def opened(review: Review, item: Decision) -> Opened:
    """Open both."""
    other = review.other_picture(item)
    return Opened(item, _picture(review.picture(item)), _picture(other) if other is not None else None)


def _picture(path: Path) -> Image | None:
    from engine.pictures.boxes import open_picture

    try:
        picture = open_picture(path)
    except FinetopError:
        return None
    picture.thumbnail((LARGEST, LARGEST))
    return picture
