"""Which database is labelled, and in which taxonomies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FinetopError

if TYPE_CHECKING:
    from engine.workspace import Workspace

PATTERNS = ("training.db", "*/training.db", "*/*/training.db")
"""Where a database is looked for below the workspace."""


@dataclass(frozen=True)
class LabelSet:
    """A taxonomy of a profile."""

    name: str
    labels: dict[str, str]
    profile: Path
    presets: tuple[tuple[str, str], ...] = ()
    """Name and description; `full` first."""


@dataclass(frozen=True)
class LabelPlace:
    """What there is to label."""

    database: Path | None
    sets: tuple[LabelSet, ...]
    problem: str = ""


WHAT_TO_DO = """\
There is nothing to label yet: no training database in this workspace.

Make one from a tree of folders:

  engine folders gather ROOT --db index.db
  engine folders features --db index.db --training-db training.db

Then start the console with `finetop --training-db training.db`,
or put the file into the workspace as training.db.
"""
NO_TAXONOMY = "No profile has a taxonomy: write `taxonomies:` into profiles/NAME.yaml, as profiles/folders.yaml does."


def find_place(workspace: Workspace, given: Path | None) -> LabelPlace:
    """The database that was named, else the workspace's newest; and all taxonomies. Slow: call it in a thread."""
    database = given if given is not None else newest(workspace.root)
    if database is not None and not database.exists():
        return LabelPlace(None, (), f"{database}: there is no such file; name a training database")
    sets = tuple(label_sets()) if database is not None else ()
    problem = NO_TAXONOMY if database is not None and not sets else ""
    return LabelPlace(database, sets, problem)


def newest(root: Path) -> Path | None:
    """The training database that was written last. SQLite may have written to the file beside it."""
    found = [path for pattern in PATTERNS for path in root.glob(pattern) if path.is_file()]
    return max(found, key=_written, default=None)


def label_sets() -> Iterable[LabelSet]:
    """Every taxonomy of every profile that can be called by name; a profile that cannot be read is passed over."""
    from engine.profiles import list_profiles, load_profile

    for path in list_profiles():
        try:
            profile = load_profile(path)
        except FinetopError:
            continue
        full = ("full", "The profile as it stands.")
        presets = (full, *((name, preset.description) for name, preset in profile.presets.items()))
        for name, taxonomy in profile.taxonomies.items():
            yield LabelSet(name, dict(taxonomy.labels), path, presets)


def _written(path: Path) -> float:
    times = []
    for file in (path, path.with_name(f"{path.name}-wal")):
        try:
            times.append(file.stat().st_mtime)
        except OSError:
            continue
    return max(times, default=0.0)
