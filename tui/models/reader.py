"""Reads the registry for the screen Models; what did not change is not read again. Slow: call in threads."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from engine.errors import FinetopError
from engine.registry.history import read_history
from engine.registry.integrity import problems_of
from engine.registry.paths import ModelHome
from engine.registry.standing import Standing, Watched
from engine.registry.store import Version, models, versions
from engine.workspace import Workspace
from tui.models.shelf import ModelSeen, Shelf, VersionSeen

Stamp = tuple[int, int, int]
"""Inode, size and time of a file or directory; zeros where there is none."""


class Reader:
    """For one thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._watched: dict[str, Watched] = {}
        self._versions: dict[Path, tuple[object, VersionSeen]] = {}
        self._last: object = None
        self.chosen = ""
        """The model whose versions are read; the first where it is not there."""

    def read(self) -> Shelf | None:
        """What there is now; None where nothing changed since the last call."""
        homes = models(self._workspace)
        home = next((home for home in homes if home.name == self.chosen), homes[0] if homes else None)
        stamps = tuple((one.name, stamp_of(one.history), stamp_of(one.root)) for one in homes)
        inside = _stamps_inside(home) if home is not None else ()
        key = (stamps, inside, home.name if home is not None else "")
        if key == self._last:
            return None
        self._last = key
        seen = tuple(self._line(one) for one in homes)
        return Shelf(seen, self._whole(home, seen) if home is not None else None, looked=True)

    def _line(self, home: ModelHome) -> ModelSeen:
        numbers = _numbers(home)
        newest = max(numbers, default=0)
        watched = self._watched.setdefault(home.name, Watched(home))
        try:
            return ModelSeen(home.profile, home.model, watched.standing(), newest)
        except (FinetopError, OSError) as problem:
            return ModelSeen(home.profile, home.model, Standing(), newest, problem=str(problem))

    def _whole(self, home: ModelHome, lines: tuple[ModelSeen, ...]) -> ModelSeen:
        line = next(line for line in lines if line.name == home.name)
        found = tuple(self._version(one) for one in reversed(_versions(home)))
        first = next((one.manifest for one in found if one.manifest is not None), None)
        problem, entries = line.problem, []
        try:
            entries = read_history(home)
        except (FinetopError, OSError) as unreadable:
            problem = str(unreadable)
        return ModelSeen(
            line.profile,
            line.model,
            line.standing,
            line.newest,
            versions=found,
            entries=tuple(reversed(entries)),
            headline=first.headline if first is not None else "",
            lower_is_better=_lower_is_better(first.task) if first is not None else False,
            problem=problem,
        )

    def _version(self, version: Version) -> VersionSeen:
        key = _version_stamps(version)
        known = self._versions.get(version.paths.root)
        if known is None or known[0] != key:
            known = self._versions[version.paths.root] = (key, _seen(version))
        return known[1]


def _seen(version: Version) -> VersionSeen:
    try:
        # Read anew: a `Version` keeps its manifest.
        manifest = version.manifest
    except (FinetopError, OSError) as problem:
        return VersionSeen(version.number, None, problem=str(problem))
    try:
        wrong = problems_of(version.paths, manifest)
    except OSError as problem:
        wrong = [f"it cannot be read ({problem.strerror})"]
    size = sum(fact.bytes for fact in manifest.files.values())
    return VersionSeen(version.number, manifest, size, "; ".join(wrong[:3]))


def _lower_is_better(task: str) -> bool:
    from engine.tasks.catalog import find_task

    try:
        return find_task(task).headline_mode == "min"
    except FinetopError:
        return False


def _versions(home: ModelHome) -> list[Version]:
    return versions(Workspace(home.workspace), home.profile, home.model)


def _numbers(home: ModelHome) -> list[int]:
    return [version.number for version in _versions(home)]


def _stamps_inside(home: ModelHome) -> tuple[object, ...]:
    return tuple((version.number, _version_stamps(version)) for version in _versions(home))


def _version_stamps(version: Version) -> tuple[Stamp, ...]:
    return stamp_of(version.paths.root), stamp_of(version.paths.manifest), stamp_of(version.paths.model)


def stamp_of(path: Path) -> Stamp:
    """What changes when a file or directory does."""
    with contextlib.suppress(OSError):
        found = os.stat(path)  # noqa: PTH116 - one call for all three
        return found.st_ino, found.st_size, found.st_mtime_ns
    return 0, 0, 0
