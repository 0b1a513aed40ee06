"""A table as lines: which columns there is room for, and their cells under each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.theme import Role
from tui.widgets.cells import Line, Piece, fit, width_of

GAP = 2
EXTRA = 30
"""Columns from this rank on come when all others have the room that they want."""


@dataclass(frozen=True)
class Column:
    """A column: the lower the rank, the longer it stays when the window gets narrow."""

    title: str
    cells: tuple[Line, ...]
    rank: int
    right: bool = False
    least: int | None = None
    """Cells down to which it may be cut; None: it is shown whole or not at all."""

    @property
    def width(self) -> int:
        """Cells that it takes whole."""
        return max(width_of(((self.title, Role.MUTED),)), *(width_of(cell) for cell in self.cells), 0)


def columns_for(columns: Sequence[Column], width: int) -> list[tuple[Column, int]]:
    """The columns that fit into a width, in their order, with the cells that each gets."""
    given: dict[int, int] = {}
    ranked = sorted(columns, key=lambda column: column.rank)
    for group in ([one for one in ranked if one.rank < EXTRA], [one for one in ranked if one.rank >= EXTRA]):
        for column in group:
            need = column.width if column.least is None else min(column.least, column.width)
            if sum(given.values()) + GAP * len(given) + need <= width:
                given[id(column)] = need
        for column in group:
            if id(column) in given:
                spare = width - sum(given.values()) - GAP * (len(given) - 1)
                given[id(column)] += min(spare, column.width - given[id(column)])
    return [(column, given[id(column)]) for column in columns if id(column) in given]


def header(fitting: Sequence[tuple[Column, int]]) -> Line:
    """The titles."""
    pieces: list[Piece] = []
    for place, (column, width) in enumerate(fitting):
        title = fit(column.title, width).rstrip()
        title = title.rjust(width) if column.right else title.ljust(width)
        pieces.append((title + " " * (GAP if place < len(fitting) - 1 else 0), Role.MUTED))
    return tuple(pieces)


def row(fitting: Sequence[tuple[Column, int]], at: int) -> Line:
    """The cells of one row."""
    pieces: list[Piece] = []
    for place, (column, width) in enumerate(fitting):
        pieces += padded(column.cells[at], width, right=column.right)
        if place < len(fitting) - 1:
            pieces.append((" " * GAP, Role.TEXT))
    return tuple(pieces)


def padded(line: Line, width: int, *, right: bool = False) -> Line:
    """A line of exactly this width: filled with spaces, or cut."""
    room = width - width_of(line)
    if room >= 0:
        space: tuple[Piece, ...] = ((" " * room, Role.TEXT),) if room else ()
        return (*space, *line) if right else (*line, *space)
    kept: list[Piece] = []
    for text, role in line:
        taken = width_of(((text, role),))
        if taken >= width:
            kept.append((fit(text + " " if taken == width else text, width), role))
            return tuple(kept)
        kept.append((text, role))
        width -= taken
    return tuple(kept)


def flagged(line: Line, width: int, flag: int) -> Line:
    """A line with a flag on all cells of a row."""
    return tuple((text, int(role) | flag) for text, role in padded(line, width))
