"""A preview with its pictures decoded. Slow: call in threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from engine.datasets.preview import Preview
from engine.errors import FinetopError
from tui.data.classes import ordered_classes
from tui.data.examples import Example, Place
from tui.data.looked import LARGEST, SMALL

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Previewed:
    """One dataset that would be made."""

    preview: Preview
    examples: tuple[Example, ...]
    pictures: tuple[Image | None, ...] = ()

    @property
    def labels(self) -> list[str]:
        """Every class, in the order in which it is coloured."""
        return ordered_classes(self.preview.classes)


def decode(answer: bytes) -> tuple[Previewed, ...]:
    """What `engine data … --preview --json` answered. Raises msgspec.MsgspecError."""
    return tuple(_previewed(one) for one in msgspec.json.decode(answer, type=list[Preview]))


def _previewed(preview: Preview) -> Previewed:
    rows = preview.examples
    examples = tuple(Example(row, Place(0, number), Place(0, number + 1)) for number, row in enumerate(rows, 1))
    if not any("image" in row for row in rows):
        return Previewed(preview, examples)
    size = LARGEST if preview.task == "object-detection" else SMALL
    return Previewed(preview, examples, tuple(_picture(str(row.get("image", "")), size) for row in rows))


def _picture(source: str, size: int) -> Image | None:
    from engine.pictures.boxes import open_picture

    if not source.startswith("data:"):
        return None
    try:
        picture = open_picture(source)
    except FinetopError:
        return None
    picture.thumbnail((size, size))
    return picture
