"""Folders in sheets: what tells them, and what tells who labels what they are.

A row is told by its `key`, which no spreadsheet takes for a number or a date; a path that was changed does no harm.
"""

from __future__ import annotations

import re
import zlib

from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.text import MOST_NAMES

CONTEXT = (
    "key",
    "path",
    "depth",
    "creator",
    "name",
    "parent",
    "siblings",
    "children",
    "extensions",
    "files",
    "folders",
)
"""Columns that tell who labels what a folder is."""
TAXONOMY, LABEL, NOTE = "taxonomy", "label", "note"
_KEY = re.compile(r"\s*f(\d{1,18})-([0-9a-f]{8})\s*", re.IGNORECASE)


def key_of(sample: TrainingSample) -> str:
    """The folder's number, and a checksum of its path: a sheet of another database is found out."""
    return key_for(sample.id, sample.path)


def key_for(number: int, path: str) -> str:
    """The same, of a number and a path."""
    return f"f{number}-{checksum_of(path)}"


def checksum_of(path: str) -> str:
    """Eight hex digits."""
    return f"{zlib.crc32(path.encode('utf-8', 'surrogateescape')):08x}"


def number_of(key: str) -> int | None:
    """The number in a key; None where it is no key."""
    match = _KEY.fullmatch(key)
    return int(match[1]) if match else None


def context_of(sample: TrainingSample) -> dict[str, str]:
    """The cells of `CONTEXT`."""
    return {
        "key": key_of(sample),
        "path": sample.shown,
        "depth": str(sample.depth),
        "creator": sample.creator,
        "name": sample.name,
        "parent": sample.parent,
        "siblings": ", ".join(sample.siblings[:MOST_NAMES]),
        "children": ", ".join(sample.children[:MOST_NAMES]),
        "extensions": " ".join(f"{name}×{count}" for name, count in list(sample.extensions.items())[:MOST_NAMES]),
        "files": str(sample.files),
        "folders": str(sample.folders),
    }
