"""Writes a dataset anew without what is to go, and removes the old one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from engine.datasets.files import FOLDER
from engine.datasets.replaced import note_replaced
from engine.datasets.store import Dataset, Manifest, Row, write_dataset
from engine.files import aside, fsync_directory
from engine.privacy.mending import GONE, Mender
from engine.privacy.survey import picture_of
from engine.tasks.catalog import find_task
from engine.workspace import Workspace


def without(
    workspace: Workspace, dataset: Dataset, mender: Mender, is_own: Callable[[Manifest, Row], bool], gone: set[str]
) -> str:
    """The id of the dataset that stands in its place; empty where no row is left.

    It is as old as the old one, so that it is not kept longer. The old one is removed when the new one is complete.
    """
    manifest = dataset.manifest
    splits: dict[str, list[Row]] = {}
    for split in dataset.splits:
        theirs = (
            row
            for row in dataset.iterate(split)
            if not is_own(manifest, row) and picture_of(row) not in gone and _is_there(dataset, row)
        )
        splits[split] = [mended for row in theirs if (mended := mender.value(row)) is not GONE]
    made = _store(workspace, dataset, mender, splits) if any(splits.values()) else ""
    note_replaced(workspace.datasets, dataset.id, made)
    if made != dataset.id:
        remove_directory(dataset.path)
    return made


def _is_there(dataset: Dataset, row: Row) -> bool:
    """A row whose picture is lost already would keep everything else from being written."""
    name = picture_of(row)
    return not (name and dataset.manifest.files) or (dataset.path / FOLDER / name).is_file()


def remove_directory(path: Path) -> None:
    """Take a directory out of sight at once, then delete it; `leftovers` finds what a kill leaves."""
    doomed = aside(path)
    path.rename(doomed)
    fsync_directory(path.parent)
    shutil.rmtree(doomed)


def remove_leftovers(folder: Path, name: str) -> None:
    """Delete what earlier removals or writings of `name` left behind."""
    for leftover in folder.glob(f".{name}.*.tmp"):
        _remove(leftover)


def remove_orphans(folder: Path) -> None:
    """Delete what processes that are no more had begun to write into a folder: it may hold anybody's pictures."""
    for leftover in folder.glob(".*.tmp"):
        pid = leftover.name.split(".")[-3]
        if pid.isdigit() and not _is_alive(int(pid)):
            _remove(leftover)


def _remove(leftover: Path) -> None:
    if leftover.is_dir() and not leftover.is_symlink():
        shutil.rmtree(leftover)
    else:
        leftover.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def _store(workspace: Workspace, dataset: Dataset, mender: Mender, splits: dict[str, list[Row]]) -> str:
    manifest, task = dataset.manifest, find_task(dataset.manifest.task)
    names = {name for rows in splits.values() for row in rows if (name := picture_of(row))}
    made = write_dataset(
        workspace,
        task=manifest.task,
        profile=manifest.profile,
        model=manifest.model,
        splits=splits,
        classes={split: task.count_classes(splits[split]) for split in manifest.classes if split in splits},
        source=manifest.source,
        recipe_sha256=manifest.recipe_sha256,
        seed=manifest.seed,
        origins=[mended for one in manifest.origins if (mended := mender.value(one)) is not GONE],
        notes=mender.document(manifest.notes),
        files={name: dataset.path / FOLDER / name for name in sorted(names)} if manifest.files else None,
        encrypt=manifest.sealed,
        created=manifest.created,
    )
    return made.id
