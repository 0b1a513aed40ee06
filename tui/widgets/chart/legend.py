"""The line above a chart: title, curves with their values, target, position of the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.theme import BOLD, Role
from tui.widgets.cells import Line, Piece, width_of
from tui.widgets.chart import axes

LETTERS = "abcdefgh"
ASCII_MARKS = "*o+x#%@&"
_APART = ("  ", Role.TEXT)
_NAMED_ELSEWHERE = 2
"""More curves than these have letters, and whoever chose them gave them: their names go first."""


@dataclass(frozen=True)
class Entry:
    """A curve in the legend."""

    mark: Line
    name: str
    reading: Line
    """Its last value, or that at the cursor."""


def sign_of(index: int, *, ascii_only: bool) -> str:
    """What stands for a curve where its colour does not: a letter, or the character that it is drawn with."""
    return (ASCII_MARKS if ascii_only else LETTERS)[index % len(LETTERS)]


def curve_mark(index: int, role: int, *, ascii_only: bool, lettered: bool) -> Line:
    """How a curve is drawn: a line in its colour, a letter where there are no colours, its character in ASCII."""
    sign = sign_of(index, ascii_only=ascii_only)
    if ascii_only:
        return ((f"{sign} ", role | BOLD),)
    return ((f"━ {sign} " if lettered else "━ ", role),)


def legend_line(
    title: str, entries: Sequence[Entry], target: float | None, at: str | None, width: int, *, ascii_only: bool
) -> Line:
    """As much as a width has room for.

    Left out first is the target, which is a line in the chart too; nothing else says which metric
    this is. At a cursor the values are what counts.
    """
    heading: Line = ((f"{title}  ", Role.TITLE),) if title else ()
    named = [[*entry.mark, (f"{entry.name} ", Role.TEXT), *entry.reading, _APART] for entry in entries]
    short = [[*entry.mark, (entry.name, Role.TEXT), _APART] for entry in entries]
    values = [[*entry.mark, *entry.reading, _APART] for entry in entries]
    goal: list[Piece] = []
    if target is not None:
        goal = [(f"{'--' if ascii_only else '┄┄'} target {axes.reading(target)}  ", Role.TARGET)]
    place: list[Piece] = [("at ", Role.MUTED), (at, Role.CURSOR | BOLD), _APART] if at is not None else []
    choices: list[list[Line]] = [[heading, *named, goal, place], [heading, *named, place]]
    if len(entries) > _NAMED_ELSEWHERE:
        bare: list[Line] = [entry.mark for entry in entries]
        choices += [[heading, *values, goal, place], [heading, *values, place], [heading, *bare, place]]
    else:
        choices += [[heading, *values, place] if at is not None else [heading, *short, goal], [heading, *short]]
    line: list[Piece] = []
    for choice in choices:
        line = [piece for entry in choice for piece in entry]
        if width_of(line) <= width + len(_APART[0]):
            break
    return line
