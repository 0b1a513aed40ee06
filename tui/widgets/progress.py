"""A bar that says how far: determinate, of a given width. Nothing moves without news."""

from __future__ import annotations

import math

from tui.theme import Role
from tui.widgets.cells import Piece


def progress_cell(
    done: float | None, total: float | None, width: int, *, role: int = Role.BAR, ascii_only: bool = False
) -> tuple[Piece, ...]:
    """A bar `width` cells wide. An unknown part is an empty bar."""
    share = 0.0
    if done is not None and total and math.isfinite(done) and math.isfinite(total):
        share = min(1.0, max(0.0, done / total))
    return bar(share, width, role=role, ascii_only=ascii_only)


def bar(share: float, width: int, *, role: int = Role.BAR, ascii_only: bool = False) -> tuple[Piece, ...]:
    """The filled part in one glyph and the rest in another, so that it reads without colour too.

    A bar is full only when all is done, and not empty once something is.
    """
    halves = math.floor(share * width * 2 + 1e-9)
    if share > 0:
        halves = max(1, halves)
    if ascii_only:
        filled = max(1, halves // 2) if share > 0 else 0
        return _pieces(("#" * filled, role), ("." * (width - filled), Role.TRACK))
    half = "╸" if halves % 2 else ""
    return _pieces(("━" * (halves // 2) + half, role), ("─" * (width - halves // 2 - len(half)), Role.TRACK))


def _pieces(*pieces: Piece) -> tuple[Piece, ...]:
    return tuple((text, int(role)) for text, role in pieces if text)
