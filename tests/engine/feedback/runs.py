"""Runs that look as if they had ended, without a training."""

from __future__ import annotations

from typing import Any

from engine.events.writer import EventWriter
from engine.files import write_json
from engine.runs.paths import RunPaths
from engine.runs.spec import Continuation, RunSpec
from engine.runs.store import create_run
from engine.workspace import Workspace


def ended_run(
    workspace: Workspace,
    minute: int,
    *,
    starts_from: str | None = None,
    promotable: bool = True,
    state: str = "done",
    profile: str = "utility",
    model: str = "yolo",
    dataset: str = "original",
    config: dict[str, Any] | None = None,
) -> RunPaths:
    """A run of `utility`; a training on feedback where it starts from another."""
    spec = RunSpec(
        id=f"20261120-14{minute:02d}00-{profile}-{model}-7f3a",
        profile=profile,
        model=model,
        task="object-detection",
        dataset=dataset,
        config=config or {},
        continues=Continuation(starts_from, "original", 0.05) if starts_from else None,
    )
    paths = create_run(workspace, spec)
    write_json(paths.model / "finetop.json", {"task": spec.task, "labels": ["crossarm", "pole"]})
    if starts_from:
        write_json(paths.metrics, {"promotable": promotable})
    status = EventWriter(paths.status)
    status.run(spec.id, profile=profile, model=model, task=spec.task, headline="map50_95", device="auto")
    status.status(state)  # type: ignore[arg-type]
    status.close()
    return paths
