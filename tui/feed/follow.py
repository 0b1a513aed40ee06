"""Follows the files of one run: events into columns, and everything for people into log lines."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import structs

from engine.events.bulk import Part
from engine.events.columns import Columns
from engine.events.schema import (
    CheckpointEvent,
    Event,
    LogEvent,
    MetricsEvent,
    ProgressEvent,
    RunEvent,
    SignalEvent,
    StatusEvent,
    SystemEvent,
)
from engine.events.shards import parse_file
from engine.events.tail import Tail, parse_line
from tui.feed.memory import give_back_memory
from tui.feed.model import LogLine, Moment, RunDetail
from tui.feed.moments import MOST_MOMENTS, moment_of
from tui.feed.printed import PrintedTail

if TYPE_CHECKING:
    from engine.runs.paths import RunPaths

LOG_LINES = 500
TREND_POINTS = 32
CHUNK_EVENTS = 2000
BIG_BYTES = 4 * 1024 * 1024
"""A longer file is read in one go at first, which is many times faster than line by line."""
LOG_BYTES = 512 * 1024
"""Of a long file only this much of its end is read for people."""


class Follower:
    """Reads one run in bounded chunks. Lives in the feed's thread."""

    def __init__(
        self, paths: RunPaths, headline: str, *, whole: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.paths, self.headline, self._clock = paths, headline, clock
        self.whole = whole
        """Whether all series are kept; else only the one that its row shows."""
        self._columns = Columns()
        self._parts: Iterator[Part] | None = None
        """What is still to be taken in of a long file."""
        self._events, self._status = Tail(paths.events), Tail(paths.status)
        self._printed = PrintedTail(paths.log)
        self._log: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._moments: deque[Moment] = deque(maxlen=MOST_MOMENTS)
        self._figures: dict[str, float | None] = {}
        self._progress: ProgressEvent | None = None
        self._revision = 0
        self._made: RunDetail | None = None
        self.complete = False

    def advance(self, budget_s: float) -> bool:
        """Read on, for about as long as the budget. Says whether anything new came."""
        deadline = self._clock() + budget_s
        before = self._revision
        if not self._revision and self._parts is None:
            self._open_long_file()
        if self._parts is not None and not self._take_parts(deadline):
            return False
        self._take_status()
        while True:
            batch = self._events.read(max_events=CHUNK_EVENTS, max_seconds=0.05)
            if batch.restarted:
                self._columns.clear()
                self._log.clear()
                self._moments.clear()
                self._revision += 1
            if batch.events:
                self._columns.add(batch.events if self.whole else self._of_row(batch.events))
                self._note(batch.events)
            self.complete = batch.at_end
            if batch.at_end or self._clock() >= deadline:
                break
        lines = self._printed.read()
        if lines:
            self._log.extend(LogLine(None, "printed", line) for line in lines)
            self._revision += 1
        return self._revision != before

    def narrow(self) -> None:
        """Keep what a row shows, and no more from now on: the charts show other runs."""
        if self.whole:
            self.whole = False
            self._columns.keep_only([("validation", self.headline)])
            give_back_memory()
            self._revision += 1

    def _of_row(self, events: Iterable[Event]) -> Iterable[Event]:
        for event in events:
            if isinstance(event, RunEvent):
                yield event
            elif isinstance(event, MetricsEvent) and event.split == "validation" and self.headline in event.values:
                yield structs.replace(event, values={self.headline: event.values[self.headline]})

    def detail(self) -> RunDetail:
        """What is known now, frozen. The arrays are views that later reading does not change."""
        if self._made is None or (self._made.revision, self._made.complete) != (self._revision, self.complete):
            series = {key: self._columns.series(*key) for key in self._columns.names()}
            self._made = RunDetail(
                revision=self._revision,
                series=series,
                trend=self._trend(),
                progress=self._progress,
                log=tuple(sorted_by_time(self._log)),
                moments=tuple(sorted(self._moments, key=lambda moment: moment.t)),
                figures=dict(self._figures),
                complete=self.complete,
            )
        return self._made

    def _trend(self) -> tuple[float, ...]:
        values = self._columns.series("validation", self.headline).value if self.headline else ()
        every = max(1, -(-len(values) // TREND_POINTS))
        return tuple(float(value) for value in values[::-1][::every][::-1] if value == value)

    def _open_long_file(self) -> None:
        size = self.paths.events.stat().st_size if self.paths.events.exists() else 0
        if size >= BIG_BYTES:
            # In blocks, whatever is kept of it: line by line takes many times as long.
            self._parts = parse_file(self.paths.events, end=self._events.skip_to_end())

    def _take_parts(self, deadline: float) -> bool:
        """Take in blocks of a long file until the deadline: other runs are looked at between two such turns.

        Says whether that was all. Nothing of it is shown before.
        """
        assert self._parts is not None
        taken: list[Part] = []
        for part in self._parts:
            taken.append(part)
            if self._clock() >= deadline:
                self._columns.add_parts(taken)
                return False
        self._columns.add_parts(taken)
        self._parts = None
        if not self.whole:
            self._columns.keep_only([("validation", self.headline)])
        give_back_memory()
        self._revision += 1
        with self.paths.events.open("rb") as file:
            file.seek(max(0, self._events.offset - LOG_BYTES))
            lines = file.read(self._events.offset - file.tell()).split(b"\n")[1:]
        self._note(event for line in lines if b'"type":"metrics"' not in line and (event := parse_line(line)))
        return True

    def _take_status(self) -> None:
        batch = self._status.read(max_events=CHUNK_EVENTS, max_seconds=0.05)
        if batch.events:
            self._note(batch.events)

    def _note(self, events: Iterable[Event]) -> None:
        for event in events:
            self._revision += 1
            if isinstance(event, ProgressEvent):
                self._progress = event
            elif isinstance(event, SystemEvent):
                self._figures |= event.values
            else:
                line = line_of(event)
                if line is not None:
                    self._log.append(line)
                if (moment := moment_of(event, line)) is not None:
                    self._moments.append(moment)


def line_of(event: Event) -> LogLine | None:
    """The log line that an event makes; None for numbers and samples."""
    if isinstance(event, LogEvent):
        return LogLine(event.t, event.level, event.message)
    if isinstance(event, SignalEvent):
        about = f" ({event.metric})" if event.metric and event.metric not in event.message else ""
        return LogLine(event.t, "signal", f"{event.kind.replace('_', ' ')}{about}: {event.message}".rstrip(": "))
    if isinstance(event, StatusEvent):
        # `done: done` and `stopped: stopped by user` say it once.
        reason = "" if event.reason == event.state else event.reason or ""
        said = ": ".join(part for part in (reason.removeprefix(f"{event.state} "), event.message) if part)
        attempt = f" (attempt {event.attempt})" if event.attempt > 1 else ""
        return LogLine(event.t, "status", f"{event.state}{attempt}" + (f": {said}" if said else ""))
    if isinstance(event, CheckpointEvent):
        best = ", the best so far" if event.best else ""
        return LogLine(event.t, "debug", f"checkpoint at step {event.step}{best}")
    if isinstance(event, RunEvent) and event.resumed_step is not None:
        return LogLine(event.t, "info", f"resumed from step {event.resumed_step}")
    return None


def sorted_by_time(lines: Iterable[LogLine]) -> list[LogLine]:
    """Lines of several writers in order; a printed line stays behind the one before it."""
    latest = float("-inf")
    keyed = []
    for place, line in enumerate(lines):
        latest = latest if line.t is None else line.t
        keyed.append((latest, place, line))
    return [line for _, _, line in sorted(keyed, key=lambda entry: entry[:2])]
