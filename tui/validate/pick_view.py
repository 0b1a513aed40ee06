"""How samples to pick from are shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.theme import BOLD, Role
from tui.validate.picking import OF_THE_RUN, Picked, Shelf
from tui.widgets.cells import Line, fit

LABELS_WIDTH = 26
SEEN_WIDTH = 9


def shelf_line(names: Sequence[str], at: int) -> Line:
    """`[test]  validation  train  run`: the places, the present one in brackets."""
    pieces: list[tuple[str, int]] = []
    for place, name in enumerate(names):
        shown = "samples of the run" if name == OF_THE_RUN else name
        here = place == at
        pieces += [(f"[{shown}]" if here else f" {shown} ", Role.TITLE if here else Role.MUTED), ("  ", Role.TEXT)]
    return tuple(pieces)


def filter_line(shelf: Shelf | None, shown: int, *, label: str, words: str, only_wrong: bool) -> Line:
    """How many are shown of how many, and by what."""
    if shelf is None:
        return (("reading", Role.MUTED),)
    if shelf.problem:
        return ((shelf.problem, Role.ERROR),)
    total = shelf.total if shelf.total is not None else len(shelf.picks)
    first = f", of the first {len(shelf.picks):,}" if total > len(shelf.picks) else ""
    parts = [f"{shown:,} of {total:,} samples{first}"]
    parts += [f"with {label}"] if label else []
    parts += ["that the model got wrong"] if only_wrong else []
    parts += [f"with {words!r}"] if words else []
    said: Line = ((" ".join(parts), Role.MUTED),)
    return (*said, (shelf.note, Role.WARNING)) if shelf.note else said


def pick_line(pick: Picked, width: int, *, known: bool, ascii_only: bool = False) -> Line:
    """Whether the model got it right where that is `known` of any, the text, its labels."""
    seen = SEEN_WIDTH if known else 0
    mark: tuple[str, int] = (" " * seen, Role.MUTED)
    if pick.right is not None:
        glyph = ("+" if pick.right else "x") if ascii_only else ("✓" if pick.right else "✗")
        word, role = ("right", Role.REACHED) if pick.right else ("wrong", Role.ERROR)
        mark = (f"{glyph} {word}".ljust(SEEN_WIDTH), role | BOLD)
    counts = {label: pick.labels.count(label) for label in dict.fromkeys(pick.labels)}
    labels = " ".join(f"{label} {count}" if count > 1 else label for label, count in counts.items())
    room = max(10, width - seen - LABELS_WIDTH - 2)
    return (mark, (fit(pick.words, room), Role.TEXT), ("  ", Role.TEXT), (fit(labels, LABELS_WIDTH), Role.MUTED))


def nothing_line(shelf: Shelf | None, *, only_wrong: bool) -> str:
    """Why there is no row."""
    if shelf is None:
        return ""
    if only_wrong and all(pick.right is None for pick in shelf.picks):
        return "Nobody knows here which the model got wrong: the samples of the run say so."
    return "No sample is like that."
