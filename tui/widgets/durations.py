"""Durations for people, short enough for a table."""

from __future__ import annotations

import math


def duration(seconds: float | None) -> str:
    """`45s`, `12m`, `1h05`, `3d04h`; a dash where it is unknown.

    Coarse on purpose: a figure that changes each second costs bytes each second.
    """
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}" if whole < 600 else f"{whole // 60}m"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


def age(seconds: float | None) -> str:
    """How old the last event is: `now` for the first seconds, then in steps that hold still."""
    if seconds is None:
        return "–"
    if seconds < 5:
        return "now"
    if seconds < 60:
        return f"{int(seconds // 5 * 5)}s"
    # Whole minutes, so without seconds that would always be 00.
    return f"{int(seconds // 60)}m" if seconds < 3600 else duration(seconds // 60 * 60)


def ago(seconds: float) -> str:
    """How long something is past, for what lies weeks back: as `age`, and whole days from two on."""
    return f"{int(seconds // 86400)}d" if seconds >= 2 * 86400 else age(max(0.0, seconds))


def past(seconds: float) -> str:
    """When it was, in a sentence: `now`, `12m ago`, `5d ago`. A column that is named `age` needs `ago` alone."""
    said = ago(seconds)
    return said if said == "now" else f"{said} ago"
