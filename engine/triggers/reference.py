"""What inputs were like in the training: held-out rows of the version's own dataset, described as recent inputs are.

Computed once per version and kept in `workspace/stores/references/`. Rows of validation come first: the model has
not learnt from them, as it has not from what it meets in use; rows of training fill up where they are few.
"""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.files import atomic_file
from engine.tasks.contract import Row
from engine.triggers.recent import place_in
from engine.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.datasets.store import Dataset
    from engine.registry.store import Version
    from engine.tasks.contract import Task

FOLDER = "references"
MOST_ROWS = 500
_SPLITS = ("validation", "train")


@dataclass(frozen=True)
class Reference:
    """Inputs of the training."""

    vectors: NDArray[np.float32]
    """(rows, dimensions); none where vectors were not asked for."""
    confidences: NDArray[np.float32]
    """(rows,): NaN where the model says none; none where they were not asked for."""


def reference_of(workspace: Workspace, version: Version, *, kind: str, confidences: bool) -> Reference:
    """Vectors of `kind` (none where it is empty) and, if asked for, confidences. Raises InputError where the
    version's dataset is gone or cannot be described so."""
    path = _file(workspace, version, kind, confidences)
    kept = _read(path)
    if kept is not None:
        return kept
    made = _made(workspace, version, kind, confidences)
    _write(path, made)
    return made


def forget_references(workspace: Workspace) -> None:
    """Remove what was computed of training data; it is made anew of the data that are left."""
    for path in (workspace.stores / FOLDER).glob("*.npz"):
        path.unlink(missing_ok=True)


def places_of(workspace: Workspace, version: Version, column: str) -> Counter[str]:
    """Place → rows of the training data taken there, over all splits."""
    found: Counter[str] = Counter()
    if version.manifest.dataset:
        dataset = _dataset(workspace, version)
        for row in _rows(dataset, dataset.splits):
            place = place_in(row, column)
            if place is not None:
                found[place] += 1
    return found


def _made(workspace: Workspace, version: Version, kind: str, confidences: bool) -> Reference:
    import numpy as np

    from engine.tasks.catalog import find_task
    from engine.triggers.vectors import OF_MODEL, confidence_of, describer

    task = find_task(version.manifest.task)
    dataset = _dataset(workspace, version)
    rows = _sampled(dataset, task)
    # Loading a model brings torch; a description that needs none does without.
    predictor = task.load(version.paths.model, "cpu") if confidences or kind == OF_MODEL else None
    described = describer(task, predictor if kind == OF_MODEL else None)
    if kind and described.kind != kind:
        raise InputError(f"inputs are described by {kind!r}, which {task.name} does not offer", where=version.name)
    sure: list[float | None] = []
    if confidences and predictor is not None:
        sure = [confidence_of(prediction) for prediction in predictor.predict(rows)]
    return Reference(
        described.vectors_of(rows) if kind else np.zeros((0, 0), np.float32),
        np.array([np.nan if one is None else one for one in sure], dtype=np.float32),
    )


def _sampled(dataset: Dataset, task: Task) -> list[Row]:
    """Rows that the task can be asked, the same ones every time."""
    import numpy as np

    from engine.labelled_pictures import picture_path

    rows: list[Row] = []
    for split in (split for split in _SPLITS if split in dataset.splits):
        found = dataset.rows(split)
        order = np.random.default_rng(len(found)).permutation(len(found))
        rows += [found[at] for at in order[: MOST_ROWS - len(rows)]]
    if not rows:
        raise InputError("the dataset has no rows to compare with", where=dataset.id)
    if task.predicts_on == "image":
        return [{**row, "image": str(picture_path(dataset.path, row))} for row in rows]
    return rows


def _rows(dataset: Dataset, splits: Sequence[str]) -> Iterator[Row]:
    for split in splits:
        yield from dataset.iterate(split)


def _dataset(workspace: Workspace, version: Version) -> Dataset:
    from engine.datasets.store import open_dataset

    if not version.manifest.dataset:
        raise InputError("was trained on no dataset to compare with", where=version.name)
    return open_dataset(workspace, version.manifest.dataset)


def _file(workspace: Workspace, version: Version, kind: str, confidences: bool) -> Path:
    manifest = version.manifest
    said = "\n".join([manifest.name, manifest.run, manifest.dataset_sha256, kind, str(confidences)])
    return workspace.stores / FOLDER / f"{hashlib.sha256(said.encode()).hexdigest()[:32]}.npz"


def _read(path: Path) -> Reference | None:
    import numpy as np

    with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile), np.load(path) as file:
        return Reference(file["vectors"], file["confidences"])
    return None


def _write(path: Path, made: Reference) -> None:
    import numpy as np

    arrays: dict[str, Any] = {"vectors": made.vectors, "confidences": made.confidences}
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)
