"""The datasets of pictures that a workspace has. Slow: call in threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.curation.findings import TASKS
from engine.curation.paths import CurationPaths
from engine.datasets.store import Dataset, list_datasets
from engine.workspace import Workspace

NOTHING = """\
There are no pictures to curate yet: no dataset of pictures in this workspace.

Import some:

  engine data import PROFILE MODEL FOLDER

where each folder within has the name of a label.
"""


@dataclass(frozen=True)
class Curatable:
    """A dataset of pictures."""

    id: str
    task: str
    rows: int
    searched: bool
    """Whether there is a file of decisions."""


def curatable(workspace: Workspace) -> tuple[Curatable, ...]:
    """Datasets of pictures, the newest first."""
    found = [dataset for dataset in list_datasets(workspace) if dataset.manifest.task in TASKS]
    return tuple(_seen(workspace, dataset) for dataset in reversed(found))


def _seen(workspace: Workspace, dataset: Dataset) -> Curatable:
    manifest = dataset.manifest
    searched = CurationPaths.of(workspace, dataset).decisions.is_file()
    return Curatable(dataset.id, manifest.task, sum(manifest.counts.values()), searched)


def shown_path(path: Path, workspace: Workspace) -> str:
    """A picture's path, from the workspace on where it lies there."""
    return str(path.relative_to(workspace.root)) if path.is_relative_to(workspace.root) else str(path)
