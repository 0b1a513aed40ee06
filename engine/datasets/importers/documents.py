"""JSON documents of labels, read whole and checked in their outer form."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import DataError

MAX_BYTES = 2 << 30


def read_document(path: Path) -> tuple[Any, str]:
    """The JSON of a file, and its SHA-256. Raises DataError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"the file has more than {MAX_BYTES >> 20} MiB", where=str(path), fix="split it")
        data = path.read_bytes()
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf")), hashlib.sha256(data).hexdigest()
    except OSError as problem:
        raise DataError(
            f"cannot be read ({problem.strerror})", where=str(path), fix="check the path and its permissions"
        ) from problem
    except (msgspec.DecodeError, RecursionError) as problem:
        raise DataError(f"the file is not JSON ({problem})", where=str(path), fix="export it again") from problem


def is_coco(document: Any) -> bool:
    """Whether a document looks like COCO."""
    return isinstance(document, dict) and isinstance(document.get("images"), list) and "annotations" in document


def is_labelstudio(document: Any) -> bool:
    """Whether a document looks like an export of Label Studio."""
    return isinstance(document, list) and all(isinstance(task, dict) for task in document[:20])


def picture_roots(document: Path) -> list[Path]:
    """Where the pictures of a document may lie: beside it, in `images`, or beside the folder it lies in."""
    folders = [document.parent, document.parent.parent]
    roots = [place for folder in folders for place in (folder, folder / "images", folder / "upload")]
    split = document.stem.rsplit("_", 1)[-1]
    return [*roots, *(folder / split for folder in folders), *(folder / "images" / split for folder in folders)]
