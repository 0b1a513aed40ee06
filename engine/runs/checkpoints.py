"""Checkpoints are published, not saved: staged aside, listed in a manifest, fsynced, renamed.

A directory under `checkpoints/` is complete or absent; resume takes the newest whose manifest
verifies, else the one before.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.files import atomic_directory, fsync_directory, read_json, write_json

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Checkpoint:
    """A published checkpoint."""

    path: Path
    step: int


@contextlib.contextmanager
def publish(
    directory: Path,
    step: int,
    *,
    keep: int = 2,
    facts: Mapping[str, float | None] | None = None,
    when_staged: Callable[[], None] | None = None,
) -> Iterator[Path]:
    """Yield a directory to write to; publish it as `step-N` when the block ends without an error.

    The `keep` newest checkpoints stay. `facts` (epoch, loss …) stand in the manifest for people. Call it on one rank
    only, after a barrier. `when_staged` is called between staging and renaming.
    """
    directory.mkdir(parents=True, exist_ok=True)
    final = directory / f"step-{step:08d}"
    with atomic_directory(final) as staging:
        yield staging
        files = {}
        for path in sorted(p for p in staging.rglob("*") if p.is_file()):
            files[str(path.relative_to(staging))] = {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        write_json(staging / MANIFEST, {"step": step, **(facts or {}), "files": files})
        if when_staged is not None:
            when_staged()
    prune(directory, keep=keep)


def list_checkpoints(directory: Path) -> list[Checkpoint]:
    """Published checkpoints, oldest first; not yet verified."""
    found = []
    for path in directory.glob("step-*"):
        match = re.fullmatch(r"step-(\d+)", path.name)
        if match:
            found.append(Checkpoint(path, int(match[1])))
    return sorted(found, key=lambda checkpoint: checkpoint.step)


def verifies(checkpoint: Checkpoint) -> bool:
    """Whether every file of the manifest is there with its size and hash."""
    try:
        files = read_json(checkpoint.path / MANIFEST)["files"]
        return all(
            (checkpoint.path / name).stat().st_size == entry["bytes"]
            and _sha256(checkpoint.path / name) == entry["sha256"]
            for name, entry in files.items()
        )
    except (OSError, ValueError, KeyError, msgspec.DecodeError):
        return False


def newest_valid(directory: Path) -> Checkpoint | None:
    """The newest checkpoint whose manifest verifies."""
    return next((found for found in reversed(list_checkpoints(directory)) if verifies(found)), None)


def recover(directory: Path) -> None:
    """Finish what a killed writer began: publish what was staged completely, remove the rest.

    For the one process that owns the run, before it trains.
    """
    for leftover in sorted(directory.glob(".step-*.tmp"), key=lambda path: path.stat().st_mtime, reverse=True):
        final = directory / leftover.name.split(".")[1]
        complete = not final.exists() and verifies(Checkpoint(leftover, 0))
        if complete:
            leftover.rename(final)
            fsync_directory(directory)
        else:
            shutil.rmtree(leftover, ignore_errors=True)


def prune(directory: Path, *, keep: int) -> None:
    """Remove all but the `keep` newest checkpoints, and whatever a killed writer left aside."""
    for checkpoint in list_checkpoints(directory)[:-keep]:
        shutil.rmtree(checkpoint.path, ignore_errors=True)
    for leftover in directory.glob(".step-*.tmp"):
        shutil.rmtree(leftover, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
