"""What a run becomes as a version: its model and report copied, hashed, and described in a manifest."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from engine.datasets.store import Dataset, open_dataset
from engine.errors import InputError, NotFoundError
from engine.evaluation.report import Report, pictures_of, read_report
from engine.files import read_json, write_json
from engine.model_directory import CARD
from engine.registry.card import model_card
from engine.registry.integrity import file_facts
from engine.registry.licences import libraries_of, licences_of
from engine.registry.manifest import AUTOMATIC, Manifest
from engine.registry.paths import VersionPaths
from engine.runs.continuation import is_promotable
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.workspace import Workspace

CALIBRATION = ("calibration", "confidence", "threshold", "pair_threshold")
"""What cards call it, task by task."""


def write_version(version: VersionPaths, number: int, run: RunPaths, spec: RunSpec) -> None:
    """Fill the directory of a version from its run. Raises InputError, OSError."""
    report = read_report(run.report)
    _copy(run, version)
    card = _card(version.model)
    manifest = Manifest(
        profile=spec.profile,
        model=spec.model,
        version=number,
        task=spec.task,
        created=time.time(),
        run=spec.id,
        dataset=spec.dataset,
        dataset_sha256=_dataset_hash(run, spec),
        base=str(spec.config.get("base") or card.get("base") or ""),
        preset=spec.preset,
        config=spec.config,
        headline=spec.headline,
        targets=list(spec.targets),
        metrics=_measured(spec, report),
        intervals=report.intervals,
        calibration={name: card[name] for name in CALIBRATION if card.get(name) is not None},
        thresholds=thresholds_of(card) | _automatic(spec),
        continues=spec.continues,
        promotable=is_promotable(run) if spec.continues is not None else None,
        promotion=spec.promotion,
        decisions=spec.decisions,
        libraries=libraries_of(spec.task),
        licences=licences_of(spec.task, spec.config),
        files={},
    )
    version.card.write_text(model_card(manifest, report, counts=_counts(run, spec)))
    write_json(version.manifest, msgspec.structs.replace(manifest, files=file_facts(version.root)))


def thresholds_of(card: Mapping[str, Any]) -> dict[str, float]:
    """The operating thresholds that a model's card names, as numbers."""
    found: dict[str, float] = {}
    own = card.get("threshold")
    if isinstance(own, dict):
        found |= {f"known/{name}": own[name] for name in ("value", "cosine") if _is_number(own.get(name))}
    if _is_number(card.get("pair_threshold")):
        found["pair"] = card["pair_threshold"]
    by_class = card.get("thresholds")
    if isinstance(by_class, dict):
        found |= {f"class/{name}": value for name, value in by_class.items() if _is_number(value)}
    return {name: float(value) for name, value in found.items()}


def _automatic(spec: RunSpec) -> dict[str, float]:
    above = spec.decisions.automatic_above
    return {} if above is None else {AUTOMATIC: above}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _copy(run: RunPaths, version: VersionPaths) -> None:
    # Copied and not linked: what is done to the run later must not reach the version.
    shutil.copytree(run.model, version.model, symlinks=True)
    link = next((path for path in version.model.rglob("*") if path.is_symlink()), None)
    if link is not None:
        raise InputError("the model holds a symbolic link", where=f"{run.model / link.name}", fix="train it anew")
    for file in (run.report, run.report.with_suffix(".md"), run.metrics):
        if file.is_file():
            shutil.copyfile(file, version.root / file.name)
    if pictures_of(run.report).is_dir():
        shutil.copytree(pictures_of(run.report), pictures_of(version.report))


def _measured(spec: RunSpec, report: Report) -> dict[str, dict[str, float | None]]:
    test_set = f"{spec.dataset}/{report.split}"
    return {test_set: report.metrics, **{f"{test_set}/{name}": part for name, part in report.slices.items()}}


def _dataset_hash(run: RunPaths, spec: RunSpec) -> str:
    dataset = _dataset(run, spec)
    return dataset.manifest.content_sha256 if dataset is not None else ""


def _counts(run: RunPaths, spec: RunSpec) -> dict[str, int]:
    dataset = _dataset(run, spec)
    return dataset.manifest.counts if dataset is not None else {}


def _dataset(run: RunPaths, spec: RunSpec) -> Dataset | None:
    with contextlib.suppress(NotFoundError, InputError):
        if spec.dataset:
            return open_dataset(Workspace(run.workspace), spec.dataset)
    return None


def _card(model: Path) -> dict[str, Any]:
    try:
        return read_json(model / CARD)
    except (OSError, ValueError) as problem:
        raise InputError(f"the model has no card ({problem})", where=str(model), fix="train it anew") from None
