"""A snapshot of a real tree into the index: processes read folders, this one stores what they find.

Everything that is stored is whole: a folder is either read, with all its entries, or still to be read. So one that
was cut off, however that came, goes on where its last transaction ended, with the folders that are not read.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.folders.snapshots import changes
from engine.folders.snapshots.bulk_insert import ENTRY, FOLDER_FACTS, store, stored_id
from engine.folders.snapshots.index import Index, bounds, open_index, path_of, unread
from engine.folders.snapshots.raw import encoded
from engine.folders.snapshots.reader import FOLDER, Folder
from engine.folders.snapshots.reader_pool import Part, Readers, default_readers
from engine.runs.locks import try_lock

COMMIT_EVERY_S = 1.0
"""So much work is lost when the process is killed."""
REPORT_EVERY_S = 0.2
_PATIENCE_S = 0.2
MOST_QUEUED = 50_000
"""Folders that wait in memory; further ones are found again in the index."""


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    snapshot: int
    nodes: int
    folders: int
    problems: int
    seconds: float
    resumed: bool
    comparing: bool = False
    """Everything is read; the snapshot before is compared."""


@dataclass(frozen=True)
class GatherSummary:
    """What a gathering found."""

    snapshot: int
    root: str
    """For people: bytes that are no UTF-8 stand as `\\xNN`."""
    nodes: int
    """With the root."""
    folders: int
    problems: int
    resumed: bool
    """It went on with one that had been cut off."""
    previous: int | None
    """The snapshot of the same root before, if there is one."""
    added: int
    removed: int
    changed: int
    seconds: float


def gather(
    root: Path,
    db: Path,
    *,
    anew: bool = False,
    readers: int | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
) -> GatherSummary:
    """Store every entry below `root` as a new snapshot of the index at `db`, made where there is none.

    A snapshot of `root` that was cut off is gone on with, or with `anew` removed first. Links are noted and not
    followed; the index's own files are left out. Raises InputError where `root` is no folder that can be read, or
    another process gathers into `db`; WorkError where a reading process dies: what is stored so far is kept.
    """
    place = os.fsencode(root.resolve()) if root.is_dir() else b""
    if not place:
        what = "is no folder" if root.exists() else "there is no such folder"
        raise InputError(what, where=str(root), fix="name the folder whose tree is to be stored")
    if not os.access(place, os.R_OK | os.X_OK):
        raise InputError("the folder cannot be read", where=str(root), fix="see its permissions")
    with open_index(db, create=True) as index, _alone(db):
        gathering = _Gathering(index, place, anew, report)
        with Readers(readers or default_readers(), db) as processes:
            gathering.read(processes)
        return gathering.finish()


@contextmanager
def _alone(db: Path) -> Iterator[None]:
    descriptor = try_lock(db.with_name(f".{db.name}.lock"))
    if descriptor is None:
        raise InputError("another process gathers into this index", where=str(db), fix="wait for it to end")
    try:
        yield
    finally:
        os.close(descriptor)


class _Gathering:
    def __init__(self, index: Index, root: bytes, anew: bool, report: Callable[[Progress], None]) -> None:
        self._sql, self._root, self._report = index.connection, root, report
        self._began = self._reported = self._committed = time.monotonic()
        self._sql.execute("PRAGMA cache_size = -16000")
        earlier = [one for one in index.snapshots() if encoded(one.root) == root]
        cut_off = [one for one in earlier if one.finished is None]
        self._previous = max((one.id for one in earlier if one.finished is not None), default=None)
        with _transaction(self._sql):
            for one in cut_off if anew else []:
                _remove(self._sql, one.id)
            self._resumed = bool(cut_off) and not anew
            self._snapshot = cut_off[-1].id if self._resumed else self._begin()
        lowest, highest = bounds(self._snapshot)
        (last,) = self._sql.execute(
            "SELECT max(id) FROM nodes WHERE id BETWEEN ? AND ?", (lowest, highest)
        ).fetchone()
        self._next = last + 1
        # Ids follow each other without gaps.
        self._nodes = self._next - lowest
        self._folders = _count(self._sql, "folders", "id", self._snapshot)
        self._problems = _count(self._sql, "problems", "node", self._snapshot)
        self._queue: list[Folder] = []
        self._recalled, self._forgotten = lowest - 1, True

    def _begin(self) -> int:
        """A new snapshot that knows its root alone."""
        (last,) = self._sql.execute("SELECT coalesce(max(id), 0) FROM snapshots").fetchone()
        facts = os.stat(self._root)  # noqa: PTH116 (bytes)
        self._sql.execute(
            "INSERT INTO snapshots(id, root, started, previous) VALUES(?, ?, ?, ?)",
            (last + 1, self._root, time.time(), self._previous),
        )
        self._sql.execute(
            "INSERT INTO nodes VALUES(?, 0, 0, ?, ?, ?, ?)",
            (bounds(last + 1)[0], FOLDER, facts.st_size, facts.st_mtime_ns, b""),
        )
        return int(last + 1)

    def read(self, readers: Readers) -> None:
        """Read every folder that is not read yet."""
        with _transaction(self._sql):
            while self._queue or readers.busy or self._recall():
                readers.give(self._queue)
                found = []
                for answer in readers.answers(_PATIENCE_S):
                    base = self._next - 1
                    found.append((base, self._number(base, answer.first), answer.first))
                    for part in answer.rest():
                        self._store(*found.pop())
                        found.append((base, self._number(base, part), part))
                # Those who read go on while this process stores.
                readers.give(self._queue)
                for each in found:
                    self._store(*each)
                self._tell()

    def _number(self, base: int, part: Part) -> int:
        """The id of the first entry, for all of which ids are taken; what was found and not read is queued."""
        first = self._next
        self._next += len(part.values) // ENTRY
        self._queue += ((stored_id(number, base), depth, path) for number, depth, path in part.unread)
        self._forgotten |= part.dropped
        if len(self._queue) > MOST_QUEUED:
            del self._queue[: len(self._queue) - MOST_QUEUED]
            self._forgotten = True
        return first

    def _store(self, base: int, first: int, part: Part) -> None:
        store(self._sql, base, first, part.values, part.folders, part.problems)
        self._nodes += len(part.values) // ENTRY
        self._folders += len(part.folders) // FOLDER_FACTS
        self._problems += len(part.problems)

    def _recall(self) -> bool:
        """Queue folders that the index knows to be unread: of a gathering that was cut off, or left out of the queue.

        None is being read now, and ids rise: whatever is unread has a higher id than those recalled before.
        """
        if not self._forgotten:
            return False
        rows = unread(self._sql, self._snapshot, after=self._recalled, most=MOST_QUEUED)
        self._forgotten = len(rows) == MOST_QUEUED
        above = self._root.rstrip(b"/")
        for number, depth in rows:
            self._recalled = number
            self._queue.append((number, depth, above + b"/" + path_of(self._sql, number) if depth else self._root))
        return bool(rows)

    def _tell(self, *, comparing: bool = False) -> None:
        now = time.monotonic()
        if now - self._committed >= COMMIT_EVERY_S and not comparing:
            self._sql.execute("COMMIT")
            self._sql.execute("BEGIN")
            self._committed = now
        if now - self._reported >= REPORT_EVERY_S or comparing:
            self._reported = now
            self._report(
                Progress(
                    self._snapshot,
                    self._nodes,
                    self._folders,
                    self._problems,
                    now - self._began,
                    self._resumed,
                    comparing,
                )
            )

    def finish(self) -> GatherSummary:
        """Compare with the snapshot before, and mark this one as whole."""
        self._tell(comparing=True)
        with _transaction(self._sql):
            counts = changes.record(self._sql, self._previous, self._snapshot)
            self._sql.execute(
                "UPDATE snapshots SET finished = ?, nodes = ?, folders = ? WHERE id = ?",
                (time.time(), self._nodes, self._folders, self._snapshot),
            )
        self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return GatherSummary(
            snapshot=self._snapshot,
            root=self._root.decode("utf-8", "backslashreplace"),
            nodes=self._nodes,
            folders=self._folders,
            problems=self._problems,
            resumed=self._resumed,
            previous=self._previous,
            **counts,
            seconds=time.monotonic() - self._began,
        )


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: what stands half stored when it breaks off is taken back."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _count(connection: sqlite3.Connection, table: str, column: str, snapshot: int) -> int:
    query = f"SELECT count(*) FROM {table} WHERE {column} BETWEEN ? AND ?"
    return int(connection.execute(query, bounds(snapshot)).fetchone()[0])


def _remove(connection: sqlite3.Connection, snapshot: int) -> None:
    for table, column in (("nodes", "id"), ("folders", "id"), ("problems", "node")):
        connection.execute(f"DELETE FROM {table} WHERE {column} BETWEEN ? AND ?", bounds(snapshot))
    connection.execute("DELETE FROM snapshots WHERE id = ?", (snapshot,))
