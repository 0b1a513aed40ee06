"""Remembers a removal from before the first file until after the last, and lets one process at a time remove."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.errors import WorkError
from engine.files import fsync_directory, write_atomic
from engine.privacy.removal import Removal
from engine.runs.locks import try_lock
from engine.workspace import Workspace

FOLDER = "privacy"
_LOCK = "removing.lock"
_PATIENCE_S = 5.0


def privacy_folder(workspace: Workspace) -> Path:
    """Where journals and the audit lie."""
    return workspace.root / FOLDER


@contextlib.contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace against other removals. Raises WorkError while one is going on."""
    folder = privacy_folder(workspace)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = try_lock(folder / _LOCK, patience_s=_PATIENCE_S)
    if fd is None:
        raise WorkError("another removal is going on", where=str(folder), fix="wait until it is over")
    try:
        yield
    finally:
        os.close(fd)


def begin(workspace: Workspace, removal: Removal) -> None:
    """Write down what is about to be removed. The file is personal data itself, and goes with `end`."""
    write_atomic(_file(workspace, removal.id), msgspec.json.encode(removal))


def end(workspace: Workspace, removal: Removal) -> None:
    """All of it is done."""
    _file(workspace, removal.id).unlink(missing_ok=True)
    fsync_directory(privacy_folder(workspace))


def begun(workspace: Workspace) -> list[Removal]:
    """Removals that were interrupted. One that cannot be read was not whole when it was, so nothing was removed."""
    found = []
    for path in sorted(privacy_folder(workspace).glob("begun-*.json")):
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            found.append(msgspec.json.decode(path.read_bytes(), type=Removal))
    return found


def sweep(workspace: Workspace) -> None:
    """Remove what a killed writer of this folder left."""
    for leftover in privacy_folder(workspace).glob(".begun-*.tmp"):
        leftover.unlink(missing_ok=True)


def _file(workspace: Workspace, name: str) -> Path:
    return privacy_folder(workspace) / f"begun-{name}.json"
