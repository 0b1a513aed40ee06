"""A training on feedback beside the model that it started from: `metrics.json`, and what the report says of it."""

from __future__ import annotations

import time
from pathlib import Path

from engine.datasets.store import Dataset
from engine.evaluation.forgetting import as_document, compare, with_comparison
from engine.evaluation.report import Report
from engine.files import read_json, write_json
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.tasks.contract import Task

FORMAT = 1


def beside_its_start(
    paths: RunPaths, spec: RunSpec, task: Task, dataset: Dataset, report: Report, device: str
) -> Report:
    """Measure the model that the run started from on the same test split, write `metrics.json`, and return the
    report with both."""
    assert spec.continues is not None
    before = task.evaluate(Path(spec.config["base"]), dataset, "test", device)
    compared = compare(
        before,
        report,
        headline=spec.headline or task.headline,
        allowed=spec.continues.allowed_forgetting,
        mode=task.headline_mode,
    )
    metadata = {
        "finetop": FORMAT,
        "run": spec.id,
        "profile": spec.profile,
        "model": spec.model,
        "task": spec.task,
        "preset": spec.preset,
        "created": spec.created,
        "measured": time.time(),
        "device": device,
        "started_from": spec.continues.run,
        "dataset": dataset.id,
        "dataset_sha256": dataset.manifest.content_sha256,
        "counts": dataset.manifest.counts,
        "original": spec.continues.original,
        "headline": spec.headline,
        "targets": [str(target) for target in spec.targets],
        "config": spec.config,
        "examples": report.examples,
    }
    write_json(paths.metrics, {**metadata, **as_document(compared)})
    return with_comparison(report, compared, before, spec.headline or task.headline)


def is_promotable(paths: RunPaths) -> bool | None:
    """Whether a training on feedback lost no more than it may; None where nothing says."""
    try:
        found = read_json(paths.metrics).get("promotable")
    except (OSError, ValueError):
        return None
    return found if isinstance(found, bool) else None
