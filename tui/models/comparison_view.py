"""Two versions on the same rows, as lines: metrics with differences, and the rows fixed and broken. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.comparing.result import Challenger, ChangedRow, Changes, Compared
from engine.evaluation.comparison import Difference
from tui.models.columns import Column, columns_for, header, row
from tui.models.numbers import Direction, decimals_of, difference, number
from tui.theme import BOLD, Role
from tui.widgets.cells import Line
from tui.widgets.page import wrapped

Shown = TypeVar("Shown")
MOST_ROWS = 50
"""Rows shown of each kind; `engine compare --json` has more."""


def comparison_lines(compared: Compared, width: int, *, ascii_only: bool = False) -> list[Line]:
    """All that is said of the first challenger beside the first model."""
    one = compared.challengers[0]
    lines = [*wrapped(one.sentence, width, Role.TITLE | BOLD), *wrapped(one.reach, width, Role.TEXT), ()]
    lines += _metrics(one, width, ascii_only)
    if one.by_rows is not None:
        of = one.by_rows
        told = f"{of.fixed} rows fixed, {of.broken} broken of {of.rows}: p {of.p_value:.3g} by {of.test}."
        lines += [(), *wrapped(told, width, Role.TEXT)]
    drawn = "" if compared.groups is None else f"; resamples draw whole groups, of which there are {compared.groups}"
    told = f"{compared.rows} rows of {compared.dataset}, {compared.split} split{drawn}."
    lines += [(), *wrapped(told, width, Role.MUTED)]
    for note in compared.notes:
        lines += wrapped(note, width, Role.WARNING)
    lines += _rows("fixed", one.second, one.fixed, one, width, ascii_only)
    return lines + _rows("broken", one.first, one.broken, one, width, ascii_only)


def _metrics(one: Challenger, width: int, ascii_only: bool) -> list[Line]:
    found = (one.headline, *one.others)
    firsts: list[Line] = []
    seconds: list[Line] = []
    gaps: list[Line] = []
    for of in found:
        decimals = decimals_of([of.first_value, of.second_value])
        direction: Direction = "lower" if of.mode == "min" else "higher"
        firsts.append(((number(of.first_value, decimals, ascii_only=ascii_only), Role.TEXT),))
        seconds.append(((number(of.second_value, decimals, ascii_only=ascii_only), Role.TEXT),))
        gaps.append((difference(of.second_value, of.first_value, decimals, direction, ascii_only=ascii_only),))
    columns = [
        Column("metric", _cells(found, lambda of: of.metric, Role.TITLE), 0, least=8),
        Column(_short(one.first), tuple(firsts), 1, right=True),
        Column(_short(one.second), tuple(seconds), 2, right=True),
        Column("difference", tuple(gaps), 3, right=True),
        Column("95 % interval", _cells(found, _interval), 4, right=True),
        Column("p", _cells(found, _p), 5, right=True),
        Column("could show", _cells(found, _shown, Role.MUTED), 6, right=True),
        Column("verdict", tuple(((of.verdict, _ROLES[of.verdict]),) for of in found), 7),
    ]
    fitting = columns_for(columns, width)
    return [header(fitting), *(row(fitting, place) for place in range(len(found)))]


_ROLES: dict[str, int] = {"better": Role.REACHED, "worse": Role.WARNING, "undecided": Role.MUTED}


def _rows(
    word: str, better: str, changes: Changes | None, one: Challenger, width: int, ascii_only: bool
) -> list[Line]:
    if changes is None or not changes.count:
        return []
    shown = changes.rows[:MOST_ROWS]
    glyph = {"fixed": ("✓", "+"), "broken": ("✗", "x")}[word][ascii_only]
    more = f", {len(shown)} of them shown" if len(shown) < changes.count else ""
    role = Role.REACHED if word == "fixed" else Role.ERROR
    head: Line = (
        (f"{glyph} {changes.count} {word}", role | BOLD),
        (f": {_short(better)} answers better{more}", Role.TEXT),
    )
    first: list[Line] = [_answer(each, each.first, each.first_error) for each in shown]
    second: list[Line] = [_answer(each, each.second, each.second_error) for each in shown]
    columns = [
        Column("row", _cells(shown, lambda each: str(each.row), Role.MUTED), 0, right=True),
        Column("asked", _cells(shown, lambda each: _flat(each.asked)), 4, least=12),
        Column("truth", _cells(shown, lambda each: _flat(each.wanted), Role.TITLE), 1, least=8),
        Column(_short(one.first), tuple(first), 2, least=8),
        Column(_short(one.second), tuple(second), 3, least=8),
    ]
    fitting = columns_for(columns, width)
    return [(), head, header(fitting), *(row(fitting, place) for place in range(len(shown)))]


def _cells(found: Sequence[Shown], text: Callable[[Shown], str], role: int = Role.TEXT) -> tuple[Line, ...]:
    return tuple(((text(one), role),) for one in found)


def _answer(each: ChangedRow, text: str, error: float) -> Line:
    worse = error == max(each.first_error, each.second_error)
    return ((_flat(text), Role.MUTED if worse else Role.TEXT),)


def _interval(of: Difference) -> str:
    return f"{of.interval[0]:+.3f} to {of.interval[1]:+.3f}" if of.interval is not None else ""


def _p(of: Difference) -> str:
    return "" if of.p_value is None else "<0.001" if of.p_value < 0.001 else f"{of.p_value:.3f}"


def _shown(of: Difference) -> str:
    return "" if of.detectable is None else f"{of.detectable:.3f}"


def _short(name: str) -> str:
    """`@3` of a version: its model stands in the title."""
    return f"@{name.rpartition('@')[2]}" if "@" in name else name


def _flat(text: str) -> str:
    return " ".join(text.split())[:200]
