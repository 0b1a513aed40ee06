"""What state a run is in. No state may lie: it is derived at each look, from the last status, from
whether the worker's lock is held, and from the age of the last event."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from dataclasses import dataclass
from typing import Literal

from engine.devices import boot_id
from engine.errors import InputError, NotFoundError
from engine.events.schema import MetricsEvent, ProgressEvent, RunEvent, StatusEvent
from engine.runs.control import stop_requested
from engine.runs.glance import EventFile, last_of
from engine.runs.locks import is_locked
from engine.runs.paths import EVENTS, STATUS, RunPaths
from engine.runs.processes import kernel_kills
from engine.runs.reasons import Reason
from engine.runs.spec import RunPolicy, RunSpec, Target
from engine.tasks.contract import Stop

RunState = Literal["queued", "starting", "running", "stalled", "stopping", "done", "stopped", "failed", "lost"]
ENDED: tuple[RunState, ...] = ("done", "stopped", "failed", "lost")
LAUNCH_WITHIN_S = 30.0
STALL_AT_LEAST_S = 10.0
_TAIL = 256 * 1024


@dataclass(frozen=True)
class Signs:
    """What can be seen of a run from outside, at one moment."""

    last_status: str | None
    """State of the last status event; None before the first."""
    locked: bool
    """Whether a living worker holds the lock."""
    age_s: float = 0.0
    """Age of the last event, or of the run when there is none. Negative when the clock jumped back."""
    usual_gap_s: float | None = None
    """The usual time between two events."""
    stop_requested: bool = False
    worker_gone: Reason = Reason.WORKER_KILLED
    """Why the worker would be gone, if it is."""


def derive_state(signs: Signs, stall_factor: float = RunPolicy.stall_factor) -> tuple[RunState, Reason | None]:
    """The state shown to people, and the reason where the worker could not write it."""
    status = signs.last_status
    if status in ("done", "stopped", "failed"):
        return status, None  # type: ignore[return-value]
    if not signs.locked:
        if status is not None:
            return "lost", signs.worker_gone
        # Made, and its worker not there yet: for a moment that is how every run begins.
        return ("queued", None) if signs.age_s < LAUNCH_WITHIN_S else ("lost", Reason.NEVER_STARTED)
    if signs.stop_requested or status == "stopping":
        return "stopping", None
    if status == "running":
        return ("stalled" if signs.age_s > stall_limit_s(signs.usual_gap_s, stall_factor) else "running"), None
    return ("starting" if status == "starting" else "queued"), None


def stall_limit_s(usual_gap_s: float | None, stall_factor: float) -> float:
    """How long a running trainer may be silent before it counts as stalled."""
    return max(STALL_AT_LEAST_S, stall_factor * (usual_gap_s or 0.0))


@dataclass(frozen=True)
class RunView:
    """One look at a run."""

    id: str
    profile: str
    model: str
    task: str
    state: RunState
    reason: str | None = None
    message: str = ""
    attempt: int = 1
    started: float | None = None
    """When its worker was first started, Unix seconds."""
    ended: float | None = None
    last_event_age_s: float | None = None
    progress: ProgressEvent | None = None
    headline: str = ""
    """Name of the headline metric."""
    score: float | None = None
    """Its last value: on test when the run is done, else on validation."""
    score_split: str = ""
    targets: tuple[Target, ...] = ()
    device: str = ""

    @property
    def is_over(self) -> bool:
        return self.state in ENDED


def look(paths: RunPaths, *, now: float | None = None) -> RunView:
    """Look at a run: reads the ends of its files only. Raises NotFoundError where there is no run."""
    now = time.time() if now is None else now
    with EventFile(f"{paths.root}/{STATUS}") as status_file, EventFile(f"{paths.root}/{EVENTS}") as events:
        run = status_file.first(RunEvent)
        if run is None:
            return _before_the_first_line(paths, now)
        status = status_file.last(StatusEvent)
        ended = status is not None and status.state in ENDED
        locked = not ended and is_locked(paths.lock)
        if not ended and not locked:
            status = last_of(paths.status, StatusEvent)  # it may have ended between the two looks
        return _view(paths, run, status, events, locked=locked, ended=ended, now=now)


def _view(
    paths: RunPaths,
    run: RunEvent,
    status: StatusEvent | None,
    events: EventFile,
    *,
    locked: bool,
    ended: bool,
    now: float,
) -> RunView:
    trainer = events.first(RunEvent)
    last = max(status.t if status else run.t, events.last_time() or 0.0)
    signs = Signs(
        last_status=status.state if status else None,
        locked=locked,
        age_s=now - last,
        usual_gap_s=events.usual_gap_s() if locked else None,
        stop_requested=locked and stop_requested(paths) is not Stop.NO,
        worker_gone=Reason.WORKER_KILLED if locked or ended else _why_gone(paths),
    )
    state, reason = derive_state(signs, _stall_factor(paths, signs))
    score, split = _score(events, run.headline)
    return RunView(
        id=paths.id,
        profile=run.profile,
        model=run.model,
        task=run.task,
        state=state,
        reason=reason or (status.reason if status else None),
        message=_SENTENCES.get(reason, "") if reason else (status.message if status else ""),
        attempt=status.attempt if status else 1,
        started=trainer.t if trainer else None,
        ended=last if state in ENDED else None,
        last_event_age_s=max(0.0, now - last),
        progress=events.last(ProgressEvent, within=_TAIL),
        headline=run.headline,
        score=score,
        score_split=split,
        targets=tuple(Target(target.metric, target.at_least, target.at_most) for target in run.targets),
        device=trainer.device if trainer else run.device,
    )


_SENTENCES = {
    Reason.WORKER_KILLED: "the worker was killed; resume goes on from the last checkpoint",
    Reason.WORKER_OUT_OF_MEMORY: "the worker is gone and the kernel killed for memory meanwhile; resume goes on",
    Reason.MACHINE_GONE: "the machine was restarted; resume goes on from the last checkpoint",
    Reason.NEVER_STARTED: "it was made, but no worker was started for it; resume starts it",
}


def _before_the_first_line(paths: RunPaths, now: float) -> RunView:
    try:
        spec = RunSpec.read(paths.spec)
        age_s = now - paths.spec.stat().st_mtime
    except (InputError, OSError) as problem:
        raise NotFoundError(f"no run in {paths.root}", fix="`engine runs list` shows the runs") from problem
    state, reason = derive_state(Signs(None, is_locked(paths.lock), age_s))
    return RunView(
        id=paths.id,
        profile=spec.profile,
        model=spec.model,
        task=spec.task,
        state=state,
        reason=reason,
        message=_SENTENCES.get(reason, "") if reason else "",
        headline=spec.headline,
        targets=spec.targets,
        device=spec.device,
    )


def _stall_factor(paths: RunPaths, signs: Signs) -> float:
    """The policy's, read only where it can make a difference."""
    if signs.locked and signs.age_s > STALL_AT_LEAST_S:
        with contextlib.suppress(InputError):
            return RunSpec.read(paths.spec).policy.stall_factor
    return RunPolicy.stall_factor


def _why_gone(paths: RunPaths) -> Reason:
    """Why a worker that wrote no end is gone, from what it left in its lock file."""
    try:
        holder = json.loads(paths.lock.read_bytes())
        if holder["host"] != socket.gethostname():
            return Reason.WORKER_KILLED
        if holder["boot"] != boot_id():
            return Reason.MACHINE_GONE
        return Reason.WORKER_OUT_OF_MEMORY if kernel_kills() > holder["kernel_kills"] else Reason.WORKER_KILLED
    except (OSError, ValueError, KeyError, TypeError):
        return Reason.WORKER_KILLED


def _score(events: EventFile, headline: str) -> tuple[float | None, str]:
    """The last headline metric that was measured on anything but training rows."""
    # The split is written out for every split but training's.
    having = (f'"{headline}":'.encode(), b'"split":')
    metrics = events.last(MetricsEvent, within=_TAIL, having=having) if headline else None
    if metrics is None or metrics.split == "train":
        return None, ""
    return metrics.values.get(headline), metrics.split
