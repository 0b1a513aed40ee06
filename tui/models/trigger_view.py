"""What starts a training of the model unasked, as lines: when next, what came of the last time, what it says now.
Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.models.columns import Column, columns_for, header, row
from tui.theme import BOLD, Role
from tui.widgets.cells import Line, Piece
from tui.widgets.durations import duration, past
from tui.widgets.page import wrapped

if TYPE_CHECKING:
    from engine.triggers.listing import LastFiring, Listed

NOTHING = "No trigger starts a training of this model: a profile says so under `triggers:`."
INDENT = "  "
_OUTCOMES: dict[str, tuple[str, str, int]] = {
    "going on": ("●", ">", Role.ACTIVE),
    "staged": ("✓", "+", Role.REACHED),
    "promoted": ("✓", "+", Role.REACHED),
    "refused": ("✗", "x", Role.WARNING),
    "failed": ("✗", "x", Role.ERROR),
    "given up": ("✗", "x", Role.ERROR),
}


def trigger_lines(
    triggers: Sequence[Listed], now: float, width: int, height: int, *, problem: str = "", ascii_only: bool = False
) -> list[Line]:
    """Each trigger in a row; below it what it says now, and why it fired the last time."""
    if problem:
        return wrapped(problem, width, Role.WARNING)
    if not triggers:
        return wrapped(NOTHING, width, Role.MUTED)
    columns = [
        Column("trigger", tuple(((one.trigger, Role.TITLE | BOLD),) for one in triggers), 0, least=8),
        Column("kind", tuple(((one.kind, Role.TEXT),) for one in triggers), 3),
        Column("next", tuple(_next(one, now) for one in triggers), 1),
        Column("last", tuple(_last(one.last, now, ascii_only) for one in triggers), 2),
    ]
    fitting = columns_for(columns, width)
    lines: list[Line] = [header(fitting)]
    for place, one in enumerate(triggers):
        lines.append(row(fitting, place))
        lines += _sentence("now: ", one.why, width)
        if one.last is not None:
            lines += _sentence("then: ", "; ".join(part for part in (one.last.why, one.last.told) if part), width)
    return lines[:height]


def _next(one: Listed, now: float) -> Line:
    if one.going_on:
        return (("training", Role.ACTIVE),)
    if one.next is not None:
        return ((f"in {duration(one.next - now)}", Role.TEXT),)
    if one.silent_until is not None:
        return ((f"silent for {duration(one.silent_until - now)}", Role.MUTED),)
    return (("when it holds", Role.MUTED),)


def _last(last: LastFiring | None, now: float, ascii_only: bool) -> Line:
    if last is None:
        return (("never", Role.MUTED),)
    glyph, plain, role = _OUTCOMES.get(last.outcome, ("·", ".", Role.TEXT))
    version = f" @{last.version}" if last.version is not None else ""
    pieces: tuple[Piece, ...] = (
        (f"{plain if ascii_only else glyph} {last.outcome}{version}", role),
        (f" {past(now - last.t)}", Role.MUTED),
    )
    return pieces


def _sentence(head: str, text: str, width: int) -> list[Line]:
    room = max(20, width - len(INDENT))
    return [((INDENT + part, Role.MUTED),) for part in textwrap.wrap(head + text, room)]
