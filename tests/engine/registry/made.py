"""Runs that ended, as their files lie on disk: made in milliseconds, without a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.evaluation.report import Report, write_report
from engine.model_directory import new_model
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec, Target
from engine.runs.store import create_run, new_run_id
from engine.tasks.noop.config import Config
from engine.tasks.noop.predict import Model
from engine.workspace import Workspace

SAMPLES = [{"text": "one"}, {"text": "three"}]


def ended_run(
    workspace: Workspace,
    *,
    profile: str = "plain",
    model: str = "m",
    value: int = 7,
    metrics: Mapping[str, float | None] = {"score": 0.9},
    targets: Sequence[Target] = (),
    **fields: Any,
) -> RunPaths:
    """A run of the task `noop` that trained, tested and ended."""
    config = Config(script=[{"report": {"loss": 1.0}}], test_score=metrics.get("score") or 0.0)
    spec = RunSpec(
        id=new_run_id(profile, model),
        profile=profile,
        model=model,
        task="noop",
        config=config.model_dump(mode="json", by_alias=True),
        headline="score",
        targets=tuple(targets),
        **{"dataset": "", **fields},
    )
    paths = create_run(workspace, spec)
    card = {"task": "noop", "value": value, "config": spec.config}
    with new_model(paths.model, card, SAMPLES, Model(value).predict(SAMPLES)):
        pass
    write_report(
        Report(task="noop", dataset=spec.dataset, split="test", examples=10, metrics=dict(metrics)), paths.report
    )
    return paths
