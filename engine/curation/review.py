"""Going through what curation found, picture by picture: for the console, and for whoever builds another screen.

Every decision is on the disk when `decide` returns: the file is written aside and renamed, so a kill leaves the old
one or the new one. Others may edit it meanwhile: it is read again, under a lock, before each change.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.curation.decisions import Decision, Known, checked_decision, read_decisions, write_decisions
from engine.curation.findings import LABELLED, entries_of
from engine.curation.paths import CurationPaths
from engine.datasets.store import Dataset, open_dataset
from engine.errors import InputError, NotFoundError, WorkError
from engine.runs.locks import try_lock
from engine.workspace import Workspace

Place = tuple[str, int]
_PATIENCE_S = 10.0
_Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Counts:
    """How far the review is, and what would be done now."""

    flagged: int
    decided: int
    """Lines on which a person decided."""
    drop: int
    relabel: int
    problems: dict[str, int]
    """Problem → rows."""


class Review:
    """The decisions of one dataset."""

    def __init__(self, workspace: Workspace, dataset: Dataset) -> None:
        """Open them. Raises NotFoundError where nothing was curated yet, DataError for a file that cannot be used."""
        self.dataset = dataset
        self.paths = CurationPaths.of(workspace, dataset)
        entries = entries_of(dataset)
        self.known = Known.of(entries, labelled=dataset.manifest.task in LABELLED)
        self._stamp: _Stamp | None = None
        self._items: dict[Place, Decision] = {}
        self.refresh()

    @classmethod
    def open(cls, workspace: Workspace, name: str) -> Review:
        """By the dataset's id or a unique prefix."""
        return cls(workspace, open_dataset(workspace, name))

    @property
    def items(self) -> list[Decision]:
        """Every line, in the order of the file: the gravest first."""
        return list(self._items.values())

    @property
    def labels(self) -> tuple[str, ...]:
        """That a picture may be relabelled to."""
        return self.known.labels

    def picture(self, item: Decision) -> Path:
        """The file of a line's picture."""
        return self.dataset.path / "files" / item.picture

    def other_picture(self, item: Decision) -> Path | None:
        """The file of the picture that it doubles."""
        return self.dataset.path / "files" / item.other if item.other else None

    def counts(self) -> Counts:
        """Figures of the lines as they stand."""
        items = self._items.values()
        return Counts(
            flagged=len(items),
            decided=sum(bool(item.decision) for item in items),
            drop=sum(item.settled == "drop" for item in items),
            relabel=sum(item.settled.startswith("relabel:") for item in items),
            problems=dict(Counter(problem for item in items for problem in item.problems)),
        )

    def refresh(self) -> bool:
        """Read the file again where it changed; whether it did."""
        stamp = _stamp_of(self.paths.decisions)
        if stamp is not None and stamp == self._stamp:
            return False
        self._items = {item.place: item for item in read_decisions(self.paths.decisions, self.known)}
        self._stamp = stamp
        return True

    def decide(self, place: Place, decision: str, note: str | None = None) -> Decision:
        """Set a line's decision (empty: the suggestion stands again) and, where one is given, its note.

        Raises InputError for what is no decision, NotFoundError for a line that there is not, WorkError where the
        file cannot be written.
        """
        try:
            checked = checked_decision(decision, self.known.labels)
        except ValueError as problem:
            what, _, fix = str(problem).partition("; ")
            raise InputError(what, fix=fix) from None
        with self._locked():
            self.refresh()
            if place not in self._items:
                what = f"line {place[1]} of {place[0]} is not among the decisions"
                raise NotFoundError(what, where=str(self.paths.decisions), fix="open the review anew")
            old = self._items[place]
            new = replace(old, decision=checked, note=old.note if note is None else note)
            self._items[place] = new
            try:
                write_decisions(self.paths.decisions, self._items.values())
            except OSError as problem:
                self._items[place] = old
                what = f"nothing could be saved ({problem.strerror or problem})"
                raise WorkError(
                    what, where=str(self.paths.decisions), fix="make room, then decide again"
                ) from problem
            self._stamp = _stamp_of(self.paths.decisions)
        return new

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with locked_decisions(self.paths):
            yield


@contextlib.contextmanager
def locked_decisions(paths: CurationPaths) -> Iterator[None]:
    """Nobody else changes the decisions meanwhile. Raises WorkError where another process does for long."""
    paths.root.mkdir(parents=True, exist_ok=True)
    fd = try_lock(paths.lock, patience_s=_PATIENCE_S)
    if fd is None:
        raise WorkError("another process changes the decisions", where=str(paths.decisions), fix="try again")
    try:
        yield
    finally:
        os.close(fd)


def _stamp_of(path: Path) -> _Stamp | None:
    try:
        there = path.stat()
    except OSError:
        return None
    return there.st_mtime_ns, there.st_size, there.st_ino
