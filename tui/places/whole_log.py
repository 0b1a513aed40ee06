"""The whole log of a run: what its worker and trainer said, and what libraries printed."""

from __future__ import annotations

from pathlib import Path

from engine.events.schema import Event
from engine.events.tail import parse_line
from engine.runs.paths import RunPaths
from tui.feed.follow import line_of, sorted_by_time
from tui.feed.model import LogLine
from tui.feed.printed import as_people_saw_it

MOST_LINES = 20_000
EVENT_BYTES = 64 * 1024 * 1024
PRINTED_BYTES = 8 * 1024 * 1024
"""Of longer files only so much of the end is read: a search must not fill the console's memory."""
_NUMBERS = (b'"type":"metrics"', b'"type":"progress"', b'"type":"system"', b'"type":"sample"')
"""Most lines of a run; they need not be decoded to be left out."""


def read_log(paths: RunPaths) -> list[LogLine]:
    """Everything for people, by time; the newest lines of a log that is longer than people search."""
    events = [_said(line) for path in (paths.status, paths.events) for line in _lines(path, EVENT_BYTES)]
    said = [line for event in events if event is not None and (line := line_of(event)) is not None]
    printed = [
        LogLine(None, "printed", text)
        for text in map(as_people_saw_it, _lines(paths.log, PRINTED_BYTES)[-MOST_LINES:])
        if text
    ]
    # Nobody knows when a line was printed, so they follow what the run itself said.
    return [*sorted_by_time(said)[-MOST_LINES:], *printed]


def _said(line: bytes) -> Event | None:
    return None if any(mark in line for mark in _NUMBERS) else parse_line(line)


def _lines(path: Path, most: int) -> list[bytes]:
    """Whole lines of the last bytes of a file; none of one that is not there."""
    try:
        with path.open("rb") as file:
            start = max(0, file.seek(0, 2) - most)
            file.seek(start)
            lines = file.read(most).split(b"\n")
    except OSError:
        return []
    return lines[1 if start else 0 : -1]
