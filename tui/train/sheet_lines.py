"""The rows of settings as lines: names, values aligned by their decimal point, defaults, sources. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.models.columns import Column, columns_for, flagged, header, row
from tui.theme import BOLD, SELECTED, Role
from tui.train.sheet import Row, Source
from tui.widgets.cells import Line, Piece, fit

MARGIN = 2
"""Cells before the first column: the sign of the cursor."""
SIZES = ((120, (34, 28, 20)), (84, (32, 16, 10)), (60, (24, 16, 10)), (0, (21, 12, 8)))
"""Cells from which on, and what name, value and default may take: one long list must not take the room of all."""
NARROW = 60
MEANING = 30
"""Cells that the column of meanings needs at least."""


@dataclass(frozen=True)
class Drawn:
    """Lines, and where values stand in them."""

    lines: tuple[Line, ...]
    value_x: int = 0
    value_width: int = 0


def sheet_lines(
    rows: Sequence[Row], at: int, top: int, width: int, height: int, *, ascii_only: bool = False
) -> Drawn:
    """A head, and the rows from `top` on."""
    if not rows or height < 2:
        return Drawn(())
    fitting = columns_for(_columns(rows, width, ascii_only), width - MARGIN)
    lines: list[Line] = [((" " * MARGIN, Role.MUTED), *header(fitting))]
    for place in range(top, min(top + height - 1, len(rows))):
        one = rows[place]
        sign: Piece = ((">" if ascii_only else "▸") if place == at else " ", Role.ACTIVE | BOLD)
        if one.setting is None:
            line: Line = (sign, (f" {one.model}", Role.TITLE | BOLD), (f"  {one.note}", Role.MUTED))
        else:
            line = (sign, (" ", Role.TEXT), *row(fitting, place))
        lines.append(flagged(line, width, SELECTED if place == at else 0))
    x, value_width = MARGIN, 0
    for column, given in fitting:
        if column.title == "value":
            value_width = given
            break
        x += given + 2
    return Drawn(tuple(lines), x, value_width)


def _columns(rows: Sequence[Row], width: int, ascii_only: bool) -> list[Column]:
    settings = [one.setting for one in rows]
    name, value, other = next(sizes for least, sizes in SIZES if width >= least)
    values = _aligned([one.value for one in rows])
    defaults = _aligned([setting.default if setting is not None else "" for setting in settings])
    sources = [_source(one, width, ascii_only) for one in rows]
    return [
        Column("setting", tuple(_cell(one.setting.name if one.setting else "", Role.TEXT, name) for one in rows), 0),
        Column(
            "value",
            tuple(_cell(text, _role_of(one), value) for one, text in zip(rows, values, strict=True)),
            1,
        ),
        Column("unit", tuple(_cell(setting.unit if setting else "", Role.MUTED, 12) for setting in settings), 4),
        Column("default", tuple(_cell(text, Role.MUTED, other) for text in defaults), 3),
        Column("from", tuple(_cell(text, role) for text, role in sources), 2, least=9),
        Column(
            "meaning",
            tuple(_cell(setting.description if setting else "", Role.MUTED) for setting in settings),
            30,
            least=MEANING,
        ),
    ]


def _source(one: Row, width: int, ascii_only: bool) -> tuple[str, int]:
    """Where a value comes from; which preset it is, the list of choices says, too."""
    if one.setting is None:
        return "", Role.TEXT
    where = one.where if width >= NARROW or one.source is not Source.PRESET else ""
    return one.source.said(where, ascii_only=ascii_only)


def _cell(text: str, role: int, most: int = 1000) -> Line:
    return ((fit(text, most).rstrip() if len(text) > most else text, int(role)),)


def _role_of(one: Row) -> int:
    if one.source is Source.REFUSED:
        return Role.ERROR | BOLD
    return Role.TITLE | BOLD if one.changed else Role.TEXT


def _aligned(texts: Sequence[str]) -> list[str]:
    """Numbers under each other by their decimal point; other words stand at the left."""
    before = {text: len(text.partition(".")[0].partition("e")[0]) for text in texts if _is_number(text)}
    # One long number must not push all others to the right.
    deepest = max((size for size in before.values() if size <= 6), default=0)
    return [" " * max(0, deepest - before[text]) + text if text in before else text for text in texts]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
