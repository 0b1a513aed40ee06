"""How fast earlier runs of the same model were on this machine, from their events."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.errors import InputError
from engine.events.schema import Event, ProgressEvent, RunEvent
from engine.events.tail import Tail
from engine.plan.outline import TimePlan
from engine.profiles import ResolvedModel
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.store import list_runs
from engine.training.config import PhaseOutline
from engine.workspace import Workspace

RUNS_TO_READ = 3
RUNS_TO_OPEN = 20
MOST_BYTES = 32 * 1024 * 1024
SAME = ("base", "method", "batch_size", "max_length", "precision")
"""Settings that decide how long a step takes."""
NO_EARLIER = "no earlier run"


@dataclass
class Pace:
    """Seconds and steps by phase, evaluations included."""

    seconds: dict[str, float] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    around_s: float = 0.0
    """Before the first step and after the last: loading, the first evaluation, the test."""

    def seconds_per_step(self, phase: str) -> float | None:
        """Of a phase; of all phases together where this one was never seen."""
        known = [phase] if self.steps.get(phase) else [name for name, steps in self.steps.items() if steps]
        if not known:
            return None
        return sum(self.seconds[name] for name in known) / sum(self.steps[name] for name in known)


def expected_time(
    workspace: Workspace, resolved: ResolvedModel, phases: Sequence[PhaseOutline], devices: Sequence[str]
) -> TimePlan:
    """Wall time of the phases at the pace of the newest runs of this model, base and batch on such a device."""
    paces, names = [], []
    for paths in _candidates(workspace, resolved):
        pace = _pace_on(paths, devices)
        if pace is not None:
            paces.append(pace)
            names.append(paths.id)
        if len(paces) == RUNS_TO_READ:
            break
    if not paces or not phases:
        return TimePlan(None, NO_EARLIER)
    merged = merge(paces)
    seconds = merged.around_s
    seconds += sum(phase.steps * (merged.seconds_per_step(phase.name) or 0.0) for phase in phases)
    rate = sum(merged.steps.values()) / max(1e-9, sum(merged.seconds.values()))
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return TimePlan(seconds, f"{rate:.3g} steps/s in {names[0]}{others}")


def pace_of(events: Sequence[Event]) -> Pace:
    """The pace of a run: time between steps, so evaluations count and the gaps between attempts do not."""
    pace = Pace()
    last: ProgressEvent | None = None
    for event in events:
        if isinstance(event, RunEvent):
            last = None
        elif isinstance(event, ProgressEvent):
            if last is not None and event.step > last.step and event.t > last.t:
                pace.seconds[event.phase] = pace.seconds.get(event.phase, 0.0) + event.t - last.t
                pace.steps[event.phase] = pace.steps.get(event.phase, 0) + event.step - last.step
            if last is None or event.step != last.step:
                last = event  # at a standstill (an evaluation) the clock of the next step runs on
    attempts = sum(isinstance(event, RunEvent) for event in events)
    if attempts == 1:
        pace.around_s = max(0.0, events[-1].t - events[0].t - sum(pace.seconds.values()))
    return pace


def merge(paces: Iterable[Pace]) -> Pace:
    """Several runs as one."""
    together = Pace()
    for pace in paces:
        together.around_s = max(together.around_s, pace.around_s)
        for phase, steps in pace.steps.items():
            together.steps[phase] = together.steps.get(phase, 0) + steps
            together.seconds[phase] = together.seconds.get(phase, 0.0) + pace.seconds[phase]
    return together


def _candidates(workspace: Workspace, resolved: ResolvedModel) -> Iterable[RunPaths]:
    name = f"-{resolved.profile}-{resolved.model}-"
    config = resolved.config.model_dump(mode="json")
    runs = [paths for paths in list_runs(workspace) if name in paths.id]
    for paths in runs[:RUNS_TO_OPEN]:
        try:
            spec = RunSpec.read(paths.spec)
        except InputError:
            continue
        if (spec.profile, spec.model, spec.task) != (resolved.profile, resolved.model, resolved.task):
            continue
        if all(spec.config.get(field) == config.get(field) for field in SAME):
            yield paths


def _pace_on(paths: RunPaths, devices: Sequence[str]) -> Pace | None:
    """The pace of a run if it ran on this machine and on the same kind of device."""
    try:
        if paths.events.stat().st_size > MOST_BYTES:
            return None
    except OSError:
        return None
    tail, events = Tail(paths.events), []
    while True:
        batch = tail.read(max_events=20_000, max_seconds=1.0)
        events += batch.events
        if batch.at_end:
            break
    first = next((event for event in events if isinstance(event, RunEvent)), None)
    if first is None or first.host != socket.gethostname():
        return None
    if devices and first.device.split(":")[0] not in {device.split(":")[0] for device in devices}:
        return None
    pace = pace_of(events)
    return pace if any(pace.steps.values()) else None
