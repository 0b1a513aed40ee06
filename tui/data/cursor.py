"""Which dataset, split, class and examples the operator looks at. Touches no disk."""

from __future__ import annotations

from collections.abc import Sequence

from tui.data.examples import Place
from tui.data.shelf import DatasetSeen, Facts, Shelf, matching, splits_of


class Cursor:
    """Names, not places: what appears or goes away above does not move it."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.filter = ""
        self.shown: tuple[DatasetSeen, ...] = ()
        """The datasets that pass the filter."""
        self.dataset = ""
        self.split = ""
        self.chosen = ""
        """The class whose examples are shown; empty for all."""
        self._before: list[Place] = []
        self.start = Place()
        """Where the examples on screen begin."""

    def settle(self, shelf: Shelf) -> None:
        """Take a new picture of the workspace."""
        self.shelf = shelf
        self._filter_again()

    def search(self, text: str) -> None:
        """Show only the datasets in which these words stand."""
        self.filter = text
        self._filter_again()

    def _filter_again(self) -> None:
        self.shown = matching(self.shelf.datasets, self.filter) if self.filter else self.shelf.datasets
        if self.seen is None:
            self.go_to(self.shown[0].id if self.shown else "")

    @property
    def at(self) -> int:
        """The dataset's place in the list; -1 where it is not there."""
        return next((place for place, one in enumerate(self.shown) if one.id == self.dataset), -1)

    @property
    def seen(self) -> DatasetSeen | None:
        """The dataset that is looked at."""
        return next((one for one in self.shown if one.id == self.dataset), None)

    def move(self, step: int) -> None:
        """Up or down in the list."""
        if self.shown:
            self.go_to(self.shown[max(0, min(self.at + step, len(self.shown) - 1))].id)

    def go_to(self, dataset: str) -> None:
        """To a dataset by its name; its first split, all its classes."""
        if dataset != self.dataset:
            self.dataset, self.chosen = dataset, ""
            self.split = next(iter(splits_of(self.seen.counts)), "") if self.seen is not None else ""
            self._rewind()

    # -- within a dataset

    def next_split(self, splits: Sequence[str]) -> None:
        """The next split of the dataset; behind the last comes the first."""
        if splits:
            self.split = (
                splits[(list(splits).index(self.split) + 1) % len(splits)] if self.split in splits else splits[0]
            )
            self._rewind()

    def choose(self, name: str) -> None:
        """Only examples of one class; of all where the name is empty."""
        if name != self.chosen:
            self.chosen = name
            self._rewind()

    def page_on(self, after: Place) -> None:
        """The examples behind those on screen."""
        self._before.append(self.start)
        self.start = after

    def page_back(self) -> bool:
        """The examples before; False at the beginning."""
        if not self._before:
            return False
        self.start = self._before.pop()
        return True

    def _rewind(self) -> None:
        self._before, self.start = [], Place()


def can_filter(facts: Facts | None, split: str) -> bool:
    """Whether there are classes to choose from."""
    return facts is not None and len(facts.classes.get(split, {})) > 1
