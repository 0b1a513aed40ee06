"""Labelled folders that share words with one: why a label suggests itself, where there is no model to ask."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass

from engine.folders.samples.sample import TrainingSample


@dataclass(frozen=True)
class Alike:
    """A labelled folder beside the one in question."""

    path: str
    label: str
    similarity: float
    """1 the same, 0 nothing in common."""


class LabelledWords:
    """The words of labelled folders, weighted by how few of them hold each (tf-idf with tf 1, cosine)."""

    def __init__(self, labelled: Iterable[tuple[TrainingSample, str]]) -> None:
        self._folders = [(sample.shown, label, words_of(sample)) for sample, label in labelled]
        self._holders: dict[str, list[int]] = {}
        for place, (_, _, words) in enumerate(self._folders):
            for word in words:
                self._holders.setdefault(word, []).append(place)

    def nearest(self, sample: TrainingSample, count: int = 5) -> list[Alike]:
        """The labelled folders that share most, the nearest first; the folder itself is left out."""
        words = words_of(sample)
        shared: dict[int, float] = {}
        for word in words:
            for place in self._holders.get(word, ()):
                shared[place] = shared.get(place, 0.0) + self._weight(word) ** 2
        own = self._length(words)
        found = []
        for place, product in shared.items():
            path, label, theirs = self._folders[place]
            if path != sample.shown:
                found.append(Alike(path, label, product / (own * self._length(theirs))))
        # Sums over sets differ in their last digits from one process to the next: equals go by path.
        return heapq.nsmallest(count, found, key=lambda each: (-round(each.similarity, 9), each.path))

    def _weight(self, word: str) -> float:
        return math.log(1 + (1 + len(self._folders)) / (1 + len(self._holders.get(word, ()))))

    def _length(self, words: frozenset[str]) -> float:
        return math.sqrt(sum(self._weight(word) ** 2 for word in words)) or 1.0


def words_of(sample: TrainingSample) -> frozenset[str]:
    """Words of the name, the folder above, the children, and the extensions, which begin with a dot."""
    names = (sample.name, sample.parent, *sample.children)
    return frozenset(word for name in names for word in name.lower().split()) | {
        f".{extension}" for extension in sample.extensions
    }
