"""Which folder is shown next to somebody who labels. Pure: ids in, ids out."""

from __future__ import annotations

from collections.abc import Iterable


class LabelQueue:
    """Folders in the order in which they are offered: a batch, then all others; those put off come last."""

    def __init__(self, batch: Iterable[int] = (), rest: Iterable[int] = ()) -> None:
        self.batch, self.rest = list(batch), list(rest)
        self.decided: set[int] = set()
        """Labelled by whoever counts here."""
        self.put_off: set[int] = set()
        """Skipped: they come again when nothing else is left."""
        self._passed: set[int] = set()
        """Gone by without deciding."""
        self._found: list[int] = []
        self._again: list[int] = []
        self._place = [0, 0]

    @property
    def done_of_batch(self) -> int:
        """How many of the batch are decided."""
        return sum(number in self.decided for number in self.batch)

    def next(self) -> int | None:
        """The folder to show now; None when all are decided."""
        if self._found:
            return self._found.pop(0)
        while self._again:
            waiting = self._again.pop(0)
            if waiting not in self.decided:
                return waiting
        number = self._first_waiting()
        for laid_by in (self._passed, self.put_off):
            if number is None and laid_by:
                laid_by.clear()
                self._place = [0, 0]
                number = self._first_waiting()
        return number

    def ahead(self, count: int) -> list[int]:
        """The ids that will probably come next, without moving on."""
        found = dict.fromkeys([*self._found, *self._again])
        for ids, place in zip((self.batch, self.rest), self._place, strict=True):
            for number in ids[place : place + 4 * count]:
                if self._waits(number):
                    found[number] = None
        return list(found)[:count]

    def pass_by(self, number: int) -> None:
        """Go by this one: it stays to be done."""
        self._passed.add(number)

    def come_back(self, number: int) -> None:
        """Show this one again, after the one that is shown now."""
        self._again.insert(0, number)

    def look_at(self, numbers: Iterable[int]) -> None:
        """Show these before all others, decided or not."""
        self._found = list(numbers)

    def reopen(self, number: int) -> None:
        """This one is to be decided again."""
        self.decided.discard(number)
        self._passed.discard(number)
        self._place = [0, 0]

    def _first_waiting(self) -> int | None:
        for which, ids in enumerate((self.batch, self.rest)):
            while self._place[which] < len(ids):
                number = ids[self._place[which]]
                if self._waits(number):
                    return number
                self._place[which] += 1
        return None

    def _waits(self, number: int) -> bool:
        return number not in self.decided and number not in self.put_off and number not in self._passed
