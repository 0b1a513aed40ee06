"""Trained models: predictions and reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    from engine.evaluation.report import Report
    from engine.tasks.contract import Row
    from engine.trained import Trained


def predict(
    run: str, samples: Iterable[str | Sequence[str] | Row], *, device: str = "cpu", workspace: WorkspaceLike = None
) -> list[Row]:
    """Predictions of a trained model, of a run or a version, one per sample.

    A sample is a text, a pair of texts, the path of an image, or a dataset row, as the model's task
    takes it. Loads the model in this process; for many calls keep `engine.tasks` predictors yourself.
    """
    from engine.tasks.catalog import find_task

    trained = _trained(run, workspace)
    task = find_task(trained.task)
    rows = [as_row(sample, task.predicts_on) for sample in samples]
    return task.load(trained.directory, device).predict(rows)


def evaluate(
    run: str, *, dataset: str | None = None, split: str = "test", device: str = "cpu", workspace: WorkspaceLike = None
) -> Report:
    """The report of a trained model, of a run or a version, on a split of its own dataset, or of another."""
    from engine.datasets.store import open_dataset
    from engine.tasks.catalog import find_task

    trained = _trained(run, workspace)
    opened = open_dataset(Workspace.of(workspace), dataset or trained.dataset)
    if opened.manifest.task != trained.task:
        raise InputError(
            f"the dataset is for {opened.manifest.task} and the model for {trained.task}",
            where=opened.id,
            fix="choose a dataset of the same task",
        )
    return find_task(trained.task).evaluate(trained.directory, opened, split, device)


def as_row(sample: str | Sequence[str] | Row, predicts_on: str = "text") -> Row:
    """A dataset row from what people write: a text, two texts to compare, or the path of an image."""
    if isinstance(sample, str):
        return {"image": str(Path(sample).expanduser())} if predicts_on == "image" else {"text": sample}
    if isinstance(sample, dict):
        return sample
    if len(sample) != 2:
        raise InputError(f"a sample of {len(sample)} texts", fix="give one text, or two to compare")
    return {"a": sample[0], "b": sample[1]}


def _trained(name: str, workspace: WorkspaceLike) -> Trained:
    from engine.trained import find_trained

    return find_trained(Workspace.of(workspace), name)
