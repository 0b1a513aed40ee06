"""The list of datasets as lines of a table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.data.shelf import DatasetSeen
from tui.models.columns import flagged, padded
from tui.models.numbers import size
from tui.theme import BOLD, SELECTED, Role
from tui.widgets.cells import Line, fit
from tui.widgets.durations import ago

GAP, SIGN = 2, 2
NAME_LEAST = 28

Cell = Callable[[DatasetSeen], str]


@dataclass(frozen=True)
class Column:
    """A column: the lower the rank, the longer it stays when the window gets narrow."""

    title: str
    width: int
    rank: int
    cell: Cell
    right: bool = False
    role: int = Role.TEXT


def columns_of(datasets: Sequence[DatasetSeen], now: float, *, ascii_only: bool = False) -> list[Column]:
    """Every column, as wide as its widest cell: worked out once for a list, for it may be long."""
    dash = "-" if ascii_only else "–"

    def count(split: str) -> Cell:
        return lambda one: f"{one.counts[split]:,}" if split in one.counts else dash

    def age(one: DatasetSeen) -> str:
        return ago(now - one.created) if one.created else dash

    def runs(one: DatasetSeen) -> str:
        return f"{len(one.runs)}" if one.runs else dash

    listed: list[tuple[str, int, Cell, bool, int]] = [
        ("dataset", 0, lambda one: one.id, False, Role.TEXT),
        ("task", 6, lambda one: one.task, False, Role.MUTED),
        ("train", 1, count("train"), True, Role.TEXT),
        ("valid", 3, count("validation"), True, Role.TEXT),
        ("test", 3, count("test"), True, Role.TEXT),
        ("size", 5, lambda one: size(one.size) if one.size is not None else dash, True, Role.TEXT),
        ("age", 2, age, True, Role.TEXT),
        ("by", 4, lambda one: one.how, False, Role.MUTED),
        ("runs", 7, runs, True, Role.TEXT),
    ]
    return [
        Column(title, max([len(title), *(len(cell(one)) for one in datasets)]), rank, cell, right, role)
        for title, rank, cell, right, role in listed
    ]


def fitting(columns: Sequence[Column], width: int) -> list[tuple[Column, int]]:
    """The columns that there is room for, in their order, with the cells that each gets; the name is cut first."""
    room = width - SIGN
    chosen = {0: min(columns[0].width, NAME_LEAST)}
    for place, column in sorted(enumerate(columns), key=lambda each: each[1].rank):
        if place and sum(chosen.values()) + GAP * len(chosen) + column.width <= room:
            chosen[place] = column.width
    spare = room - sum(chosen.values()) - GAP * (len(chosen) - 1)
    chosen[0] += max(0, min(spare, columns[0].width - chosen[0]))
    return [(columns[place], chosen[place]) for place in sorted(chosen)]


def table_lines(
    datasets: Sequence[DatasetSeen],
    columns: Sequence[Column],
    at: int,
    top: int,
    width: int,
    height: int,
    *,
    ascii_only: bool = False,
) -> list[Line]:
    """The header and the rows from `top` on."""
    fit_in = fitting(columns, width)
    titles = [f"{column.title:>{given}}" if column.right else f"{column.title:<{given}}" for column, given in fit_in]
    head = " " * SIGN + (" " * GAP).join(titles)
    visible = max(0, height - 1)
    place = f" {at + 1:,}/{len(datasets):,}" if len(datasets) > visible else ""
    lines: list[Line] = [((fit(head, width - len(place)), Role.MUTED), (place, Role.MUTED | BOLD))]
    for index, one in enumerate(datasets[top : top + visible], top):
        lines.append(_row(one, fit_in, index == at, width, ascii_only))
    return lines


def _row(one: DatasetSeen, columns: Sequence[tuple[Column, int]], under: bool, width: int, ascii_only: bool) -> Line:
    sign = (">" if ascii_only else "▸") if under else " "
    pieces: list[tuple[str, int]] = [(sign + " ", Role.ACTIVE | BOLD)]
    for place, (column, given) in enumerate(columns):
        pieces.append((" " * GAP if place else "", Role.TEXT))
        if place and one.problem:
            glyph = "x" if ascii_only else "✗"
            pieces.append((f"{glyph} {one.problem}", Role.ERROR))
            break
        role = column.role | BOLD if under and not place else column.role
        pieces += padded(((column.cell(one), role),), given, right=column.right)
    return flagged(tuple(pieces), width, SELECTED if under else 0)
