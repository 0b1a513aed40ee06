"""Copies of the files of runs elsewhere, in a directory of their own: what reads local runs reads them, too."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

from engine.attach.protocol import Chunk, FileName, Have
from engine.attach.stretch import LAST_BYTES
from engine.files import aside
from engine.runs.locks import is_locked, try_lock
from engine.runs.paths import RunPaths

MOST_BYTES: dict[FileName, int] = {"events": 512 * 1024 * 1024, "status": 16 * 1024 * 1024, "log": 64 * 1024 * 1024}
"""Of one file; what comes after is left out."""
MOST_IN_ALL = 2 * 1024 * 1024 * 1024
"""Of one workspace."""
PREFIX = "finetop-attach-"
LOCK = "console.lock"
YOUNG_S = 60.0
KEPT = 24
"""Runs whose copies stay when they are no longer on screen, so that a way back costs nothing."""


def remove_orphans() -> None:
    """Remove the copies of consoles that were killed: nobody holds their lock any more."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # those of other users are theirs
            found = directory.stat(follow_symlinks=False)
            is_young = time.time() - found.st_mtime < YOUNG_S  # its console may be about to lock it
            if found.st_uid == os.getuid() and not is_young and not is_locked(directory / LOCK):
                shutil.rmtree(directory, ignore_errors=True)


@dataclass
class _Copy:
    mark: str
    first: int
    """Where the copy begins in the file."""
    size: int = 0
    left: int = 0
    full: bool = False

    @property
    def end(self) -> int:
        return self.first + self.size


class Copies:
    """Takes pieces in order; one that was had before is not had twice."""

    def __init__(self) -> None:
        remove_orphans()
        self._directory = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        self._lock = try_lock(Path(self._directory.name) / LOCK)
        self._copies: dict[str, dict[FileName, _Copy]] = {}
        """By run, the one that was used last at the end."""

    def close(self) -> None:
        """Remove them all."""
        self._directory.cleanup()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def paths(self, run_id: str) -> RunPaths:
        """Where the copies of a run lie."""
        return RunPaths(Path(self._directory.name) / "runs" / run_id)

    def have(self, run_id: str) -> dict[FileName, Have]:
        """What there is of a run's files, with a proof."""
        copies = self._copies.get(run_id, {})
        for name in [name for name, copy in copies.items() if _size(self._path(run_id, name)) != copy.size]:
            del copies[name]
        return {name: self._proof(run_id, name, copy) for name, copy in copies.items()}

    def left(self, run_id: str) -> int:
        """Bytes of a run that are still to come."""
        return sum(copy.left for copy in self._copies.get(run_id, {}).values())

    def is_cut(self, run_id: str) -> bool:
        """Whether something of a run was left out: it is longer than a copy may be."""
        return any(copy.full for copy in self._copies.get(run_id, {}).values())

    def take(self, chunk: Chunk) -> bool:
        """Write a piece. False where one before it is missing: it has to be asked for anew."""
        data = chunk.data.encode("latin-1")
        copies = self._copies.setdefault(chunk.run, {})
        self._copies[chunk.run] = self._copies.pop(chunk.run)
        copy = copies.get(chunk.file)
        path = self._path(chunk.run, chunk.file)
        if chunk.anew:
            copy = copies[chunk.file] = _Copy(chunk.mark, chunk.offset)
            self._begin(path)
        if copy is not None and copy.full:
            return True
        if copy is None or copy.mark != chunk.mark or chunk.offset > copy.end:
            return False
        if _size(path) != copy.size:
            # A full disk took half of the piece before, or somebody tidied up.
            del copies[chunk.file]
            return False
        data = data[copy.end - chunk.offset :]
        copy.left = chunk.left
        if copy.size + len(data) > MOST_BYTES[chunk.file] or self._total() + len(data) > MOST_IN_ALL:
            copy.full, copy.left = True, 0
            return True
        with path.open("ab") as file:
            file.write(data)
        copy.size += len(data)
        return True

    def keep(self, run_ids: set[str]) -> None:
        """Remove copies that were not used for long."""
        others = [run_id for run_id in self._copies if run_id not in run_ids]
        for run_id in others[: max(0, len(others) - KEPT)]:
            del self._copies[run_id]
            shutil.rmtree(self.paths(run_id).root, ignore_errors=True)

    def _path(self, run_id: str, name: FileName) -> Path:
        paths = self.paths(run_id)
        return {"events": paths.events, "status": paths.status, "log": paths.log}[name]

    @staticmethod
    def _begin(path: Path) -> None:
        """Another file in place of the copy: whoever reads it sees that by its number."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = aside(path)
        fresh.touch(0o600)
        fresh.replace(path)

    def _proof(self, run_id: str, name: FileName, copy: _Copy) -> Have:
        count = min(LAST_BYTES, copy.size)
        with self._path(run_id, name).open("rb") as file:
            file.seek(-count, os.SEEK_END)
            return Have(copy.mark, copy.end, count, zlib.crc32(file.read(count)))

    def _total(self) -> int:
        return sum(copy.size for copies in self._copies.values() for copy in copies.values())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
