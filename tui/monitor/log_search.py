"""Which lines of a log are shown, and which of them hold what is searched. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.feed.model import LogLine

LEVELS = ("everything", "what was said", "warnings and errors", "events")
"""What can be shown, in the order of the key."""
_SHOWN: dict[str, frozenset[str]] = {
    "what was said": frozenset({"info", "warning", "error", "signal", "status"}),
    "warnings and errors": frozenset({"warning", "error"}),
    "events": frozenset({"signal", "status", "debug"}),
}


def next_level(level: str) -> str:
    """The one after it; the first after the last."""
    return LEVELS[(LEVELS.index(level) + 1) % len(LEVELS)]


def shown_lines(lines: Sequence[LogLine], level: str) -> list[LogLine]:
    """The lines of a level."""
    wanted = _SHOWN.get(level)
    return list(lines) if wanted is None else [line for line in lines if line.level in wanted]


@dataclass(frozen=True)
class Search:
    """What is searched, and where it was found."""

    text: str = ""
    places: tuple[int, ...] = ()
    """Lines that hold it."""
    at: int | None = None
    """Which of the places is looked at."""

    @property
    def line(self) -> int | None:
        """The line that is looked at."""
        return None if self.at is None else self.places[self.at]

    def moved(self, by: int) -> Search:
        """The next place, or the one before; the first again after the last."""
        if not self.places:
            return self
        at = (len(self.places) - 1 if by < 0 else 0) if self.at is None else (self.at + by) % len(self.places)
        return Search(self.text, self.places, at)


def search(lines: Sequence[LogLine], text: str, near: int) -> Search:
    """Find a text, whatever its capitals, and look at the first place from a line on."""
    if not text:
        return Search()
    sought = text.casefold()
    places = tuple(index for index, line in enumerate(lines) if sought in line.text.casefold())
    if not places:
        return Search(text)
    at = next((rank for rank, place in enumerate(places) if place >= near), len(places) - 1)
    return Search(text, places, at)


def parts(text: str, sought: str) -> list[tuple[str, bool]]:
    """A line in pieces, and which of them are what is searched."""
    if not sought or len(text.casefold()) != len(text):
        # Where folding changes the length the places would not fit; the line is still found, and not marked.
        return [(text, False)]
    pieces: list[tuple[str, bool]] = []
    start, folded, wanted = 0, text.casefold(), sought.casefold()
    while (found := folded.find(wanted, start)) >= 0:
        if found > start:
            pieces.append((text[start:found], False))
        pieces.append((text[found : found + len(wanted)], True))
        start = found + len(wanted)
    if start < len(text) or not pieces:
        pieces.append((text[start:], False))
    return pieces
