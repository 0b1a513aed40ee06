"""What a dataset would hold, as lines above its examples. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from engine.datasets.preview import Preview
from tui.data.classes import balance_lines
from tui.data.plain import plain
from tui.data.shelf import splits_of
from tui.theme import BOLD, Role
from tui.widgets.cells import Line
from tui.widgets.page import wrapped
from tui.widgets.progress import bar

MOST_CLASSES, MOST_NOTES = 9, 3
BAR_WIDTH = 24


def preview_lines(preview: Preview, width: int, height: int, *, ascii_only: bool = False) -> list[Line]:
    """The counts, what people should know, and the classes of the first split."""
    counts = "  ".join(f"{name} {preview.counts[name]:,}" for name in splits_of(preview.counts))
    found = f"format {', '.join(preview.formats)}  " if preview.formats else ""
    lines = wrapped(f"{found}{counts}", width, Role.TEXT | BOLD)
    if not preview.whole:
        lines += wrapped("Counted on a smaller one that is like it.", width, Role.MUTED)
    if preview.exists:
        lines += wrapped(f"It is there already, as {preview.exists}.", width, Role.WARNING)
    if preview.skipped:
        first = f"; the first: {preview.problems[0]}" if preview.problems else ""
        lines += wrapped(plain(f"{preview.skipped:,} bad rows are left out{first}"), width, Role.WARNING)[:3]
    for note in preview.notes[:MOST_NOTES]:
        lines += wrapped(plain(note), width, Role.MUTED)[:2]
    split = next((name for name in splits_of(preview.counts) if preview.classes.get(name)), "")
    if split:
        room = max(3, min(MOST_CLASSES + 1, height - len(lines)))
        lines += balance_lines(preview.classes, split, "", width, room, ascii_only=ascii_only)
    return lines[:height]


def progress_lines(what: str, stage: str, done: int, total: int, *, ascii_only: bool = False) -> list[Line]:
    """How far the engine is."""
    if not stage:
        return [((what, Role.TEXT),)]
    amount = f"{done:,} of {total:,}" if total else f"{done:,}"
    line: Sequence[tuple[str, int]] = ((f"{what}  ", Role.TEXT), (f"{stage} {amount}", Role.TEXT | BOLD))
    if not total:
        return [line]
    return [line, bar(min(1.0, done / total), BAR_WIDTH, ascii_only=ascii_only)]
