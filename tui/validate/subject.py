"""What must be known of a model to say what is right in its place. Slow: call in threads."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import FinetopError
from engine.files import read_json
from engine.model_directory import CARD
from engine.tasks.catalog import find_task
from engine.trained import trained_at
from engine.workspace import Workspace

TEXTS = ("token-classification", "text-classification", "sentence-similarity")
"""Tasks whose corrections are rows of text."""


@dataclass(frozen=True)
class Subject:
    """A model, as far as corrections of its answers go."""

    profile: str
    model: str
    task: str
    dataset: str
    """What it was trained on; empty where a task has none."""
    labels: tuple[str, ...] = ()
    form: str = ""
    """In which form its task takes feedback: `objects`, `label`; empty for texts and for tasks without any."""

    @property
    def takes(self) -> bool:
        """Whether anything can be done with a correction."""
        return bool(self.form) or self.task in TEXTS

    @property
    def name(self) -> str:
        """`utility/ner`."""
        return f"{self.profile}/{self.model}"


def subject_of(workspace: Workspace, directory: Path) -> Subject:
    """The model of a run, or of a version. Raises InputError, NotFoundError."""
    trained = trained_at(directory)
    task = find_task(trained.task)
    labels: Sequence[str] = ()
    with contextlib.suppress(OSError, ValueError):
        labels = _names(read_json(trained.directory / CARD).get("labels"))
    labels = labels or _names(trained.config.get("labels")) or _of_dataset(workspace, trained.dataset)
    return Subject(trained.profile, trained.model, trained.task, trained.dataset, tuple(labels), task.feedback)


def _names(found: object) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list | tuple) else []


def _of_dataset(workspace: Workspace, name: str) -> list[str]:
    from engine.datasets.store import open_dataset

    if not name:
        return []
    try:
        classes = open_dataset(workspace, name).manifest.classes
    except FinetopError:
        return []
    return sorted({label for counts in classes.values() for label in counts})
