"""Versions of the tiny models of each task."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from engine.datasets.store import write_dataset
from engine.evaluation.report import Report, write_report
from engine.files import read_json
from engine.model_directory import CARD
from engine.registry.store import Version, register
from engine.runs.spec import RunSpec
from engine.runs.store import create_run, new_run_id
from engine.tasks.catalog import find_task
from engine.tasks.contract import Row
from engine.workspace import Workspace
from tests.engine.registry.tiny_models import MAKE


def tiny_version(where: Path, task: str, *, rows: Sequence[Row] | None = None, model: Path | None = None) -> Version:
    """A version of a tiny model; `rows` are its validation split, else it has no dataset."""
    workspace, dataset = Workspace(where / "workspace"), ""
    if rows is not None:
        stored = write_dataset(
            workspace, task=task, profile="p", model="m", splits={"validation": rows}, classes={}, source="recipe"
        )
        dataset = stored.id
    directory = model or MAKE[task](where / "made")
    config = read_json(directory / CARD)["config"]
    headline = find_task(task).headline
    spec = RunSpec(new_run_id("p", "m"), "p", "m", task, dataset, config, headline)
    paths = create_run(workspace, spec)
    shutil.copytree(directory, paths.model)
    report = Report(task=task, dataset=dataset, split="test", examples=10, metrics={headline: 0.5})
    write_report(report, paths.report)
    return register(workspace, paths)
