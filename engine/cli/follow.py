"""Follows runs as lines of text: what a log file or a narrow terminal can show."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from engine.cli.output import duration, print_table, say
from engine.errors import TargetMissed
from engine.evaluation.report import Report
from engine.events.schema import (
    CheckpointEvent,
    Event,
    LogEvent,
    MetricsEvent,
    ProgressEvent,
    SignalEvent,
    StatusEvent,
)
from engine.events.tail import Tail
from engine.runs.handle import RunHandle
from engine.runs.state import RunView

POLL_S = 0.25
PROGRESS_LINE_EVERY_S = 5.0


class _Follower:
    """Prints what is new in one run."""

    def __init__(self, handle: RunHandle) -> None:
        self.handle = handle
        self.status, self.events = Tail(handle.paths.status), Tail(handle.paths.events)
        self.last_progress = 0.0
        self.view: RunView | None = None

    def step(self) -> bool:
        """Print new events; True when the run has ended and everything was printed."""
        self.view = self.handle.view()
        for tail in (self.status, self.events):
            while True:
                batch = tail.read()
                for event in batch.events:
                    self._print(event)
                if batch.at_end:
                    break
        return self.view.is_over

    def _print(self, event: Event) -> None:
        line = self._line(event)
        if line:
            say(f"{time.strftime('%H:%M:%S', time.localtime(event.t))}  {self.handle.spec.model:<12} {line}")

    def _line(self, event: Event) -> str | None:
        match event:
            case StatusEvent():
                return " · ".join(filter(None, [event.state, event.reason, event.message]))
            case ProgressEvent() if time.time() - event.t < 60 and self._progress_due():
                return f"{event.phase}  step {event.step}/{event.steps}  {event.rate:.1f} steps/s"
            case MetricsEvent() if event.split != "train":
                shown = "  ".join(f"{name} {value:.4g}" for name, value in _main_values(event))
                return f"{event.split}  epoch {event.epoch:g}  {shown}"
            case SignalEvent():
                return f"{event.kind.replace('_', ' ')}: {event.message}"
            case CheckpointEvent():
                return f"checkpoint at step {event.step}"
            case LogEvent() if event.level != "debug":
                return event.message
            case _:
                return None

    def _progress_due(self) -> bool:
        now = time.monotonic()
        if now - self.last_progress < PROGRESS_LINE_EVERY_S:
            return False
        self.last_progress = now
        return True


def follow(handles: Sequence[RunHandle]) -> list[RunView]:
    """Print what happens in `handles` until all have ended, then the table of targets."""
    followers = [_Follower(handle) for handle in handles]
    while not all([follower.step() for follower in followers]):
        time.sleep(POLL_S)
    views = [follower.view for follower in followers if follower.view is not None]
    print_targets(handles)
    return views


def print_targets(handles: Sequence[RunHandle]) -> None:
    """The table of targets on stdout: each metric on the held-out test split, beside the model before training."""
    rows = [row for handle in handles for row in target_rows(handle)]
    if rows:
        sys.stdout.flush()
        print_table(["model", "metric", "before", "trained", "unseen", "target", "reached", "state", "took"], rows)


def target_rows(handle: RunHandle) -> list[list[object]]:
    """A row per target, or one for the headline metric where there is no target."""
    view, report = handle.view(), report_of(handle)
    took = duration(view.ended - view.started) if view.ended and view.started else ""
    headline = handle.spec.headline
    names = [(target.metric, str(target)[len(target.metric) :].strip()) for target in handle.spec.targets]
    rows: list[list[object]] = []
    for name, threshold in names or [(headline, "")]:
        value = report.metrics.get(name) if report else None
        reached = [target.reached(value) for target in handle.spec.targets if target.metric == name]
        rows.append(
            [
                handle.spec.model,
                name,
                report.baseline.get(name) if report else None,
                value,
                report.slices.get("unseen", {}).get(name) if report else None,
                threshold,
                ("yes" if reached[0] else "no") if reached and report else "",
                view.state,
                took,
            ]
        )
    return rows


def require_targets_reached(handles: Sequence[RunHandle]) -> None:
    """Raises TargetMissed naming each target that the test split does not reach."""
    missed = []
    for handle in handles:
        report = report_of(handle)
        for target in handle.spec.targets:
            value = report.metrics.get(target.metric) if report else None
            if not target.reached(value):
                found = "unknown" if value is None else f"{value:.3f}"
                missed.append(f"{handle.spec.model}: {target} but is {found}")
    if missed:
        raise TargetMissed("targets missed: " + "; ".join(missed))


def report_of(handle: RunHandle) -> Report | None:
    """The run's report, if there is one yet."""
    return handle.report() if handle.paths.report.exists() else None


def _main_values(event: MetricsEvent) -> list[tuple[str, float]]:
    """Metrics of the whole split; those of single classes (`LABEL/f1`) are for the console."""
    return [(name, value) for name, value in event.values.items() if "/" not in name and value is not None]
