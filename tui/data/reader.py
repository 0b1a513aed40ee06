"""Reads which datasets a workspace has, a slice at a time: thousands of them keep nobody waiting. For one thread."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from engine.datasets.files import FOLDER
from engine.datasets.store import MANIFEST
from engine.errors import FinetopError
from engine.runs.paths import RunPaths
from engine.runs.store import list_runs
from engine.workspace import Workspace
from tui.data.shelf import DatasetSeen, Facts, Shelf

FIRST_BUDGET_S, BUDGET_S = 0.05, 0.3
"""Of the first look and of further ones: so soon the list begins, and so rarely a long one is drawn anew."""
RELIST_S = 5.0
"""The directories are listed anew at least this often: on some network file systems their time stands still."""
MOST_BYTES = 64 << 20
"""Of a manifest; a larger one is none of ours."""
HEAD_BYTES = 64 << 10
_DATASET = re.compile(rb"^dataset: ['\"]?([^'\"\n]+?)['\"]?\s*$", re.MULTILINE)


class _Listed(msgspec.Struct):
    """The part of a manifest that a line of the list needs: the rest, with its recipes, is skipped unread."""

    id: str
    task: str
    profile: str
    model: str
    created: float
    counts: dict[str, int]
    source: str


@dataclass(frozen=True)
class _Times:
    datasets: tuple[int, int] = (0, 0)
    runs: tuple[int, int] = (0, 0)


class Reader:
    """`read` hands out a new picture where anything changed."""

    def __init__(self, workspace: Workspace, clock: Callable[[], float] = time.monotonic) -> None:
        self._workspace, self._clock = workspace, clock
        self._seen: dict[str, DatasetSeen] = {}
        self._unread: list[Path] = []
        self._unsized: list[str] = []
        self._unread_runs: list[RunPaths] = []
        self._dataset_of: dict[str, str] = {}
        self._times = _Times()
        self._listed_at = -RELIST_S
        self._looked = False
        self._said_complete = False

    @property
    def complete(self) -> bool:
        """Whether nothing is left to be read."""
        return self._looked and not (self._unread or self._unsized or self._unread_runs)

    def read(self, budget_s: float | None = None) -> Shelf | None:
        """What there is now; None where nothing is new since the last call."""
        usual = BUDGET_S if self._looked else FIRST_BUDGET_S
        deadline = self._clock() + (usual if budget_s is None else budget_s)
        changed = self._list()
        # First what the list begins with, then what stands at the right of it.
        for work in (self._read_one, self._read_run, self._size_one):
            while self._clock() < deadline and work():
                changed = True
        if not changed and self._said_complete == self.complete:
            return None
        self._said_complete = self.complete
        return Shelf(self._all(), looked=True, complete=self.complete)

    def _all(self) -> tuple[DatasetSeen, ...]:
        runs: dict[str, list[str]] = {}
        for run in sorted(self._dataset_of, reverse=True):
            runs.setdefault(self._dataset_of[run], []).append(run)
        ordered = sorted(self._seen.values(), key=lambda one: (one.created, one.id), reverse=True)
        return tuple(replace(one, runs=tuple(runs[one.id])) if one.id in runs else one for one in ordered)

    # -- one step of each kind of work

    def _list(self) -> bool:
        times = _Times(_time_of(self._workspace.datasets), _time_of(self._workspace.runs))
        if times == self._times and self._clock() - self._listed_at < RELIST_S:
            return False
        first, self._looked = not self._looked, True
        self._times, self._listed_at = times, self._clock()
        found = _directories(self._workspace.datasets)
        gone = self._seen.keys() - found.keys()
        for name in gone:
            del self._seen[name]
        # The newest last: steps take from the end.
        fresh = [name for name in found if name not in self._seen]
        self._unread = [self._workspace.datasets / name for name in sorted(fresh, key=lambda name: found[name])]
        self._unsized = [name for name in self._unsized if name in found]
        runs = {paths.root.name: paths for paths in list_runs(self._workspace)}
        self._unread_runs = [runs[name] for name in sorted(runs.keys() - self._dataset_of.keys())]
        lost = self._dataset_of.keys() - runs.keys()
        for name in lost:
            del self._dataset_of[name]
        return bool(gone or lost) or first

    def _read_one(self) -> bool:
        if not self._unread:
            return False
        path = self._unread.pop()
        seen = _read(path)
        if seen is not None:
            self._seen[path.name] = seen
            self._unsized.insert(0, path.name)
        return True

    def _size_one(self) -> bool:
        if not self._unsized:
            return False
        name = self._unsized.pop()
        if name in self._seen:
            self._seen[name] = replace(self._seen[name], size=size_of(self._workspace.datasets / name))
        return True

    def _read_run(self) -> bool:
        if not self._unread_runs:
            return False
        paths = self._unread_runs.pop()
        self._dataset_of[paths.root.name] = _dataset_named(paths.spec)
        return True


def read_facts(workspace: Workspace, dataset: str) -> Facts:
    """All that a dataset says of itself. Raises NotFoundError where it is gone."""
    from engine.datasets.store import open_dataset
    from engine.registry.store import versions

    opened = open_dataset(workspace, dataset)
    manifest = opened.manifest
    names = []
    for version in versions(workspace, manifest.profile, manifest.model):
        try:
            if version.manifest.dataset == manifest.id:
                names.append(f"{manifest.profile}/{manifest.model}@{version.number}")
        except (FinetopError, OSError):
            continue  # a damaged version is told of in Models
    return Facts(
        id=opened.path.name,
        task=manifest.task,
        profile=manifest.profile,
        model=manifest.model,
        created=manifest.created,
        content_sha256=manifest.content_sha256,
        counts=manifest.counts,
        classes=manifest.classes,
        source=manifest.source,
        recipe_sha256=manifest.recipe_sha256,
        seed=manifest.seed,
        origins=tuple(manifest.origins),
        notes=manifest.notes,
        files=manifest.files,
        sealed=manifest.sealed,
        versions=tuple(names),
    )


def size_of(path: Path) -> int:
    """Bytes of the files of a dataset."""
    total = 0
    for folder in (path, path / FOLDER):
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def _read(path: Path) -> DatasetSeen | None:
    file = path / MANIFEST
    try:
        if file.stat().st_size > MOST_BYTES:
            return DatasetSeen(path.name, problem="its manifest is too large")
        listed = msgspec.json.decode(file.read_bytes(), type=_Listed)
    except FileNotFoundError:
        return None
    except OSError as problem:
        return DatasetSeen(path.name, problem=f"its manifest cannot be read ({problem.strerror})")
    except msgspec.MsgspecError:
        return DatasetSeen(path.name, problem="its manifest is damaged")
    return DatasetSeen(
        path.name, listed.task, listed.profile, listed.model, listed.created, listed.counts, listed.source
    )


def _directories(folder: Path) -> dict[str, int]:
    """Names of what may be a dataset, with the time of each."""
    found: dict[str, int] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.is_dir():
                    found[entry.name] = entry.stat().st_mtime_ns
    except OSError:
        return {}
    return found


def _time_of(folder: Path) -> tuple[int, int]:
    try:
        found = folder.stat()
    except OSError:
        return (0, 0)
    return found.st_ino, found.st_mtime_ns


def _dataset_named(spec: Path) -> str:
    """The dataset of a run, without parsing its YAML: a workspace may have thousands of runs."""
    try:
        with spec.open("rb") as file:
            found = _DATASET.search(file.read(HEAD_BYTES))
    except OSError:
        return ""
    return found.group(1).decode("utf-8", "replace") if found else ""
