"""The moments of a run as lines: when, how long after the start, what. Pure."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace

from tui.feed.model import Moment
from tui.theme import BOLD, SELECTED, Role
from tui.widgets.cells import Line
from tui.widgets.durations import duration

_LOOKS: dict[str, tuple[str, str, int]] = {
    "status": ("●", ">", Role.ACTIVE),
    "checkpoint": ("▪", "+", Role.MUTED),
    "signal": ("◆", "!", Role.TARGET | BOLD),
    "resumed": ("↻", "~", Role.WARNING),
}
_TOGETHER = 3
"""So many checkpoints in a row are one line: what matters is what happened between them."""


def glyph_of(moment: Moment, *, ascii_only: bool) -> tuple[str, int]:
    """How a kind of moment is drawn."""
    glyph, plain, role = _LOOKS.get(moment.kind, ("·", ".", Role.TEXT))
    return (plain if ascii_only else glyph), role


def collapsed(moments: Sequence[Moment]) -> list[Moment]:
    """The moments, with checkpoints that follow each other as one, at the last of them."""
    kept: list[Moment] = []
    for kind, group in itertools.groupby(moments, key=lambda moment: moment.kind):
        same = list(group)
        if kind != "checkpoint" or len(same) < _TOGETHER:
            kept += same
            continue
        text = f"{len(same)} checkpoints, from step {same[0].step} to {same[-1].step}"
        kept.append(replace(same[-1], text=text))
    return kept


def moment_line(moment: Moment, start: float, *, ascii_only: bool) -> Line:
    """`14:36:32   +2m24  ◆ target reached: f1 0.86 is at least 0.85`."""
    glyph, role = glyph_of(moment, ascii_only=ascii_only)
    clock = time.strftime("%H:%M:%S", time.localtime(moment.t))
    return (
        (f"{clock} ", Role.MUTED),
        (f"{'+' + duration(max(0.0, moment.t - start)):>8}  ", Role.MUTED),
        (f"{glyph} ", role),
        (moment.text, role if moment.kind == "signal" else Role.TEXT),
    )


def first_in_sight(count: int, at: int, height: int) -> int:
    """The first of so many lines that is shown where the one at `at` must be."""
    return max(0, min(at - height // 2, count - height))


def timeline(moments: Sequence[Moment], at: int, height: int, *, ascii_only: bool) -> list[Line]:
    """The moments round the chosen one."""
    if not moments:
        return [(("Nothing has happened yet.", Role.MUTED),)]
    first = first_in_sight(len(moments), at, height)
    lines: list[Line] = []
    for index, moment in enumerate(moments[first : first + height], start=first):
        flag = SELECTED if index == at else 0
        sign = (">" if ascii_only else "▸") if flag else " "
        line = moment_line(moment, moments[0].t, ascii_only=ascii_only)
        lines.append([(f"{sign} ", Role.ACTIVE | BOLD | flag), *((text, role | flag) for text, role in line)])
    return lines
