"""Keys as people read them: a table for each pane. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.actions.keys import plain
from tui.actions.working import Working, sections
from tui.theme import BOLD, Role
from tui.widgets.cells import Line, cell_codes, fit
from tui.widgets.page import wrapped

INDENT, GAP = 2, 2
LEAST = 24
"""Columns that a sentence needs beside its key; below that it stands under it."""
NOTE = "Training runs in processes of its own: closing the console changes nothing for it."


def help_lines(entries: Sequence[Working], width: int, *, ascii_only: bool = False) -> list[Line]:
    """Headings, and below each its keys, their names and what they do."""
    written = {entry.action: _written(entry, ascii_only) for entry in entries}
    keys = max((len(cell_codes(each)) for each in written.values()), default=0) + GAP
    titles = max((len(entry.action.title) for entry in entries), default=0) + GAP
    lines: list[Line] = []
    for heading, part in sections(entries):
        lines.append(((heading, Role.TITLE | BOLD),))
        for entry in part:
            start: Line = (
                (" " * INDENT + fit(written[entry.action], keys), Role.ACTIVE | BOLD),
                (fit(entry.action.title, titles), int(Role.TEXT)),
            )
            lines += _with_sentence(start, INDENT + keys + titles, entry.action.help, width)
        lines.append(())
    return lines + wrapped(NOTE, width, Role.MUTED)


def _with_sentence(start: Line, used: int, sentence: str, width: int) -> list[Line]:
    if width - used < LEAST:
        return [
            start,
            *(((" " * 2 * INDENT, 0), *line) for line in wrapped(sentence, width - 2 * INDENT, Role.MUTED)),
        ]
    first, *others = wrapped(sentence, width - used, Role.MUTED)
    return [(*start, *first), *(((" " * used, 0), *line) for line in others)]


def _written(entry: Working, ascii_only: bool) -> str:
    text = " ".join(entry.keys)
    return plain(text) if ascii_only else text
