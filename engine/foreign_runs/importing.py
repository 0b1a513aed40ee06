"""Writes foreign records down as runs: once, or as they grow."""

from __future__ import annotations

import hashlib
import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import DataError
from engine.events.run import TASK
from engine.events.schema import LogEvent, MetricsEvent, ProgressEvent, RunEvent, StatusEvent
from engine.events.tail import Tail
from engine.events.writer import EventWriter
from engine.foreign_runs.recording import Point, Recording
from engine.runs.control import StopPoll
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.store import create_run, new_run_id
from engine.runs.worker import take_lock
from engine.tasks.contract import Stop
from engine.workspace import Workspace

HEADLINES = ("f1", "mAP50-95(B)", "accuracy", "map", "spearman", "loss")
"""The first of these that was measured on validation is the metric to show; else the loss."""
FIRST = 2000
"""Points that are looked at to see what was measured."""
EVERY_S = 1.0
LATEST_T = 1e11
"""Seconds since 1970; a clock that is further on could not be shown."""
MOST_STEPS = 2**53
LONGEST_NAME, MOST_VALUES = 200, 50
"""Of one event: a line holds no more, however its names are written."""

Seen = Counter[tuple[str, str]]
"""Split and metric → how many of its values there are."""


@dataclass(frozen=True)
class Imported:
    """What became of a record."""

    id: str
    source: str
    kind: str
    points: int
    """New ones."""
    known: int
    """That were there from an earlier import."""


def import_recording(
    workspace: Workspace,
    recording: Recording,
    name: str | None = None,
    *,
    follow: bool = False,
    until: Callable[[], bool] = lambda: False,
) -> Imported:
    """Bring a record in as a run, or what is new in it where it was brought in before.

    With `follow` the run is live until it is asked to stop, or `until` says so. Raises DataError where the record is
    damaged (what came before stays), InputError where another process follows it.
    """
    points = checked(recording.read(), recording)
    first = list(itertools.islice(points, FIRST))
    paths = _directory(workspace, recording, name, first)
    lock = take_lock(paths)
    try:
        with EventWriter(paths.status) as status, EventWriter(paths.events) as events:
            return _Import(paths, recording, status, events).take(itertools.chain(first, points), follow, until)
    finally:
        os.close(lock)


class _Import:
    def __init__(self, paths: RunPaths, recording: Recording, status: EventWriter, events: EventWriter) -> None:
        self._paths, self._recording = paths, recording
        self._status, self._events = status, events
        self._known, self._seen, self._t = _written(paths)
        self._points = self._step = 0

    def take(self, points: Iterable[Point], follow: bool, until: Callable[[], bool]) -> Imported:
        fresh = unseen(points, self._seen)
        first = next(iter(fresh), None)
        if first is None and self._known and not follow:
            return self._imported()
        self._begin(first.t if first is not None else self._t or time.time())
        try:
            self._write([first] if first is not None else [])
            self._write(fresh)
            self._progress()
            if follow:
                self._follow(until)
        except (DataError, OSError) as problem:
            self._say("failed", max(self._t, 0.0), "bad data", str(problem))
            raise
        except KeyboardInterrupt:
            if not follow:
                raise
        if follow:
            self._say("stopped", time.time(), "stopped by user", "no longer followed; how it went on is not known")
        else:
            self._say("done", self._t, "done", "imported; whether it ended well is not known")
        return self._imported()

    def _begin(self, t: float) -> None:
        if not self._known:
            spec = RunSpec.read(self._paths.spec)
            about: dict[str, Any] = {"id": spec.id, "profile": spec.profile, "model": spec.model, "task": spec.task}
            for writer in (self._status, self._events):
                writer.write(RunEvent(t=t, seq=0, headline=spec.headline, **about))
            source = f"{self._recording.kind}: {self._recording.path}"
            self._events.write(LogEvent(t=t, seq=0, message=f"recorded by another program ({source})"))
        self._say("running", t)

    def _write(self, points: Iterable[Point]) -> None:
        for point in points:
            event = MetricsEvent(
                t=point.t, seq=0, step=point.step, epoch=point.epoch, split=point.split, values=dict(point.values)
            )
            self._events.write(event)
            self._points += 1
            self._t, self._step = max(self._t, point.t), max(self._step, point.step)

    def _follow(self, until: Callable[[], bool]) -> None:
        # A request of an earlier import is done with.
        self._paths.control.unlink(missing_ok=True)
        asked = StopPoll(self._paths)
        while asked() is Stop.NO and not until():
            time.sleep(EVERY_S)
            before = self._points
            self._write(checked(self._recording.read(), self._recording))
            if self._points > before:
                self._progress()

    def _progress(self) -> None:
        facts = self._recording.facts()
        if self._step:
            self._events.write(
                ProgressEvent(
                    t=self._t, seq=0, phase="elsewhere", step=self._step, steps=facts.steps, epochs=facts.epochs
                )
            )

    def _say(self, state: Any, t: float, reason: str | None = None, message: str = "") -> None:
        self._status.write(StatusEvent(t=t, seq=0, state=state, reason=reason, message=message))

    def _imported(self) -> Imported:
        return Imported(self._paths.id, str(self._recording.path), self._recording.kind, self._points, self._known)


def _directory(workspace: Workspace, recording: Recording, name: str | None, first: list[Point]) -> RunPaths:
    """The run of this record: the same for the same path, however often it is imported."""
    mark = hashlib.sha256(os.fsencode(recording.path.resolve())).hexdigest()[:4]
    model = name or recording.name or recording.kind
    for known in _runs_marked(workspace, mark, recording):
        return known
    began = first[0].t if first else recording.path.stat().st_mtime
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(began))
    spec = RunSpec(
        id=f"{stamp}{new_run_id(TASK, model)[15:-4]}{mark}",
        profile=TASK,
        model=model,
        task=TASK,
        dataset="",
        config=dict(recording.facts().config),
        headline=headline_of(first),
        created=began,
        launcher=TASK,
        origins={"source": _source(recording)},
    )
    return create_run(workspace, spec)


def _source(recording: Recording) -> str:
    return f"{recording.kind} {recording.path.resolve()}"


def _runs_marked(workspace: Workspace, mark: str, recording: Recording) -> Iterator[RunPaths]:
    for path in sorted(workspace.runs.glob(f"*-{TASK}-*-{mark}")) if workspace.runs.is_dir() else ():
        paths = RunPaths(path)
        if RunSpec.read(paths.spec).origins.get("source") == _source(recording):
            yield paths


def _written(paths: RunPaths) -> tuple[int, Seen, float]:
    """How many points and values of each metric an earlier import wrote, and the time of its last event."""
    tail, count, seen, t = Tail(paths.events), 0, Seen(), 0.0
    while True:
        batch = tail.read(max_events=10_000, max_seconds=10.0)
        for event in batch.events:
            t = max(t, event.t)
            if isinstance(event, MetricsEvent):
                count += 1
                seen.update((event.split, name) for name in event.values)
        if batch.at_end:
            return count, seen, t


def unseen(points: Iterable[Point], seen: Seen) -> Iterator[Point]:
    """What of the points is new. Each metric of a record only grows, but its files grow side by side, and what
    was read while a step was being written came in two points: so values are counted, metric by metric."""
    left = Seen(seen)
    for point in points:
        keys = {name: (point.split, name) for name in point.values}
        fresh = {name: value for name, value in point.values.items() if not left[keys[name]]}
        left.subtract(key for name, key in keys.items() if name not in fresh)
        if fresh:
            yield point if len(fresh) == len(keys) else replace(point, values=fresh)


def checked(points: Iterable[Point], recording: Recording) -> Iterator[Point]:
    """The points, each small enough for a line. Raises DataError for numbers that no clock and no axis can show:
    nobody knows who wrote a record."""
    for point in points:
        named = (("time", point.t, LATEST_T), ("step", point.step, MOST_STEPS), ("epoch", point.epoch, MOST_STEPS))
        wrong = next((name for name, value, most in named if not abs(value) <= most), None)
        if wrong is None and any(len(name) > LONGEST_NAME for name in point.values):
            wrong = "name"
        if wrong is not None or point.t < 0:
            raise DataError(
                f"the {wrong or 'time'} of a point cannot be",
                where=str(recording.path),
                fix="import a record that is whole",
            )
        values = list(point.values.items())
        for start in range(0, len(values), MOST_VALUES):
            yield (
                point
                if len(values) <= MOST_VALUES
                else replace(point, values=dict(values[start : start + MOST_VALUES]))
            )


def headline_of(points: Iterable[Point]) -> str:
    """The metric to show first."""
    measured = {name for point in points if point.split == "validation" for name in point.values}
    return next((name for name in HEADLINES if name in measured), "loss")
