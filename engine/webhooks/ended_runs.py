"""Tells of a run that ended: its worker does, and `sweeping` for a worker that was killed."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.registry.store import version_of_run
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.state import RunView, look
from engine.webhooks.payloads import RunEnded, Target
from engine.webhooks.places import endpoints_file
from engine.webhooks.queue import enqueue
from engine.workspace import Workspace

_FAILED = ("failed", "lost")


class _Measured(msgspec.Struct):
    metrics: dict[str, float | None]


def announce_end(paths: RunPaths) -> list[str]:
    """Queue what there is to tell of a run that has ended; returns the ids of events that were new to somebody.

    Doing it again does nothing. A run that has not ended has nothing to tell. Raises FinetopError and OSError.
    """
    workspace = Workspace(paths.workspace)
    if not endpoints_file(workspace).exists():
        return []
    view = look(paths)
    if not view.is_over:
        return []
    payload = _payload(paths, view)
    happened = view.ended if view.ended is not None else last_change(paths)
    return [
        id
        for kind in kinds_of(payload)
        if enqueue(workspace, kind, id := f"{kind}:{view.id}:{view.attempt}", payload, happened=happened)
    ]


def kinds_of(ended: RunEnded) -> list[str]:
    """The events that an end amounts to."""
    if ended.state in _FAILED:
        return ["run.failed"]
    reached = ended.state == "done" and ended.targets and all(target.reached for target in ended.targets)
    return ["run.finished", "target.reached"] if reached else ["run.finished"]


def last_change(paths: RunPaths) -> float:
    """When a file of the run that tells its story last changed. Raises OSError where there is none."""
    times = [path.stat().st_mtime for path in (paths.status, paths.events) if path.exists()]
    return max(times) if times else paths.spec.stat().st_mtime


def _payload(paths: RunPaths, view: RunView) -> RunEnded:
    metrics = _test_metrics(paths) if view.state == "done" else {}
    version = version_of_run(Workspace(paths.workspace), paths) if view.state == "done" else None
    return RunEnded(
        run=view.id,
        profile=view.profile,
        model=view.model,
        version=version.number if version is not None else None,
        task=view.task,
        dataset=Path(RunSpec.read(paths.spec).dataset).name,
        state=view.state,
        reason=view.reason or "",
        attempt=view.attempt,
        headline=view.headline,
        metrics=metrics,
        targets=[
            Target(
                metric=target.metric,
                at_least=target.at_least,
                at_most=target.at_most,
                value=metrics.get(target.metric),
                reached=target.reached(metrics.get(target.metric)),
            )
            for target in view.targets
        ],
    )


def _test_metrics(paths: RunPaths) -> dict[str, float | None]:
    try:
        return msgspec.json.decode(paths.report.read_bytes(), type=_Measured).metrics
    except (FileNotFoundError, msgspec.MsgspecError):
        return {}
