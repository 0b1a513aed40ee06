"""What is said below a filter as it is typed: how many runs it shows, what could stand here, what is wrong. Pure."""

from __future__ import annotations

import re

from engine.runs.filter import Filter, FilterError, parse_filter
from engine.runs.filter_fields import FIELDS, STATES, TARGETS
from tui.theme import BOLD, Role
from tui.widgets.cells import Line, Piece, width_of

EXAMPLES = ("task:ner", "status:failed", "f1>0.8", "age<2d", "-model:yolo", "a or b", "target:reached")


def word_at(text: str, cursor: int) -> str:
    """What stands before the cursor, back to the last space or parenthesis."""
    found = re.search(r"[^\s()]*\Z", text[:cursor])
    return found[0] if found is not None else ""


def settled(text: str, cursor: int) -> str:
    """The text without a word that may become a field: `sta` is not yet a word to look for in names."""
    word = word_at(text, cursor)
    if cursor == len(text) and word and ":" not in word and completions(text, cursor):
        return text[: cursor - len(word)]
    return text


def readable_part(text: str, problem: FilterError) -> Filter | None:
    """The words before a mistake; None where those say nothing either."""
    before = text[: problem.at].rpartition(" ")[0]
    try:
        return parse_filter(before) if before.strip() else None
    except FilterError:
        return None


def completions(text: str, cursor: int) -> list[str]:
    """What the word before the cursor could become: fields, states after `status:`, ways after `target:`."""
    word = word_at(text, cursor).removeprefix("-").lower()
    if not word:
        return []
    name, colon, value = word.partition(":")
    if colon:
        values = {"status": STATES, "state": STATES, "target": TARGETS}.get(name, ())
        return [f"{name}:{one}" for one in values if one.startswith(value) and one != value]
    return [
        field.name + (":" if field.kind in ("text", "state", "target") else ">")
        for field in FIELDS
        if field.name.startswith(word)
    ]


def completed(text: str, cursor: int) -> tuple[str, int] | None:
    """The text with its word completed by the first that it could be, and the cursor behind it."""
    found = completions(text, cursor)
    if not found:
        return None
    word = word_at(text, cursor)
    start = cursor - len(word.removeprefix("-"))
    return text[:start] + found[0] + text[cursor:], start + len(found[0])


def hint(
    text: str, cursor: int, problem: FilterError | None, shown: int, total: int, width: int, *, writing: bool = True
) -> Line:
    """One line."""
    count: list[Piece] = [(f"{shown} of {total}", Role.TITLE | BOLD), ("  ", Role.TEXT)]
    if problem is None and not writing:
        return [*count, ("/ changes the filter, Esc shows every run", Role.MUTED)]
    if problem is not None and problem.at < len(text.rstrip()):
        # What is still being typed is no mistake yet: only what stands before the end is told as one.
        place = f"character {problem.at + 1}: "
        return [*count, (place, Role.WARNING | BOLD), (f"{problem.what}; {problem.fix}", Role.WARNING)]
    offered = completions(text, cursor)
    if offered:
        return _as_many(count, [(one, Role.ACTIVE) for one in offered], "Tab completes  ", width)
    if problem is not None:
        return [*count, (f"{problem.what}; {problem.fix}", Role.MUTED)]
    return _as_many(count, [(one, Role.MUTED) for one in EXAMPLES], "", width)


def _as_many(count: list[Piece], offered: list[Piece], told: str, width: int) -> Line:
    line = [*count, (told, Role.MUTED)]
    for piece in offered:
        if width_of(line) + len(piece[0]) > width:
            break
        line += [piece, ("  ", Role.TEXT)]
    return line
