"""Labelled pictures as they are collected from folders and manifests: read, named by content, each taken once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.datasets.importers.components import components
from engine.datasets.importers.found import Found, Problems
from engine.datasets.importers.pictures import UnusablePicture, read_picture
from engine.datasets.importers.spool import Spool
from engine.labelled_pictures import problem_with_name

FIX_PICTURE = "replace the image"
FIX_LABEL = "correct one of the labels, or remove both"
HELD_OUT = ("test", "validation", "train")
"""In which split a picture stays that stands in two: what is measured must not be known, and not shrink."""


@dataclass(frozen=True)
class Entry:
    """What a source says of a picture."""

    path: Path
    where: str
    label: str
    split: str | None = None
    groups: tuple[tuple[str, str], ...] = ()
    """(column, value): what must not be torn apart."""
    conditions: tuple[tuple[str, str], ...] = ()


@dataclass
class Collected:
    """Rows, the files that they name, and what was settled on the way."""

    problems: Problems
    spool: Spool
    files: dict[str, Path | bytes] = field(default_factory=dict)
    origins: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    _taken: dict[str, tuple[Entry, dict[str, Any]]] = field(default_factory=dict)
    """Name of the picture → what was said of it, and its row."""
    _doubtful: dict[str, Entry] = field(default_factory=dict)
    """Pictures with two labels: neither is believed."""
    _repeated: list[tuple[Entry, Entry]] = field(default_factory=list)
    _moved: int = 0

    def __len__(self) -> int:
        return len(self._taken)

    def add(self, entry: Entry, inside: Path) -> None:
        """Take a picture in; a bad row when it cannot be used. `inside`: the folder, resolved, that it must not lead
        out of."""
        label = unicodedata.normalize("NFC", entry.label.strip())
        if self.problems.add_if(entry.where, problem_with_name("label", label), "rename it"):
            return
        if not entry.path.resolve().is_relative_to(inside):
            self.problems.add(
                entry.where,
                f"{entry.path.name} is a link that leads out of {inside}",
                "put the picture itself there, or name with --root a folder that holds both",
            )
            return
        try:
            picture = read_picture(entry.path)
        except UnusablePicture as unusable:
            what = str(unusable) if entry.where == str(entry.path) else f"{entry.path.name}: {unusable}"
            self.problems.add(entry.where, what, FIX_PICTURE)
            return
        before = self._taken.get(picture.name)
        known = before[0] if before else self._doubtful.get(picture.name)
        if known is None:
            row = {"image": f"files/{picture.name}", "width": picture.width, "height": picture.height, "label": label}
            if entry.conditions:
                row["conditions"] = dict(entry.conditions)
            self.files[picture.name] = self.spool.keep(picture.name, picture.content)
            self._taken[picture.name] = (entry, row)
        elif before is None or before[1]["label"] != label:
            self._doubt(picture.name, known, entry, label)
        else:
            self._repeat(picture.name, before, entry)

    def finish(self) -> list[Found]:
        """The rows, with their groups."""
        self._say_repeats()
        if self._doubtful:
            self.said.append(f"{len(self._doubtful)} pictures stand under two labels: neither was believed")
        names = group_names([entry.groups for entry, _ in self._taken.values()])
        for (_, row), group in zip(self._taken.values(), names, strict=True):
            if group is not None:
                row["group"] = group
        return [Found(row, entry.where, entry.split) for entry, row in self._taken.values()]

    def _doubt(self, name: str, known: Entry, entry: Entry, label: str) -> None:
        self.problems.add(
            entry.where,
            f"{entry.path.name}, labelled {label!r}, is the same picture as that of {known.where}, "
            f"labelled {known.label.strip()!r}",
            FIX_LABEL,
        )
        self._doubtful[name] = known
        self._taken.pop(name, None)
        self.files.pop(name, None)

    def _repeat(self, name: str, before: tuple[Entry, dict[str, Any]], entry: Entry) -> None:
        kept, row = before
        self._repeated.append((kept, entry))
        if kept.split != entry.split:
            self._moved += 1
            if _rank(entry.split) < _rank(kept.split):
                self._taken[name] = (entry, row)

    def _say_repeats(self) -> None:
        if not self._repeated:
            return
        kept, again = self._repeated[0]
        self.said.append(
            f"{len(self._repeated)} pictures stand there again under the same label: each is kept once "
            f"(the first: {again.where} is {kept.where})"
        )
        if self._moved:
            self.said.append(f"{self._moved} of them stood in two splits: each stays in the one held out")


def group_names(groups: Sequence[tuple[tuple[str, str], ...]]) -> list[str | None]:
    """One name for all rows that share a value in one of the group columns, directly or through others.

    A row without any has None. With one column the name is the value.
    """
    together = components(groups)
    several = len({column for row in groups for column, _ in row}) > 1
    return [_group_name(groups[first], several) if row else None for row, first in zip(groups, together, strict=True)]


def _group_name(groups: tuple[tuple[str, str], ...], several: bool) -> str:
    return " ".join(f"{column}={value}" for column, value in groups) if several else groups[0][1]


def _rank(split: str | None) -> int:
    return HELD_OUT.index(split or "train")
