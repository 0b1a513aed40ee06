"""Which file or folder is for which split: `SPLIT=PATH`, or by the file's name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DataError

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "devel": "validation",
    "development": "validation",
    "trial": "validation",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True)
class Source:
    """A file or folder, and the split it is for; None when its rows are to be split."""

    path: Path
    split: str | None


def split_named(name: str) -> str | None:
    """The split that a word means: `dev` → validation."""
    return SPLIT_NAMES.get(name.strip().lower())


def split_in_name(path: Path) -> str | None:
    """The one split that the words of a file's name mean: `my-train.csv` → train."""
    found = {split_named(word) for word in re.split(r"[-_. ]+", path.stem)} - {None}
    return found.pop() if len(found) == 1 else None


def find_sources(given: Sequence[str], folders: bool = False) -> list[Source]:
    """Read `SPLIT=PATH` and `PATH`. Raises DataError for a file that is not there, or of no clear split.

    `folders`: whether a folder is a source, as it is for pictures.
    """
    if not given:
        raise DataError("no file was named", fix="name at least one: train=PATH test=PATH, or PATH to be split")
    sources = [_source(text, folders) for text in given]
    seen: set[Path] = set()
    for source in sources:
        real = source.path.resolve()
        if real in seen:
            raise DataError("the file is named twice", where=str(source.path), fix="name it once")
        seen.add(real)
    if any(source.split for source in sources):
        for source in sources:
            if source.split is None:
                raise DataError(
                    "it is not clear which split the file is for", where=str(source.path), fix="write SPLIT=PATH"
                )
    return sources


def _source(text: str, folders: bool) -> Source:
    name, equals, rest = text.partition("=")
    if equals and not Path(text).exists():
        split = split_named(name)
        if split is None and "/" not in name:
            near = difflib.get_close_matches(name.lower(), ("train", "validation", "test", "dev"), n=1)
            raise DataError(
                f"there is no split {name!r}",
                where=text,
                fix=f"write {near[0] if near else 'train, validation or test'}=PATH",
            )
        path = Path(rest if split else text).expanduser()
    else:
        path = Path(text).expanduser()
        split = split_in_name(path)
    if path.is_dir():
        if folders:
            return Source(path, split)
        raise DataError("a directory, not a file", where=str(path), fix="name the files in it")
    if not path.exists():
        raise DataError("there is no such file", where=str(path), fix="check the path")
    if not path.is_file():
        raise DataError("not a regular file", where=str(path), fix="name a file")
    return Source(path, split)
