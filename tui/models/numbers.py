"""Numbers for people: aligned by their decimal point, differences with a sign, sizes with a unit. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from tui.theme import Role
from tui.widgets.cells import Piece

Direction = Literal["higher", "lower", ""]
"""Which way a metric is better; empty where nobody said."""
UNKNOWN = "–"
UNITS = ("kB", "MB", "GB", "TB")


def decimals_of(values: Sequence[float | None]) -> int:
    """Digits behind the point that all of them get: enough to tell metrics apart, no more than a column can bear."""
    known = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(known, default=0.0)
    if known and all(value == int(value) for value in known) and largest >= 10:
        return 0
    return 4 if largest < 10 else 2 if largest < 1000 else 1 if largest < 100_000 else 0


def number(value: float | None, decimals: int, *, ascii_only: bool = False) -> str:
    """A number; a dash in place of the point where there is none, so that it stands under the others."""
    if value is None or not math.isfinite(value):
        return ("-" if ascii_only else UNKNOWN) + " " * (decimals + 1 if decimals else 0)
    return f"{value:.{decimals}f}"


def difference(
    value: float | None, base: float | None, decimals: int, direction: Direction, *, ascii_only: bool = False
) -> Piece:
    """`▲+0.0120`: how far a value lies from that in production. The sign says where to, the arrow whether that is
    good."""
    if value is None or base is None or not math.isfinite(value - base):
        return ("", Role.MUTED)
    gap = round(value - base, decimals)
    if gap == 0:
        return (f" {'=':>{decimals + 3}}", Role.MUTED)
    text = f"{gap:+.{decimals}f}"
    if not direction:
        return (f" {text}", Role.TEXT)
    good = (gap > 0) == (direction == "higher")
    glyph = ("^" if ascii_only else "▲") if good else ("v" if ascii_only else "▼")
    return (f"{glyph}{text}", Role.REACHED if good else Role.WARNING)


def size(count: int) -> str:
    """`92.5 MB`, in powers of 1,000."""
    if count < 1000:
        return f"{count} B"
    amount, place = count / 1000, 0
    while amount >= 999.5 and place < len(UNITS) - 1:
        amount, place = amount / 1000, place + 1
    unit = UNITS[place]
    return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:.0f} {unit}"
