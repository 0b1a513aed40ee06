"""How much of each class is found: a bar per class, with a tick where its target lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.theme import Role
from tui.widgets.cells import Canvas, CellWidget, Line, fit
from tui.widgets.gauge import Goal, gauge
from tui.widgets.progress import bar

LONGEST_NAME = 16
FIGURE = 7
"""Cells of a value as a gauge writes it."""
MARK = 3


@dataclass(frozen=True)
class ClassRecall:
    """A class with its newest recall on validation."""

    label: str
    value: float | None
    goal: Goal | None = None


class RecallPanel(CellWidget):
    """The classes, those with a target first; as many as fit."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._recalls: tuple[ClassRecall, ...] = ()

    def show(self, classes: Sequence[ClassRecall]) -> None:
        self._recalls = tuple(classes)
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        shown = self._recalls
        if len(shown) > canvas.height:
            shown = shown[: canvas.height - 1]
            canvas.write(0, canvas.height - 1, f"and {len(self._recalls) - len(shown)} more", Role.MUTED)
        name = min(LONGEST_NAME, max((len(one.label) for one in shown), default=0))
        for y, one in enumerate(shown):
            canvas.write_line(0, y, recall_line(one, name, canvas.width, ascii_only=self.ascii_only))


def recall_line(one: ClassRecall, name: int, width: int, *, ascii_only: bool = False) -> Line:
    """`crossarm  0.5312 ━━━━━┃──── ✓`."""
    room = max(0, width - name - FIGURE - MARK - 2)
    start: Line = ((fit(one.label, name), Role.TEXT), (" ", Role.TEXT))
    if one.goal is not None:
        return (*start, *gauge(one.value, one.goal, width=room, word=False, ascii_only=ascii_only))
    share = min(1.0, max(0.0, one.value or 0.0))
    return (
        *start,
        *gauge(one.value, None, ascii_only=ascii_only),
        (" ", Role.TEXT),
        *bar(share, room, ascii_only=ascii_only),
    )


def in_order(classes: Sequence[ClassRecall]) -> list[ClassRecall]:
    """Those with a target first, then those of which least is found."""
    return sorted(
        classes, key=lambda one: (one.goal is None, one.value if one.value is not None else -1.0, one.label)
    )
