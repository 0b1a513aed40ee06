"""The log of a run elsewhere, from the lines that were fetched. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from engine.attach.protocol import FileName
from engine.events.tail import parse_line
from tui.feed.follow import line_of, sorted_by_time
from tui.feed.model import LogLine
from tui.feed.printed import as_people_saw_it
from tui.places.cleaned_detail import cleaned_line

MOST_LINES = 20_000


def lines_of(files: Mapping[FileName, bytes]) -> list[LogLine]:
    """Everything for people, by time; printed lines follow, for nobody knows when they were printed."""
    raw = files.get("status", b"").split(b"\n") + files.get("events", b"").split(b"\n")
    events = map(parse_line, raw)
    said = [found for event in events if event is not None and (found := line_of(event)) is not None]
    printed = [LogLine(None, "printed", text) for text in map(as_people_saw_it, files.get("log", b"").split(b"\n"))]
    lines = [*sorted_by_time(said)[-MOST_LINES:], *[entry for entry in printed if entry.text][-MOST_LINES:]]
    return [cleaned_line(entry) for entry in lines]
