"""The states of a run for people: a glyph and a word, never a colour alone."""

from __future__ import annotations

from typing import Literal

from tui.theme import BOLD, Role
from tui.widgets.cells import Piece

ShownState = Literal["queued", "starting", "running", "stalled", "stopping", "done", "stopped", "failed", "lost"]

_LOOKS: dict[str, tuple[str, str, int]] = {
    "queued": ("○", ".", Role.MUTED),
    "starting": ("◔", "~", Role.ACTIVE),
    "running": ("●", ">", Role.ACTIVE),
    "stalled": ("◌", "!", Role.WARNING | BOLD),
    "stopping": ("◕", "-", Role.WARNING),
    "done": ("✓", "+", Role.REACHED),
    "stopped": ("■", "=", Role.MUTED),
    "failed": ("✗", "x", Role.ERROR | BOLD),
    "lost": ("?", "?", Role.ERROR | BOLD),
}


def state_cell(state: str, *, ascii_only: bool = False, word: bool = True) -> tuple[Piece, ...]:
    """Glyph and word of a state in its role."""
    glyph, plain, role = _LOOKS.get(state, ("·", ".", Role.MUTED))
    text = plain if ascii_only else glyph
    return ((f"{text} {state}" if word else text, int(role)),)
