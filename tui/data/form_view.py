"""A form as lines: title and value under each other, headings, the caret. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tui.data.form import Entry, Form
from tui.models.columns import flagged
from tui.theme import BOLD, REVERSED, SELECTED, Role
from tui.widgets.cells import Line, fit

TITLE_MOST = 18
"""Cells of the titles, where the window is not wide."""


@dataclass(frozen=True)
class FormLines:
    """Lines, and the entry that each belongs to; None for a heading."""

    lines: tuple[Line, ...]
    entries: tuple[int | None, ...]


def form_lines(form: Form, width: int, height: int, *, ascii_only: bool = False) -> FormLines:
    """The part of the form round the cursor."""
    title = min(max((len(entry.title) for entry in form.entries), default=0), max(TITLE_MOST, width // 3))
    lines: list[Line] = []
    owners: list[int | None] = []
    group, at = "", 0
    for place, entry in enumerate(form.entries):
        if entry.group != group:
            group = entry.group
            if lines:
                lines.append(())
                owners.append(None)
            lines.append(((fit(group, width), Role.MUTED | BOLD),))
            owners.append(None)
        if place == form.at:
            at = len(lines)
        lines.append(_line(form, place, entry, title, width, ascii_only))
        owners.append(place)
    first = max(0, min(at - height // 2, len(lines) - height))
    if at < height - 1 and len(lines) > height:
        first = 0
    return FormLines(tuple(lines[first : first + height]), tuple(owners[first : first + height]))


def _line(form: Form, place: int, entry: Entry, title: int, width: int, ascii_only: bool) -> Line:
    under = place == form.at
    sign = (">" if ascii_only else "▸") if under else " "
    head: Line = (
        (f"{sign} ", Role.ACTIVE | BOLD),
        (fit(entry.title, title) + "  ", Role.TEXT if under else Role.MUTED),
    )
    room = max(4, width - title - 4)
    origin = f"  {entry.origin}" if entry.origin and not entry.choices else ""
    if entry.choices:
        value = _choice(entry, under, room, ascii_only)
    elif under:
        value = _typed(entry, form.caret, room)
    elif entry.value:
        kept = max(4, room - len(origin))
        value = ((entry.value if len(entry.value) <= kept else _end_of(entry.value, kept, ascii_only), Role.TEXT),)
    else:
        value = ((fit(entry.hint, room).rstrip(), Role.MUTED),)
    used = sum(len(text) for text, _ in (*head, *value))
    tail: Line = (
        ((" " * max(0, width - used - len(origin)) + origin, Role.MUTED),) if used + len(origin) <= width else ()
    )
    return flagged((*head, *value, *tail), width, SELECTED if under else 0)


def _choice(entry: Entry, under: bool, room: int, ascii_only: bool) -> Line:
    if not under:
        return ((fit(entry.value, room).rstrip(), Role.TEXT),)
    left, right = ("< ", " >") if ascii_only else ("‹ ", " ›")
    place = f"  {entry.choices.index(entry.value) + 1}/{len(entry.choices)}" if entry.value in entry.choices else ""
    shown = entry.value if len(entry.value) <= room - 4 else fit(entry.value, room - 4)
    line: Line = ((left, Role.ACTIVE), (shown, Role.TEXT | BOLD), (right, Role.ACTIVE))
    return (*line, (place, Role.MUTED)) if len(shown) + 4 + len(place) <= room else line


def _typed(entry: Entry, caret: int, room: int) -> Line:
    """What is typed, with a cell for the caret; the part round it where it is long."""
    value = entry.value
    if not value:
        return ((" ", Role.TEXT | REVERSED), (fit(entry.hint, room - 1).rstrip(), Role.MUTED))
    first = max(0, caret - room + 1)
    shown = value[first : first + room]
    place = caret - first
    before, on, behind = shown[:place], shown[place : place + 1] or " ", shown[place + 1 :]
    return ((before, Role.TEXT | BOLD), (on, Role.TEXT | REVERSED), (behind, Role.TEXT | BOLD))


def _end_of(value: str, room: int, ascii_only: bool) -> str:
    dots = "..." if ascii_only else "…"
    return dots + value[len(value) - room + len(dots) :]
