"""Files beside the rows of a dataset, such as pictures: named by their content, so that a row's hash covers them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from engine.datasets.progress import Told, untold
from engine.errors import DataError
from engine.files import fsync_directory, fsync_file
from engine.privacy.keys import Key
from engine.privacy.sealing import read_bytes, seal

FOLDER = "files"
NAME_LENGTH = 24
_NAMED = re.compile(rb'"files/([0-9a-f]{24}\.[a-z0-9]{1,8})"')
"""A text of a row's JSON that names a file. A quotation mark inside a text is escaped, so none is found by chance."""


def content_name(data: bytes, suffix: str) -> str:
    """The name of a file with this content: the first 24 hex digits of its SHA-256, and the suffix."""
    return hashlib.sha256(data).hexdigest()[:NAME_LENGTH] + suffix.lower()


def named_in(rows: bytes) -> set[str]:
    """Names of the files that rows, encoded as JSON, refer to."""
    return {name.decode() for name in _NAMED.findall(rows)}


def are_there(folder: Path, names: set[str]) -> bool:
    """Whether each file stands in the folder and is not empty. Their content is not read."""
    if not names:
        return True
    try:
        with os.scandir(folder) as entries:
            there = {entry.name for entry in entries if entry.name in names and entry.stat().st_size > 0}
    except OSError:
        return False
    return there == names


def write_files(folder: Path, files: Mapping[str, bytes | Path], key: Key | None = None, told: Told = untold) -> None:
    """Write each file durably, sealed where there is a key. Raises DataError when one cannot be read, or is no longer
    what its name says."""
    folder.mkdir()
    for number, (name, source) in enumerate(files.items(), 1):
        try:
            data = source if isinstance(source, bytes) else read_bytes(source)
        except OSError as problem:
            raise DataError(
                f"cannot be read ({problem.strerror})", where=str(source), fix="check the path and its permissions"
            ) from problem
        if content_name(data, Path(name).suffix) != name:
            place = "a generated file" if isinstance(source, bytes) else str(source)
            raise DataError("the file changed while it was stored", where=place, fix="try again when it is at rest")
        (folder / name).write_bytes(data if key is None else seal(data, key))
        told("pictures stored", number, len(files))
    # In a second pass: the first fsync takes most of what was written along, and the others find little to do.
    for name in files:
        fsync_file(folder / name)
    fsync_directory(folder)
