"""`engine compare` as a Python function: runs on the same held-out rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import InputError, NotFoundError
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.datasets.store import Dataset
    from engine.evaluation.comparison import Difference
    from engine.runs.paths import RunPaths
    from engine.runs.spec import RunSpec
    from engine.tasks.contract import Predictor, Row, Task

BASELINE = "baseline"
TEST = "test"


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Models on the same rows, each beside the first one."""

    task: str
    metric: str
    dataset: str
    split: str
    rows: int
    groups: int | None
    """What resamples are drawn from; None: rows."""
    values: dict[str, float]
    """Model → the headline metric."""
    differences: list[Difference]
    notes: list[str]


@dataclass(frozen=True)
class _Side:
    """A model that is compared."""

    name: str
    paths: RunPaths
    spec: RunSpec
    load: Callable[[Path, str], Predictor]


def compare(
    names: Sequence[str],
    *,
    dataset: str | None = None,
    split: str = TEST,
    device: str = "cpu",
    workspace: str | Path | Workspace | None = None,
) -> Compared:
    """Each run beside the first one; `baseline` for the first one is the untrained model of the second.

    The rows are those of `split` of the dataset named, else of the first run's own, less those that a run on another
    dataset has learnt from. Raises InputError.
    """
    from engine.evaluation.comparison import FEW_GROUPS, compare_scores, group_count, level_for

    place = workspace if isinstance(workspace, Workspace) else Workspace.locate(workspace)
    sides, task = _sides(names, place)
    chosen, rows, notes = _rows(sides, task, place, dataset, split)
    samples = _samples(task, chosen, rows)
    scores = [(side.name, _score(task, side, rows, samples, device)) for side in sides]
    groups = _groups(rows)
    count = group_count(groups)
    if count is not None and count < FEW_GROUPS:
        notes.append(f"The rows come from {count} groups alone: the intervals are rough.")
    level = level_for(len(scores) - 1)
    differences = [
        compare_scores(
            scores[0], other, len(rows), metric=task.headline, mode=task.headline_mode, groups=groups, level=level
        )
        for other in scores[1:]
    ]
    values = {differences[0].first: differences[0].first_value}
    return Compared(
        task=task.name,
        metric=task.headline,
        dataset=chosen.id,
        split=split,
        rows=len(rows),
        groups=count,
        values=values | {one.second: one.second_value for one in differences},
        differences=differences,
        notes=notes,
    )


def _sides(names: Sequence[str], place: Workspace) -> tuple[list[_Side], Task]:
    from engine.runs.spec import RunSpec
    from engine.runs.store import find_run
    from engine.tasks.catalog import find_task

    runs = list(names[1:] if names[:1] == [BASELINE] else names)
    if len(names) < 2 or not runs:
        raise InputError("there is nothing to compare", fix="name two runs, or `baseline` and a run")
    if BASELINE in runs or (names[0] == BASELINE and len(runs) > 1):
        raise InputError("the baseline is that of one run", fix="write `engine compare baseline RUN`")
    sides = []
    for name in runs:
        paths = find_run(place, name)
        if not paths.model.is_dir():
            raise NotFoundError(f"the run {paths.id} has no trained model", fix="wait for it to end")
        spec = RunSpec.read(paths.spec)
        sides.append(_Side(paths.id, paths, spec, find_task(spec.task).load))
    task = find_task(sides[0].spec.task)
    other = next((side for side in sides if side.spec.task != task.name), None)
    if other is not None:
        raise InputError(
            f"{other.name} does {other.spec.task}, {sides[0].name} {task.name}", fix="name runs of a task"
        )
    doubled = next(
        (side.name for at, side in enumerate(sides) if side.name in [one.name for one in sides[:at]]), None
    )
    if doubled is not None:
        raise InputError(f"{doubled} is named twice", fix="name another run")
    if names[0] == BASELINE:
        only = sides[0]
        sides.insert(0, _Side(f"the untrained model of {only.name}", only.paths, only.spec, task.load_baseline))
    return sides, task


def _rows(
    sides: Sequence[_Side], task: Task, place: Workspace, named: str | None, split: str
) -> tuple[Dataset, list[Row], list[str]]:
    """The rows that no model has learnt from."""
    from engine.datasets.store import open_dataset

    chosen = open_dataset(place, named or sides[0].spec.dataset)
    if chosen.manifest.task != task.name:
        raise InputError(
            f"the dataset is for {chosen.manifest.task} and the runs for {task.name}",
            where=chosen.id,
            fix="choose a dataset of the same task",
        )
    rows, notes = chosen.rows(split), []
    for dataset in dict.fromkeys(side.spec.dataset for side in sides):
        if (own := open_dataset(place, dataset)).id == chosen.id:
            continue
        learnt = {_asked(row) for name in own.splits if name != TEST for row in own.iterate(name)}
        kept = [row for row in rows if _asked(row) not in learnt]
        if len(kept) < len(rows):
            who = ", ".join(side.name for side in sides if side.spec.dataset == dataset)
            notes.append(f"{len(rows) - len(kept)} of {len(rows)} rows are left out: {who} has learnt from them.")
        rows = kept
    if not rows:
        raise InputError(
            f"no row of the split {split!r} is new to all of them", where=chosen.id, fix="name another with --dataset"
        )
    return chosen, rows, notes


def _asked(row: Row) -> Any:
    """What of a row a model is asked, whatever the answer."""
    return row.get("text") or row.get("image") or (row.get("a"), row.get("b"))


def _groups(rows: Sequence[Row]) -> list[str] | None:
    """The group of each row, where rows have them; a row without one is its own."""
    if not any(row.get("group") for row in rows):
        return None
    return [str(row.get("group") or f"\0{at}") for at, row in enumerate(rows)]


def _samples(task: Task, dataset: Dataset, rows: Sequence[Row]) -> Sequence[Row]:
    """What a model is asked: pictures are named inside their dataset, and asked for where they lie."""
    if task.predicts_on != "image":
        return rows
    from engine.labelled_pictures import picture_path

    return [{**row, "image": str(picture_path(dataset.path, row))} for row in rows]


def _score(task: Task, side: _Side, rows: Sequence[Row], samples: Sequence[Row], device: str) -> Any:
    predictions = side.load(side.paths.model, device).predict(samples)
    return task.headline_over(rows, predictions)
