"""How it stands with the other machines, as lines above the table of runs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tui.feed.model import PlaceInfo, Snapshot
from tui.theme import Role
from tui.widgets.cells import Line, width_of
from tui.widgets.durations import past

MOST_LINES = 5
_GLYPHS = {"connected": ("●", ">"), "connecting": ("◔", "~"), "away": ("✗", "x")}


def standing(snapshot: Snapshot, width: int, *, ascii_only: bool = False) -> list[Line]:
    """A line for each machine in trouble, and the others side by side in the line above."""
    counts = Counter(run.place for run in snapshot.runs)
    good = [place for place in snapshot.places if not place.problem or place.connected]
    bad = [place for place in snapshot.places if place not in good]
    lines = _side_by_side([_good(place, counts[place.name], ascii_only) for place in good], width)
    lines += [_bad(place, ascii_only) for place in bad]
    if len(lines) > MOST_LINES:
        rest = len(lines) - MOST_LINES + 1
        lines = [*lines[: MOST_LINES - 1], (("  ", Role.MUTED), (f"and {rest} more", Role.MUTED))]
    return lines


def says(place: PlaceInfo) -> str:
    """What is wrong with a machine that is away."""
    if place.seen_at is None:
        return f"not reachable ({place.problem})"
    when = "just now" if place.silent_min < 1 else past(60.0 * place.silent_min)
    return f"not reachable, last seen {when} ({place.problem})"


def _good(place: PlaceInfo, runs: int, ascii_only: bool) -> Line:
    state = "connected" if place.connected and place.listed else "connecting"
    count = f"{runs} run{'' if runs == 1 else 's'}" if place.listed else "connecting …"
    note = f"{count}, read-only" if place.readonly else count
    return (
        (_glyph(state, ascii_only), Role.ACTIVE if state == "connected" else Role.MUTED),
        (f" {place.name} ", Role.TEXT),
        (note.replace("…", "...") if ascii_only else note, Role.MUTED),
    )


def _bad(place: PlaceInfo, ascii_only: bool) -> Line:
    return ((_glyph("away", ascii_only), Role.WARNING), (f" {place.name} ", Role.TEXT), (says(place), Role.WARNING))


def _glyph(state: str, ascii_only: bool) -> str:
    return _GLYPHS[state][ascii_only]


def _side_by_side(parts: Sequence[Line], width: int) -> list[Line]:
    lines: list[Line] = []
    for part in parts:
        if lines and width_of(lines[-1]) + 3 + width_of(part) <= width:
            lines[-1] = (*lines[-1], ("   ", Role.TEXT), *part)
        else:
            lines.append(part)
    return lines
