"""The datasets of a workspace as Data lists them. Frozen: what the reading thread hands to the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui.data.classes import ordered_classes

SPLITS = ("train", "validation", "test")
"""In this order; others follow."""
MADE_BY = {"recipe": "recipe", "import": "import", "feedback": "feedback"}


@dataclass(frozen=True)
class DatasetSeen:
    """One line of the list."""

    id: str
    task: str = ""
    profile: str = ""
    model: str = ""
    created: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows per split."""
    source: str = ""
    size: int | None = None
    """Bytes on the disk; None while nobody has counted."""
    runs: tuple[str, ...] = ()
    """Runs that were trained on it, newest first."""
    problem: str = ""
    """Why it cannot be used; empty where it can."""

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def how(self) -> str:
        """How it was made, in a word."""
        return MADE_BY.get(self.source, self.source)

    @property
    def words(self) -> str:
        """What a filter looks in."""
        return f"{self.id} {self.task} {self.profile}/{self.model} {self.how}".lower()


@dataclass(frozen=True)
class Shelf:
    """All of them, newest first."""

    datasets: tuple[DatasetSeen, ...] = ()
    looked: bool = False
    """Whether they have been listed at least once."""
    complete: bool = False
    """Whether each has been read, and its size and its runs are known."""


@dataclass(frozen=True)
class Facts:
    """What a dataset says of itself: all of its manifest that people are shown."""

    id: str
    task: str
    profile: str
    model: str
    created: float
    content_sha256: str
    counts: Mapping[str, int]
    classes: Mapping[str, Mapping[str, int]]
    source: str
    recipe_sha256: str = ""
    seed: int | None = None
    origins: tuple[Mapping[str, Any], ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    files: int = 0
    sealed: bool = False
    versions: tuple[str, ...] = ()
    """Registered versions that were trained on it."""

    @property
    def labels(self) -> list[str]:
        """Every class, in the order in which it is coloured."""
        return ordered_classes(self.classes)


def splits_of(counts: Mapping[str, int]) -> list[str]:
    """The splits in the order in which people name them."""
    return [*(name for name in SPLITS if name in counts), *sorted(set(counts) - set(SPLITS))]


def matching(datasets: Sequence[DatasetSeen], text: str) -> tuple[DatasetSeen, ...]:
    """Those in which every word of a filter stands."""
    words = text.lower().split()
    return tuple(one for one in datasets if all(word in one.words for word in words))
