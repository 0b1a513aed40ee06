"""A metric against its target: value, bar with a tick where the target lies, and a word."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tui.theme import BOLD, Role
from tui.widgets.cells import Piece
from tui.widgets.chart.axes import reading


@dataclass(frozen=True)
class Goal:
    """A threshold: at least, or at most."""

    at_least: float | None = None
    at_most: float | None = None

    def reached(self, value: float | None) -> bool:
        """Whether a value meets it. A missing or non-finite one never does."""
        if value is None or not math.isfinite(value):
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    @property
    def threshold(self) -> float | None:
        return self.at_least if self.at_least is not None else self.at_most

    @property
    def sign(self) -> str:
        return "≥" if self.at_least is not None else "≤"


def gauge(
    value: float | None, goal: Goal | None, *, width: int = 10, word: bool = True, ascii_only: bool = False
) -> tuple[Piece, ...]:
    """`0.8712 ━━━━━━━━┃━ ✓ reached`. `width` is the bar's; 0 leaves it out."""
    text = "–" if value is None and not ascii_only else "-" if value is None else reading(value)
    if goal is None or goal.threshold is None:
        return ((f"{text:>7}", Role.TEXT),)
    met = goal.reached(value)
    role = Role.REACHED if met else Role.MISSED if value is not None else Role.MUTED
    pieces: list[Piece] = [(f"{text:>7}", role | BOLD if value is not None else role)]
    if width:
        pieces += [(" ", Role.TEXT), *_bar(value, goal.threshold, width, int(role), ascii_only)]
    glyph = ("+" if ascii_only else "✓") if met else ("-" if ascii_only else "·")
    if word:
        distance = (
            "" if value is None else "reached" if met else f"{_sign(goal, ascii_only)} {reading(goal.threshold)}"
        )
        pieces.append((f" {glyph} {distance}" if distance else f" {glyph}", int(role)))
    else:
        pieces.append((f" {glyph}", int(role)))
    return tuple(pieces)


def _bar(value: float | None, threshold: float, width: int, role: int, ascii_only: bool) -> list[Piece]:
    filled, rest, tick = ("#", ".", "|") if ascii_only else ("━", "─", "┃")
    limit = scale(threshold, value)
    share = 0.0 if value is None or not math.isfinite(value) else min(1.0, max(0.0, value / limit))
    cells = int(share * width + 1e-9)
    place = min(width - 1, max(0, int(threshold / limit * width + 1e-9)))
    pieces: list[Piece] = []
    for start, end in ((0, place), (place + 1, width)):
        bar = max(0, min(cells, end) - start)
        pieces += [(filled * bar, role), (rest * (end - start - bar), Role.TRACK)]
        if start == 0:
            pieces.append((tick, Role.TARGET))
    return [(text, int(part)) for text, part in pieces if text]


def scale(threshold: float, value: float | None) -> float:
    """The right end of a gauge: 1 for a share, and a round number around threshold and value for others."""
    highest = max(abs(threshold), abs(value) if value is not None and math.isfinite(value) else 0.0)
    if highest <= 1.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= highest)


def _sign(goal: Goal, ascii_only: bool) -> str:
    return {"≥": ">=", "≤": "<="}[goal.sign] if ascii_only else goal.sign
