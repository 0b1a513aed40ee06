"""The labels with their keys, what the model suggests, and how evenly they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.folders.labelling.suggestions import Suggestion
from tui.theme import BOLD, Role
from tui.widgets.cells import Line, Piece, fit
from tui.widgets.progress import bar

RUNNERS_UP = 2
COUNT_WIDTH = 5


@dataclass(frozen=True)
class Choice:
    """What is shown of the choice of a label."""

    labels: Mapping[str, str]
    """Label → what it means."""
    keys: Mapping[str, str]
    counts: Mapping[str, int]
    given: str = ""
    """The folder's label."""
    suggestion: Suggestion | None = None
    why_none: str = ""
    """Why there is no suggestion."""


def label_lines(choice: Choice, width: int, height: int, *, ascii_only: bool = False) -> list[Line]:
    """The suggestion first, then every label with its key and how often it was given."""
    return [line for line, _ in _lines(choice, width, height, ascii_only)]


def label_at(choice: Choice, y: int, width: int, height: int) -> str:
    """The label that a line is about; empty where it is about none."""
    lines = _lines(choice, width, height, ascii_only=False)
    return lines[y][1] if 0 <= y < len(lines) else ""


def _lines(choice: Choice, width: int, height: int, ascii_only: bool) -> list[tuple[Line, str]]:
    """Lines with the labels that they are about."""
    lines = [*_suggested(choice, width, ascii_only), ((("", Role.TEXT),), "")]
    rows = height - len(lines)
    explained = 2 * len(choice.labels) <= rows and any(choice.labels.values())
    largest = max(choice.counts.values(), default=0) or 1
    name_width = min(max((len(label) for label in choice.labels), default=0), max(8, width - 3 - COUNT_WIDTH))
    bar_width = min(12, max(0, width - name_width - COUNT_WIDTH - 6))
    for label, meaning in choice.labels.items():
        here = label == choice.given
        mark = ("*" if ascii_only else "✓") if here else " "
        count = choice.counts.get(label, 0)
        pieces: list[Piece] = [
            (f"{choice.keys.get(label, ' ')} ", Role.ACTIVE | BOLD),
            (mark, Role.REACHED | BOLD),
            (fit(label, name_width), Role.TITLE | BOLD if here else Role.TEXT),
        ]
        if bar_width >= 4:
            pieces += [("  ", Role.TEXT), *bar(count / largest, bar_width, ascii_only=ascii_only)]
        pieces.append((f"{count:>{COUNT_WIDTH}}", Role.MUTED if count else Role.WARNING))
        lines.append((tuple(pieces), label))
        if explained:
            lines.append((((f"   {fit(meaning, max(0, width - 3)).rstrip()}", Role.MUTED),), label))
    return lines


def _suggested(choice: Choice, width: int, ascii_only: bool) -> list[tuple[Line, str]]:
    found = choice.suggestion
    if found is None:
        return [(((fit(choice.why_none, width).rstrip(), Role.MUTED),), "")] if choice.why_none else []
    ranked: Sequence[tuple[str, float]] = [(found.label, found.confidence)]
    others = sorted(found.scores.items(), key=lambda each: -each[1])
    ranked = [*ranked, *[each for each in others if each[0] != found.label][:RUNNERS_UP]]
    name_width = min(max(len(label) for label, _ in ranked), max(8, width - 14))
    bar_width = min(12, max(0, width - name_width - 15))
    lines: list[tuple[Line, str]] = []
    for place, (label, confidence) in enumerate(ranked):
        first = place == 0
        role = Role.REACHED if first else Role.MUTED
        key = "Enter " if first else f"{choice.keys.get(label, ' '):<6}"
        drawn = bar(confidence, bar_width, role=role, ascii_only=ascii_only) if bar_width >= 4 else ()
        line: Line = (
            (key, Role.ACTIVE | BOLD if first else Role.ACTIVE),
            (fit(label, name_width), role | BOLD if first else role),
            (" ", Role.TEXT),
            *drawn,
            (f" {confidence:.2f}", role | BOLD if first else role),
        )
        lines.append((line, label))
    return lines
