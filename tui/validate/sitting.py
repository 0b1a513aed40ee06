"""What was said of answers since the console was started. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tui.theme import Role
from tui.validate.giving import Given
from tui.widgets.cells import Line


class Sitting:
    """Judgements in their order; the last can be taken back."""

    def __init__(self) -> None:
        self._given: list[Given] = []

    def add(self, given: Given) -> None:
        """One more judgement. What was there already counts no second time."""
        if given.outcome != "repeated":
            self._given.append(given)

    @property
    def last(self) -> Given | None:
        """What `undo` takes back."""
        return self._given[-1] if self._given else None

    def take_back(self, given: Given) -> None:
        """Forget one: it was undone."""
        if given in self._given:
            self._given.remove(given)

    def line(self, *, ascii_only: bool = False) -> Line:
        """`3 accepted · 2 corrected · 5 kept`."""
        return counts_line(self._given, ascii_only=ascii_only)


def counts_line(given: Sequence[Given], *, ascii_only: bool = False) -> Line:
    """In words; empty before the first."""
    if not given:
        return ()
    counts = Counter(one.verdict for one in given)
    dot = " - " if ascii_only else " · "
    said = [f"{counts[verdict]} {verdict}" for verdict in ("accepted", "rejected", "corrected") if counts[verdict]]
    kept = sum(one.outcome in ("added", "replaced") for one in given)
    return ((dot.join([*said, f"{kept} kept"]), Role.MUTED),)
