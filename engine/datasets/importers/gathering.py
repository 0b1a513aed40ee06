"""Rows of pictures with boxes as they are gathered from label files: what every format does alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.datasets.importers.boxes import BadLabel, Box, EmptyBox
from engine.datasets.importers.found import Found, Problems
from engine.datasets.importers.pictures import Picture, UnusablePicture, read_picture
from engine.datasets.importers.spool import Spool

FIX_IMAGE = "replace the image"
FIX_LABEL = "correct the label"


@dataclass
class Gathered:
    """Rows, the files that they name, and what was settled on the way."""

    problems: Problems
    spool: Spool
    found: list[Found] = field(default_factory=list)
    files: dict[str, Path | bytes] = field(default_factory=dict)
    origins: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """Sentences for people → how often."""
    _seen: dict[str, str] = field(default_factory=dict)

    def note(self, what: str, often: int = 1) -> None:
        """Count something that people should know and that is no problem."""
        self.counts[what] = self.counts.get(what, 0) + often

    def notes(self) -> list[str]:
        return [f"{count} {what}" for what, count in self.counts.items()]

    def picture(self, path: Path, where: str) -> Picture | None:
        """Read a picture; None, and a bad row, when it cannot be used or was met before."""
        try:
            picture = read_picture(path)
        except UnusablePicture as problem:
            what = str(problem) if where == str(path) else f"{path.name}: {problem}"
            self.problems.add(where, what, FIX_IMAGE)
            return None
        before = self._seen.setdefault(picture.name, where)
        if before != where:
            self.problems.add(where, f"{path.name} is the same image as that of {before}", "keep one of them")
            return None
        return picture

    def add(self, picture: Picture, objects: Iterable[Box], where: str, split: str | None, group: str | None) -> None:
        """Take a row in."""
        once = dict.fromkeys(objects)
        row: dict[str, Any] = {
            "image": f"files/{picture.name}",
            "width": picture.width,
            "height": picture.height,
            "objects": [box.as_object() for box in once],
        }
        if group:
            row["group"] = group
        self.files[picture.name] = self.spool.keep(picture.name, picture.content)
        self.found.append(Found(row, where, split))


class Labels:
    """The labels of one image: one that cannot be read takes the image with it.

    An object that stands in a picture without its label would be learnt as background.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self.boxes: list[Box] = []
        self.usable = True

    @contextmanager
    def one(self, where: str) -> Iterator[Callable[[Box], None]]:
        """Read one label inside; what it raises is a bad row."""
        try:
            yield self.boxes.append
        except EmptyBox as problem:
            self._problems.add(where, str(problem), "remove it")
        except BadLabel as problem:
            self.usable = False
            self._problems.add(where, str(problem), FIX_LABEL)


def group_of(path: Path) -> str | None:
    """What other pictures of the same photograph share: exports with augmentation name them `PHOTO.rf.HASH`."""
    photo, mark, _ = path.stem.partition(".rf.")
    return photo if mark else None
