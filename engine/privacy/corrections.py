"""Takes lines out of corrections of texts (engine/feedback/texts.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.feedback.texts import list_corrected, read_corrections, rewrite_corrections
from engine.privacy.ages import has_expired
from engine.privacy.mending import GONE, Mender
from engine.privacy.removal import Removal
from engine.privacy.subject import is_of
from engine.workspace import Workspace

Row = dict[str, Any]


def corrections_within(workspace: Workspace, removal: Removal) -> Iterator[Path]:
    """Files that are concerned."""
    for whose, path in list_corrected(workspace):
        if removal.is_within(whose.profile, whose.model):
            yield path


def own_corrections(path: Path, removal: Removal) -> int:
    """How many lines are to go."""
    rows = map(_row, read_corrections(path))
    return sum(row is not None and is_own_correction(removal, row) for row in rows)


def is_own_correction(removal: Removal, row: Row) -> bool:
    """Whether a line is to go."""
    if removal.subject:
        return is_of(row, removal.subject)
    t = row.get("t")
    return has_expired(row, removal.now) or (isinstance(t, int | float) and t < removal.oldest)


def take_out_corrections(path: Path, removal: Removal, mender: Mender) -> None:
    """Remove lines, and the name from those of others. Raises WorkError while somebody corrects."""
    rewrite_corrections(path, lambda line: _kept(line, removal, mender))


def _kept(line: bytes, removal: Removal, mender: Mender) -> bytes | None:
    row = _row(line)
    if row is None:
        return None if mender.shows(line) else line
    mended = None if is_own_correction(removal, row) else mender.value(row)
    if mended is None or mended is GONE:
        return None
    if row.get("entities") and mended.get("text") != row.get("text"):
        return None  # its marks would stand on other words
    return line if mended == row else msgspec.json.encode(mended)


def _row(line: bytes) -> Row | None:
    try:
        return msgspec.json.decode(line, type=Row)
    except (ValueError, RecursionError):
        return None
