"""Which records lie below a path."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import InputError, NotFoundError
from engine.events.splits import SPLITS
from engine.foreign_runs import trainer_state, ultralytics
from engine.foreign_runs.recording import Recording
from engine.foreign_runs.tensorboard import IS_EVENTS, TensorBoardRun
from engine.foreign_runs.trainer_state import TrainerState, newest_state
from engine.foreign_runs.ultralytics import UltralyticsResults

KINDS = ("tensorboard", "trainer_state", "ultralytics")
DEEPEST = 6
"""Folders below the path that are looked through."""
MOST_FOLDERS = 20_000


def find_recordings(path: Path, kind: str | None = None) -> list[Recording]:
    """Every training recorded at or below a path, of one kind where one is named. Raises InputError where there is
    none."""
    if kind is not None and kind not in KINDS:
        raise InputError(f"{kind!r} is no kind of record", where="--format", fix=f"write one of {', '.join(KINDS)}")
    if not path.exists():
        raise NotFoundError("there is no such file or folder", where=str(path), fix="check the path")
    found = _in_folder(path) if path.is_dir() else _of_file(path)
    found = [each for each in found if kind in (None, each.kind)]
    if not found:
        raise InputError(
            "no TensorBoard event files, trainer_state.json or results.csv found",
            where=str(path),
            fix="name the folder that holds them",
        )
    return found


def _of_file(path: Path) -> list[Recording]:
    if path.name == trainer_state.FILE:
        return [TrainerState(newest_state(path))]
    if path.suffix == ".csv":
        return [UltralyticsResults(path)]
    if IS_EVENTS.search(path.name):
        return [TensorBoardRun(path.parent)]
    return []


def _in_folder(top: Path) -> list[Recording]:
    found: list[Recording] = []
    states: set[Path] = set()
    for count, (place, folders, files) in enumerate(os.walk(top)):
        folder = Path(place)
        if count >= MOST_FOLDERS:
            raise InputError(f"more than {MOST_FOLDERS:,} folders", where=str(top), fix="name one further down")
        if len(folder.relative_to(top).parts) >= DEEPEST:
            folders.clear()
        folders.sort()
        split_folders = [name for name in folders if name.lower() in SPLITS]
        if any(IS_EVENTS.search(name) for name in files) or any(_has_events(folder / name) for name in split_folders):
            found.append(TensorBoardRun(folder))
            # What they hold belongs to this training.
            folders[:] = [name for name in folders if name not in split_folders]
        if trainer_state.FILE in files:
            states.add(newest_state(folder / trainer_state.FILE))
        if ultralytics.FILE in files:
            found.append(UltralyticsResults(folder / ultralytics.FILE))
    return [*found, *(TrainerState(path) for path in sorted(states))]


def _has_events(folder: Path) -> bool:
    try:
        return any(IS_EVENTS.search(entry.name) for entry in os.scandir(folder))
    except OSError:
        return False
