"""Puts a drawn library on a disk: real folders, and files of the drawn sizes that take no room."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.files import aside
from engine.folders.drawn_library.draw import DrawnFolder, draw_library
from engine.folders.drawn_library.roles import TAXONOMIES
from engine.folders.samples.names import printed
from engine.sheet import write_sheet

Tick = Callable[[int, int], None]
TICK_EVERY = 10_000
MOST_FOLDERS = 10_000_000


@dataclass(frozen=True)
class Written:
    """What was put on the disk."""

    folders: int
    files: int
    labels: int
    """Rows of the sheet of labels, which has a column for each taxonomy; 0 where none was asked for."""


def write_library(
    directory: Path,
    *,
    folders: int,
    seed: int,
    labels: Path | None = None,
    tick: Tick = lambda done, total: None,
) -> Written:
    """Draw a library into `directory`, which must not be there or be empty; what each folder is goes to `labels`.

    Everything or nothing: it is drawn beside, and renamed. `tick` hears how many folders of how many are there.
    Raises InputError where the directory is in use, or there are to be more than `MOST_FOLDERS`.
    """
    if not 1 <= folders <= MOST_FOLDERS:
        raise InputError(f"{folders} folders", where="--folders", fix=f"write 1 to {MOST_FOLDERS:,}")
    _check_free(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    staging = aside(directory)
    try:
        staging.mkdir()
        files = _write(staging, folders, seed, tick)
        rows = write_sheet(labels, ("path", *TAXONOMIES), _rows(folders, seed)) if labels is not None else 0
        staging.replace(directory)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return Written(folders, files, rows)


def _check_free(directory: Path) -> None:
    if directory.is_dir() and not any(directory.iterdir()):
        return
    if os.path.lexists(directory):
        raise InputError("is there already, and not empty", where=str(directory), fix="name a directory that is not")


def _write(staging: Path, folders: int, seed: int, tick: Tick) -> int:
    root, files, made = str(staging), 0, 0
    for folder in draw_library(folders, seed):
        if folder.role is None:
            continue
        path = f"{root}/{folder.path}"
        os.mkdir(path)  # noqa: PTH102 - a Path would cost more than the call
        for name, size in _files(folder):
            # One call to make it and one to stretch it: to open, stretch and close would be three.
            file = f"{path}/{name}"
            os.mknod(file, stat.S_IFREG | 0o644)
            os.truncate(file, size)
        files += folder.node.files
        made += 1
        if made % TICK_EVERY == 0:
            tick(made, folders)
    return files


def _files(folder: DrawnFolder) -> Iterator[tuple[str, int]]:
    stem = folder.node.name.lower()
    for extension, count, size in folder.sizes():
        for number in range(1, count + 1):
            # Those without an extension are what another system hides beside its files.
            yield (f"{stem} {number:02d}.{extension}" if extension else f"._{stem} {number:02d}"), size


def _rows(folders: int, seed: int) -> Iterator[dict[str, str]]:
    for folder in draw_library(folders, seed):
        if folder.role is not None:
            yield {"path": printed(folder.path), **{name: folder.role.label(name) for name in TAXONOMIES}}
