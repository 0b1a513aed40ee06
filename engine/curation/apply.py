"""A new dataset in which the decisions are carried out. The old one stays as it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.curation.decisions import Decision, Known, read_decisions
from engine.curation.findings import LABELLED, entries_of
from engine.curation.paths import CurationPaths
from engine.curation.suggestions import DROP, RELABEL
from engine.datasets.files import FOLDER
from engine.datasets.store import Dataset, Row, write_dataset
from engine.errors import InputError
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

_LISTED = 200
"""Changes that the manifest names; the decisions file has them all, and its hash is there."""


@dataclass(frozen=True)
class Applied:
    """What was carried out."""

    dataset: Dataset
    dropped: dict[str, int]
    """Split → rows left out."""
    relabelled: int
    warnings: tuple[str, ...]


def apply_decisions(workspace: Workspace, dataset: Dataset, file: Path | None = None) -> Applied:
    """Write the dataset that the decisions leave, as the newest import of its model. Nothing is written before all
    is checked. Raises DataError for a file that cannot be used, InputError where nothing would change or remain."""
    path = file or CurationPaths.of(workspace, dataset).decisions
    entries = entries_of(dataset)
    decisions = read_decisions(path, Known.of(entries, labelled=dataset.manifest.task in LABELLED))
    settled = {one.place: one for one in decisions}
    splits, dropped, changed = {}, {}, []
    for split in dataset.splits:
        rows = list(dataset.iterate(split))
        splits[split], gone, relabelled = _carried_out(split, rows, settled)
        dropped[split] = len(gone)
        changed += gone + relabelled
    if not changed:
        raise InputError("no decision changes the dataset", where=str(path), fix="write drop or relabel:NAME")
    if dataset.manifest.counts.get("train") and not splits["train"]:
        raise InputError(
            "the decisions leave nothing to train on", where=str(path), fix="write keep where it shall stay"
        )
    task = find_task(dataset.manifest.task)
    classes = {split: task.count_classes(rows) for split, rows in splits.items()}
    how_many = Counter(one.settled.partition(":")[0] for one in changed)
    made = write_dataset(
        workspace,
        task=dataset.manifest.task,
        profile=dataset.manifest.profile,
        model=dataset.manifest.model,
        splits=splits,
        classes=classes,
        source="import",
        seed=dataset.manifest.seed,
        origins=[*dataset.manifest.origins, _origin(dataset, path)],
        notes={**dataset.manifest.notes, "curation": _notes(dataset, path, dropped, changed)},
        files=_files(dataset, splits),
        encrypt=dataset.manifest.sealed,
    )
    return Applied(made, dropped, how_many["relabel"], tuple(_warnings(dataset.manifest.classes, classes)))


def _carried_out(
    split: str, rows: Sequence[Row], settled: Mapping[tuple[str, int], Decision]
) -> tuple[list[Row], list[Decision], list[Decision]]:
    """What stays of a split, which rows go, and which get another label."""
    kept: list[Row] = []
    gone: list[Decision] = []
    relabelled: list[Decision] = []
    for line, row in enumerate(rows, 1):
        decision = settled.get((split, line))
        act = decision.settled if decision is not None else ""
        if decision is not None and act == DROP:
            gone.append(decision)
            continue
        if decision is not None and act.startswith(RELABEL) and act != f"{RELABEL}{row.get('label')}":
            relabelled.append(decision)
            row = {**row, "label": act.removeprefix(RELABEL)}
        kept.append(row)
    return kept, gone, relabelled


def _files(dataset: Dataset, splits: Mapping[str, Sequence[Row]]) -> dict[str, bytes | Path]:
    names = {str(row["image"]).removeprefix(f"{FOLDER}/") for rows in splits.values() for row in rows}
    return {name: dataset.path / FOLDER / name for name in sorted(names)}


def _origin(dataset: Dataset, path: Path) -> dict[str, Any]:
    return {"dataset": dataset.id, "decisions": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _notes(dataset: Dataset, path: Path, dropped: dict[str, int], changed: Sequence[Decision]) -> dict[str, Any]:
    by_problem = Counter(one.problems[0] if one.problems else "decided" for one in changed)
    return {
        "from": dataset.id,
        "dropped": dropped,
        "relabelled": sum(one.settled.startswith(RELABEL) for one in changed),
        "by_problem": dict(by_problem),
        "by_a_person": sum(bool(one.decision) for one in changed),
        "changes": [[one.split, one.line, one.picture, one.settled] for one in changed[:_LISTED]],
        "decisions_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def _warnings(before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]) -> list[str]:
    said = []
    for split, counts in after.items():
        if not sum(counts.values()):
            said.append(f"nothing is left in {split}")
            continue
        lost = sorted(name for name in before.get(split, {}) if not counts.get(name))
        if lost:
            said.append(f"{split} has no {', '.join(lost[:8])} any more")
    return said
