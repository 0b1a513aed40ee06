"""The profiles whose triggers are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ProfileError

if TYPE_CHECKING:
    from engine.profiles import Profile

_loaded: dict[Path, tuple[tuple[int, int, int], Profile | ProfileError]] = {}
"""Path → what the file was, and what it held: the service asks every minute, and YAML takes its time."""


def with_triggers(named: Sequence[str | Path] = ()) -> Iterator[tuple[Path, Profile]]:
    """Profiles that have triggers, with their paths: those named, else all that can be found by name. Of the latter
    one that cannot be used is left out (`engine profiles check` tells of it); one that is named raises ProfileError.
    """
    from engine.profiles import find_profile, list_profiles

    for path in [find_profile(name) for name in named] or list_profiles():
        found = _load(path.absolute())
        if isinstance(found, ProfileError):
            if named:
                raise found
            continue
        if any(model.triggers for model in found.models.values()):
            yield path.absolute(), found


def _load(path: Path) -> Profile | ProfileError:
    from engine.profiles import load_profile

    try:
        stat = path.stat()
    except OSError as problem:
        return ProfileError(problem.strerror or "cannot be read", where=str(path))
    stamp = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
    known = _loaded.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    try:
        found: Profile | ProfileError = load_profile(path)
    except ProfileError as problem:
        found = problem
    _loaded[path] = (stamp, found)
    return found
