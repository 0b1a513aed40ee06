"""What Curate says of flagged pictures, as lines. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from engine.curation.decisions import Decision
from engine.curation.review import Counts
from tui.theme import BOLD, SELECTED, Role
from tui.widgets.cells import Line, Piece, fit
from tui.widgets.progress import bar

PROBLEM_WIDTH = 10
WORD_WIDTH = 8
SCORED = 40
"""Columns from which on the list has room for scores."""
RELABEL = "relabel"
_LOOKS: dict[str, tuple[str, str, int]] = {
    "keep": ("✓", "+", Role.REACHED),
    "drop": ("✗", "x", Role.ERROR),
    RELABEL: ("→", ">", Role.ACTIVE),
}


def word_of(settled: str) -> str:
    """`keep`, `drop` or `relabel`."""
    return settled.partition(":")[0]


def flagged_lines(
    items: Sequence[Decision], at: int, width: int, height: int, *, ascii_only: bool = False
) -> list[Line]:
    """The part of the list round the cursor. A question mark stands where nobody has decided yet."""
    if not items:
        return [(("Nothing is flagged here.", Role.MUTED),)]
    first = first_flagged(at, len(items), height)
    return [
        _flagged(item, width, chosen=first + place == at, ascii_only=ascii_only)
        for place, item in enumerate(items[first : first + height])
    ]


def first_flagged(at: int, count: int, height: int) -> int:
    """The picture in the first line, so that the one that is looked at is in sight."""
    return max(0, min(at - height // 2, count - height))


def _flagged(item: Decision, width: int, *, chosen: bool, ascii_only: bool) -> Line:
    word = word_of(item.settled)
    glyph, plain, role = _LOOKS.get(word, ("·", ".", Role.MUTED))
    decided = bool(item.decision)
    pieces: list[Piece] = [
        (f"{(plain if ascii_only else glyph) if decided else '?'} ", role if decided else Role.MUTED),
        (fit(item.problems[0] if item.problems else "decided", PROBLEM_WIDTH) + " ", Role.TEXT),
    ]
    if width >= SCORED:
        pieces.append((f"{item.score:.2f} " if item.score is not None else "     ", Role.MUTED))
    room = width - sum(len(text) for text, _ in pieces) - WORD_WIDTH - 1
    pieces.append((fit(item.label, max(0, room)) + " ", Role.TITLE | BOLD if chosen else Role.TEXT))
    pieces.append((fit(word if decided else f"{word}?", WORD_WIDTH), role if decided else Role.MUTED))
    flag = SELECTED if chosen else 0
    return tuple((text, int(piece_role) | flag) for text, piece_role in pieces)


def item_lines(
    item: Decision | None, width: int, height: int, *, path: str = "", ascii_only: bool = False
) -> list[Line]:
    """What was found about the picture that is looked at, and what becomes of it. `path` where it is not shown."""
    if item is None:
        return [(("Nothing is flagged: what there is can stay.", Role.TEXT),)]
    head: list[Piece] = [(", ".join(item.problems) or "decided on before", Role.WARNING | BOLD)]
    if item.score is not None:
        head += [(f"  {item.score:.2f} ", Role.TEXT), *bar(min(1.0, max(0.0, item.score)), 8, ascii_only=ascii_only)]
    lines: list[Line] = [tuple((text, int(role)) for text, role in head)]
    lines += [((text, Role.TEXT),) for text in textwrap.wrap(item.why, max(10, width))[: max(1, height - 3)]]
    lines.append(_settled(item, ascii_only=ascii_only))
    for text in (path, item.note):
        lines += [((part, Role.MUTED),) for part in textwrap.wrap(text, max(10, width), break_on_hyphens=False)]
    return lines


def _settled(item: Decision, *, ascii_only: bool) -> Line:
    glyph, plain, role = _LOOKS.get(word_of(item.settled), ("·", ".", Role.MUTED))
    if not item.decision:
        return (("not decided: ", Role.MUTED), (spoken(item.suggested), role | BOLD), (" is suggested", Role.MUTED))
    return ((f"{plain if ascii_only else glyph} ", role), (f"decided: {spoken(item.decision)}", role | BOLD))


def spoken(settled: str) -> str:
    """`relabel as cell` for `relabel:cell`."""
    word, colon, name = settled.partition(":")
    return f"{word} as {name}" if colon else word


def counts_line(
    counts: Counts, *, dataset: str, problem: str, shown: int, width: int, ascii_only: bool = False
) -> Line:
    """How far it is, and what would become of the dataset now; what does not fit is left out from the end."""
    dot = " - " if ascii_only else " · "
    progress: list[Piece] = [
        (f"{counts.decided:,}", Role.TITLE | BOLD),
        (f" of {counts.flagged:,} decided ", Role.TEXT),
    ]
    progress += bar(counts.decided / counts.flagged if counts.flagged else 1.0, 8, ascii_only=ascii_only)
    parts: list[list[Piece]] = [progress]
    parts.append([(f"drop {counts.drop:,}", Role.TEXT)])
    if counts.relabel:
        parts.append([(f"relabel {counts.relabel:,}", Role.TEXT)])
    parts.append([(f"only {problem}: {shown:,}", Role.WARNING)] if problem else [("all problems", Role.MUTED)])
    parts.append([(dataset, Role.MUTED)])
    line: list[Piece] = []
    used = 0
    for part in parts:
        length = sum(len(text) for text, _ in part) + (len(dot) if line else 1)
        if used + length > width:
            break
        line += [(dot if line else " ", Role.MUTED), *part]
        used += length
    return tuple((text, int(role)) for text, role in line)


def confirmation(items: Sequence[Decision], dataset: str) -> list[str]:
    """What applying would do, sentence by sentence."""
    dropped = [item for item in items if item.settled == "drop"]
    changed = [item for item in items if item.settled.startswith(f"{RELABEL}:")]
    by_problem: dict[str, int] = {}
    for item in dropped:
        kind = item.problems[0] if item.problems else "decided on before"
        by_problem[kind] = by_problem.get(kind, 0) + 1
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in by_problem.items())
    said = [f"{_rows(len(dropped))} dropped" + (f": {kinds}." if kinds else ".")]
    if changed:
        said.append(f"{_rows(len(changed))} given another label.")
    open_ones = sum(not item.decision for item in (*dropped, *changed))
    if open_ones:
        said.append(f"Of these {open_ones:,} as it is suggested: nobody has decided on them.")
    said.append(f"{dataset} stays as it is; trainings of its model take the new dataset from then on.")
    return said


def _rows(count: int) -> str:
    return "1 picture is" if count == 1 else f"{count:,} pictures are"
