"""Class folders: `CLASS/picture`, or `SPLIT/CLASS/picture`. A folder inside a class is a group."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from engine.datasets.importers.gathering import group_of
from engine.datasets.importers.labelled_pictures.collected import Collected, Entry
from engine.datasets.importers.pictures import SUFFIXES
from engine.datasets.importers.sources import split_named
from engine.errors import DataError

NO_CLASSES = {"__MACOSX"}
"""What packers leave beside the folders."""
LAYOUT = "put each picture into a folder named as its label: CLASS/picture, or SPLIT/CLASS/picture"


@dataclass(frozen=True)
class ClassFolder:
    """A folder whose pictures have its name as their label."""

    path: Path
    split: str | None


def read_class_folders(source: Path, split: str | None, inside: Path, collected: Collected) -> None:
    """Collect the pictures of a folder. Raises DataError for one without class folders."""
    folders = class_folders(source, split)
    if split is not None and any(folder.split != split for folder in folders):
        collected.said.append(f"the folders in {source} name the splits, not {split}")
    before = len(collected)
    left_out: list[Path] = []
    empty: list[str] = []
    for folder in folders:
        found = 0
        for path in _files(folder.path):
            if path.suffix.lower() not in SUFFIXES:
                left_out.append(path)
                continue
            found += 1
            collected.add(Entry(path, str(path), folder.path.name, folder.split, _group(path, folder.path)), inside)
        if not found:
            empty.append(folder.path.name)
    left_out += _pictures_beside(source, folders)
    if left_out:
        collected.said.append(
            f"{len(left_out)} files are not named like pictures or lie in no class folder: left out "
            f"(the first: {left_out[0]})"
        )
    if empty:
        collected.said.append(f"{len(empty)} class folders hold no picture: {', '.join(empty)[:200]}")
    collected.origins.append(
        {"path": str(source), "format": "folders", "split": split, "rows": len(collected) - before}
    )


def class_folders(source: Path, split: str | None = None) -> list[ClassFolder]:
    """The class folders of a source, sorted. Raises DataError where there are none."""
    children = _folders_in(source)
    if not children:
        raise DataError(_without_folders(source), where=str(source), fix=LAYOUT)
    # A class may be called `train` or `test`: it holds its pictures itself, as no folder of a split does.
    of_splits = [child for child in children if split_named(child.name) and _holds_classes(child)]
    if not of_splits:
        return [ClassFolder(child, split) for child in children]
    other = next((child for child in children if child not in of_splits), None)
    if other is not None:
        raise DataError(
            f"the folder {other.name!r} stands beside {of_splits[0].name!r} and is not a split with class folders",
            where=str(source),
            fix="name it train, validation or test, or move it away",
        )
    return [ClassFolder(folder, split_named(child.name)) for child in of_splits for folder in _folders_in(child)]


def pictures_directly_in(folder: Path) -> list[Path]:
    """What is named like a picture in the folder itself, sorted."""
    return sorted(path for path in _inside(folder) if path.suffix.lower() in SUFFIXES and not path.is_dir())


def _folders_in(folder: Path) -> list[Path]:
    return sorted(path for path in _inside(folder) if path.is_dir())


def _inside(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not _is_aside(path.name)]
    except OSError as problem:
        _cannot_be_read(problem)


def _files(folder: Path) -> Iterator[Path]:
    """Every file of a folder and of those inside, sorted. Links to folders are not followed."""
    for at, names, files in os.walk(folder, onerror=_cannot_be_read):
        names[:] = sorted(name for name in names if not _is_aside(name))
        yield from (Path(at, name) for name in sorted(files) if not _is_aside(name))


def _cannot_be_read(problem: OSError) -> NoReturn:
    raise DataError(
        f"the folder cannot be read ({problem.strerror})", where=str(problem.filename), fix="check its permissions"
    ) from problem


def _holds_classes(folder: Path) -> bool:
    return bool(_folders_in(folder)) and not pictures_directly_in(folder)


def _group(path: Path, folder: Path) -> tuple[tuple[str, str], ...]:
    """The folder inside the class, else the photograph that an export with augmentation made several pictures of."""
    inner = path.parent.relative_to(folder)
    if inner.parts:
        return (("folder", f"{folder.name}/{inner.as_posix()}"),)
    photograph = group_of(path)
    return (("photograph", photograph),) if photograph else ()


def _pictures_beside(source: Path, folders: list[ClassFolder]) -> list[Path]:
    places = dict.fromkeys([source, *(folder.path.parent for folder in folders)])
    return [path for place in places for path in pictures_directly_in(place)]


def _without_folders(source: Path) -> str:
    if not _inside(source):
        return "the folder is empty"
    pictures = len(pictures_directly_in(source))
    return (
        f"the folder holds {pictures} pictures and no class folders"
        if pictures
        else "the folder has no class folders"
    )


def _is_aside(name: str) -> bool:
    return name.startswith(".") or name in NO_CLASSES
