"""One person going through what curation found: where they are, what they look at, what they can take back.

Every decision is on the disk when the method returns; nothing here is lost with the process but what `undo` knows.
"""

from __future__ import annotations

from engine.curation.decisions import Decision
from engine.curation.findings import GRAVEST_FIRST
from engine.curation.review import Counts, Place, Review

ALL = ""
"""No filter."""


class Sitting:
    """A review with a cursor and a filter."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.problem = ALL
        """Only these are shown."""
        self._at: Place | None = None
        self._done: list[tuple[Place, str]] = []
        self._settle(0)
        if self.current is not None and self.current.decision:
            self.next_undecided()

    @property
    def items(self) -> list[Decision]:
        """What is shown, the gravest first."""
        return [item for item in self.review.items if not self.problem or self.problem in item.problems]

    @property
    def at(self) -> int:
        """Which of them is looked at; -1 where there is none."""
        return next((at for at, item in enumerate(self.items) if item.place == self._at), -1)

    @property
    def current(self) -> Decision | None:
        """What is looked at."""
        return next((item for item in self.items if item.place == self._at), None)

    @property
    def counts(self) -> Counts:
        """How far it is."""
        return self.review.counts()

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    def move(self, step: int) -> None:
        """Up or down."""
        self._settle(max(0, self.at) + step)

    def next_undecided(self) -> bool:
        """On to the next without a decision, from the top again behind the last; whether there is one."""
        items, at = self.items, self.at
        for item in (*items[at + 1 :], *items[: at + 1]):
            if not item.decision:
                self._at = item.place
                return True
        return False

    def next_problem(self) -> None:
        """Show only the next kind of problem that there is, then all again."""
        there = self.counts.problems
        kinds = [ALL, *(problem for problem in GRAVEST_FIRST if there.get(problem))]
        at, here = kinds.index(self.problem) if self.problem in kinds else 0, self.current
        self.problem = kinds[(at + 1) % len(kinds)]
        if here is None or here not in self.items:
            self._settle(0)

    def decide(self, decision: str) -> Decision | None:
        """Decide on what is looked at, and go on to the next undecided. Raises FinetopError where it cannot be saved;
        then nothing has changed."""
        item = self.current
        if item is None:
            return None
        made = self.review.decide(item.place, decision)
        self._done.append((item.place, item.decision))
        self.next_undecided()
        return made

    def undo(self) -> Decision | None:
        """Take the last decision of this sitting back, and show its picture. Raises FinetopError."""
        if not self._done:
            return None
        place, before = self._done[-1]
        made = self.review.decide(place, before)
        self._done.pop()
        self._at = place
        if self.current is None:
            self.problem = ALL
        return made

    def refresh(self) -> None:
        """Others may have edited the file. Raises FinetopError for one that cannot be used."""
        if self.review.refresh() and self.current is None:
            self._settle(0)

    def _settle(self, at: int) -> None:
        items = self.items
        self._at = items[max(0, min(at, len(items) - 1))].place if items else None
