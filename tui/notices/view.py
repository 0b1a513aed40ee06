"""Notices as lines of a list. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from tui.notices.notice import Kind, Notice
from tui.theme import BOLD, Role
from tui.widgets.cells import Line, fit, width_of
from tui.widgets.durations import past
from tui.widgets.states import state_cell

_LOOKS: dict[Kind, tuple[str, str, int]] = {
    Kind.TARGET: ("◆", "*", Role.REACHED),
    Kind.DIVERGED: ("▲", "^", Role.ERROR | BOLD),
    Kind.DISK: ("▲", "^", Role.WARNING | BOLD),
    Kind.HEAT: ("▲", "^", Role.WARNING | BOLD),
}
_AGO, _KIND, _NAME = 11, 19, 24
MARK = 2
"""Cells before a row, where the cursor stands."""


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    line: Line
    notice: Notice | None = None
    """None for a line between notices, which no cursor stands on."""


def rows_of(
    notices: Sequence[Notice], *, since: float | None, now: float, width: int, ascii_only: bool = False
) -> list[Row]:
    """Newest first, under headings that tell what happened while the operator was away from what is older."""
    newest = sorted(notices, key=lambda notice: notice.t, reverse=True)
    older = [notice for notice in newest if since is not None and notice.t <= since]
    fresh = [notice for notice in newest if since is None or notice.t > since]
    rows = [Row(_row(notice, now, width, ascii_only), notice) for notice in fresh]
    if rows and since is not None:
        rows.insert(0, _heading(f"while you were away, since {_when(since, now)}", width, ascii_only))
        rows += [_heading("before", width, ascii_only)] if older else []
    return rows + [Row(_row(notice, now, width, ascii_only), notice) for notice in older]


def _heading(text: str, width: int, ascii_only: bool) -> Row:
    dash = "-" if ascii_only else "─"
    said = f"{dash}{dash} {text} "
    return Row(((said + dash * max(0, width - MARK - len(said)), Role.MUTED),))


def kind_line(kind: Kind, *, ascii_only: bool = False) -> Line:
    """Glyph and word."""
    if kind not in _LOOKS:
        return state_cell(kind.value, ascii_only=ascii_only)
    glyph, plain, role = _LOOKS[kind]
    return ((f"{plain if ascii_only else glyph} {kind}", int(role)),)


def full_lines(notice: Notice | None) -> tuple[str, str]:
    """What the foot of the window says of the row under the cursor: when and which, and the whole text."""
    if notice is None:
        return "", ""
    clock = time.strftime("%a %d %b, %H:%M:%S", time.localtime(notice.t))
    return " · ".join(part for part in (clock, notice.run) if part), notice.text


def _row(notice: Notice, now: float, width: int, ascii_only: bool) -> Line:
    kind = kind_line(notice.kind, ascii_only=ascii_only)
    name = _NAME if width >= 90 else 16
    head: Line = (
        (f"{past(now - notice.t):>{_AGO - 2}}  ", Role.MUTED),
        *kind,
        (" " * max(1, _KIND + 1 - width_of(kind)), Role.TEXT),
        (fit(notice.name or "this machine", name - 1) + " ", Role.TITLE),
    )
    room = max(0, width - MARK - _AGO - _KIND - 1 - name)
    text = fit(notice.text, room) if room else ""
    return (*head, (text.replace("…", "~") if ascii_only else text, int(Role.TEXT)))


def _when(t: float, now: float) -> str:
    day = "" if now - t < 43_200 else "%a "
    return time.strftime(f"{day}%H:%M", time.localtime(t))
