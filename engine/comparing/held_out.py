"""The rows on which models are compared: those that none of them has learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from engine.comparing.sides import Side
    from engine.datasets.store import Dataset
    from engine.tasks.contract import Row, Task
    from engine.workspace import Workspace

TEST = "test"


@dataclass(frozen=True)
class HeldOut:
    """Rows of a split, and what a reader must know of their choice."""

    dataset: Dataset
    rows: list[Row]
    lines: list[int]
    """The line of each in the split, from 1."""
    notes: list[str]

    def samples(self, task: Task) -> Sequence[Row]:
        """What a model is asked: pictures are named inside their dataset, and asked for where they lie."""
        if task.predicts_on != "image":
            return self.rows
        from engine.labelled_pictures import picture_path

        return [{**row, "image": str(picture_path(self.dataset.path, row))} for row in self.rows]


def held_out_rows(sides: Sequence[Side], task: Task, place: Workspace, named: str | None, split: str) -> HeldOut:
    """The rows of `split` of the dataset named, else of the first model's own, less those that a model on another
    dataset has learnt from. Raises InputError."""
    from engine.datasets.store import open_dataset

    chosen_name = named or next((side.trained.dataset for side in sides if side.trained.dataset), None)
    if chosen_name is None:
        raise InputError("these models were trained on no dataset", fix="name one with --dataset")
    chosen = open_dataset(place, chosen_name)
    if chosen.manifest.task != task.name:
        raise InputError(
            f"the dataset is for {chosen.manifest.task} and the models for {task.name}",
            where=chosen.id,
            fix="choose a dataset of the same task",
        )
    rows = list(enumerate(chosen.rows(split), 1))
    notes = []
    for dataset in dict.fromkeys(side.trained.dataset for side in sides if side.trained.dataset):
        who = ", ".join(side.name for side in sides if side.trained.dataset == dataset)
        try:
            own = open_dataset(place, dataset)
        except NotFoundError:
            notes.append(f"The dataset {dataset} is gone: nobody can say which of these rows {who} has learnt from.")
            continue
        if own.id == chosen.id:
            if split != TEST:
                notes.append(f"The split {split} had a part in the training of {who}.")
            continue
        learnt = {_asked(row) for name in own.splits if name != TEST for row in own.iterate(name)}
        kept = [(line, row) for line, row in rows if _asked(row) not in learnt]
        if len(kept) < len(rows):
            notes.append(f"{len(rows) - len(kept)} of {len(rows)} rows are left out: {who} has learnt from them.")
        rows = kept
    if not rows:
        raise InputError(
            f"no row of the split {split!r} is new to all of them", where=chosen.id, fix="name another with --dataset"
        )
    return HeldOut(chosen, [row for _, row in rows], [line for line, _ in rows], notes)


def groups_of(rows: Sequence[Row]) -> list[str] | None:
    """The group of each row, where rows have them; a row without one is its own."""
    if not any(row.get("group") for row in rows):
        return None
    return [str(row.get("group") or f"\0{at}") for at, row in enumerate(rows)]


def _asked(row: Row) -> Any:
    """What of a row a model is asked, whatever the answer."""
    return row.get("text") or row.get("image") or (row.get("a"), row.get("b"))
