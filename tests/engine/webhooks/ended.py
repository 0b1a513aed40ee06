"""Runs on disk that have ended, or have not."""

from __future__ import annotations

import time

from engine.events.schema import State, TargetInfo
from engine.events.writer import EventWriter
from engine.files import write_json
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec, Target
from engine.runs.store import create_run, new_run_id
from engine.workspace import Workspace


def run_in(
    workspace: Workspace, state: State | None, *, reason: str = "", score: float | None = None, attempt: int = 1
) -> RunPaths:
    """A run whose last status is `state`; no worker lives. `score`: on its test split, where 0.8 is wanted."""
    spec = RunSpec(
        id=new_run_id("utility", "ner"),
        profile="utility",
        model="ner",
        task="token-classification",
        dataset="/home/me/datasets/utility-ner-3fa9",
        config={"api_key": "hunter2"},
        headline="f1",
        targets=(Target("f1", at_least=0.8),),
        created=time.time(),
    )
    paths = create_run(workspace, spec)
    targets = [TargetInfo("f1", 0.8)]
    with EventWriter(paths.status) as status:
        status.run(spec.id, profile="utility", model="ner", task=spec.task, headline="f1", targets=targets)
        status.status("queued")
        if state is not None:
            message = "/home/me/workspace/secret.txt: broken"
            status.status(state, reason=reason or None, message=message, attempt=attempt)  # type: ignore[arg-type]
    if score is not None:
        report = {"task": spec.task, "dataset": "d", "split": "test", "examples": 3, "metrics": {"f1": score}}
        write_json(paths.report, report)
    return paths
