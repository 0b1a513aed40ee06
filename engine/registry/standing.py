"""What is in use of a model: a fold over its history."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from engine.registry.history import Entry, entries_from
from engine.registry.paths import ModelHome
from engine.registry.reference import Alias


@dataclass(frozen=True)
class Standing:
    """Where the aliases point after a move."""

    productions: tuple[int, ...] = ()
    """Versions that went into production one after the other, those rolled back taken off: the last one is in use."""
    staging: int | None = None
    deployment: dict[str, Any] | None = None
    """The A/B deployment that is going on, as `engine.traffic` wrote it."""
    thresholds: dict[int, dict[str, float]] = field(default_factory=dict)
    """Version → thresholds that were set over its own."""
    promoted: float | None = None
    """When the version in production went there, Unix seconds."""
    seq: int = 0
    """The last move."""

    @property
    def production(self) -> int | None:
        return self.productions[-1] if self.productions else None

    @property
    def previous(self) -> int | None:
        """What a rollback brings back."""
        return self.productions[-2] if len(self.productions) > 1 else None

    def of(self, alias: Alias) -> int | None:
        """The version that an alias points at."""
        found: int | None = getattr(self, alias)
        return found

    def aliases_of(self, version: int) -> list[Alias]:
        """The aliases that point at a version."""
        pairs: tuple[tuple[Alias, int | None], ...] = (
            ("production", self.production),
            ("staging", self.staging),
            ("previous", self.previous),
        )
        return [alias for alias, number in pairs if number == version]


def after(standing: Standing, entry: Entry) -> Standing:
    """What stands after one more move."""
    moved = replace(standing, seq=entry.seq)
    to = entry.to_version
    match entry.action:
        case "stage" | "unstage":
            return replace(moved, staging=to)
        case "promote" if to is not None:
            staging = None if standing.staging == to else standing.staging
            others = tuple(one for one in standing.productions if one != to)
            return replace(moved, productions=(*others, to), staging=staging, deployment=None, promoted=entry.t)
        case "rollback":
            return replace(moved, productions=standing.productions[:-1], deployment=None, promoted=entry.t)
        case "retire":
            return replace(moved, productions=(), deployment=None, promoted=None)
        case "deploy" | "ramp":
            return replace(moved, deployment=entry.detail.get("deployment"))
        case "withdraw" | "fallback":
            return replace(moved, deployment=None)
        case "threshold" if to is not None:
            raised = {**standing.thresholds.get(to, {}), **entry.detail.get("thresholds", {})}
            return replace(moved, thresholds={**standing.thresholds, to: raised})
        case _:
            return moved


def fold(entries: Iterable[Entry], standing: Standing | None = None) -> Standing:
    """What stands after all of them."""
    standing = standing or Standing()
    for entry in entries:
        standing = after(standing, entry)
    return standing


def standing_of(home: ModelHome) -> Standing:
    """What stands now. Raises Unreadable."""
    return fold(entries_from(home.history)[0])


class Watched:
    """The standing of a model for those who ask often: what was read once is not read again. Threads may share it."""

    def __init__(self, home: ModelHome) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._inode, self._read_to, self._size = -1, 0, -1
        self._standing = Standing()

    def standing(self) -> Standing:
        """What stands now. Raises Unreadable."""
        with self._lock:
            try:
                found = self.home.history.stat()
            except FileNotFoundError:
                self._inode, self._read_to, self._size, self._standing = -1, 0, -1, Standing()
                return self._standing
            if (found.st_ino, found.st_size) != (self._inode, self._size):
                if found.st_ino != self._inode or found.st_size < self._size:
                    self._read_to, self._standing = 0, Standing()
                entries, self._read_to = entries_from(self.home.history, self._read_to)
                self._standing = fold(entries, self._standing)
                self._inode, self._size = found.st_ino, found.st_size
            return self._standing
