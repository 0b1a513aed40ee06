"""The index: snapshots of file trees, in one SQLite database.

A node's id holds its snapshot (`id >> 40`), so a snapshot is one range of each table. The entries of a folder have
ids that follow each other, from `folders.first` on, so they are a range too, and no index is needed beside the
tables' own order. A folder has a lower id than what is in it. What has a row in `folders` has been read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine.errors import InputError, NotFoundError
from engine.folders.snapshots.raw import decoded
from engine.folders.snapshots.reader import FOLDER

SNAPSHOT_BITS = 40
FORMAT = "1"
KINDS = ("file", "folder", "link", "other")
CHANGES = ("added", "removed", "changed")
_TABLES = {"meta", "snapshots", "nodes", "folders", "problems", "changes"}
_SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshots(
    id INTEGER PRIMARY KEY, root BLOB NOT NULL, started REAL NOT NULL, finished REAL, previous INTEGER,
    nodes INTEGER NOT NULL DEFAULT 0, folders INTEGER NOT NULL DEFAULT 0);
CREATE TABLE nodes(
    id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, depth INTEGER NOT NULL, kind INTEGER NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, name BLOB NOT NULL);
CREATE TABLE folders(
    id INTEGER PRIMARY KEY, first INTEGER NOT NULL, entries INTEGER NOT NULL, files INTEGER NOT NULL,
    folders INTEGER NOT NULL, bytes INTEGER NOT NULL, whole INTEGER NOT NULL, extensions TEXT NOT NULL);
CREATE TABLE problems(node INTEGER NOT NULL, what TEXT NOT NULL, PRIMARY KEY(node, what)) WITHOUT ROWID;
CREATE TABLE changes(
    snapshot INTEGER NOT NULL, node INTEGER NOT NULL, what INTEGER NOT NULL,
    PRIMARY KEY(snapshot, what, node)) WITHOUT ROWID;
"""
_extensions = msgspec.json.Decoder(dict[str, int]).decode


@dataclass(frozen=True)
class Snapshot:
    """A tree at a time."""

    id: int
    root: str
    """Absolute, without links; bytes that are no UTF-8 are surrogates, as in every name."""
    started: float
    """Unix seconds."""
    finished: float | None
    """None where the gathering was cut off: the same command goes on with it."""
    previous: int | None
    """The snapshot of the same root that `changes` compares with."""
    nodes: int
    folders: int


@dataclass(frozen=True)
class FolderNode:
    """A folder of a snapshot with the counts of what lies right in it."""

    id: int
    parent: int
    """0 for the root."""
    depth: int
    """0 for the root."""
    name: str
    """Empty for the root."""
    files: int
    """Links that do not lead to a folder count as files."""
    folders: int
    bytes: int
    extensions: dict[str, int] = field(default_factory=dict)
    """In small letters without the dot, the most frequent first; files without one are not in it."""
    mtime_ns: int = 0


@dataclass(frozen=True)
class Entry:
    """A node of a snapshot."""

    id: int
    parent: int
    depth: int
    kind: str
    """One of `KINDS`."""
    size: int
    mtime_ns: int
    name: str


@dataclass(frozen=True)
class Problem:
    """A folder that could not be read to its end, or a link that leads in circles."""

    path: str
    what: str


@dataclass(frozen=True)
class Change:
    """What differs from the snapshot before."""

    what: str
    """One of `CHANGES`."""
    kind: str
    path: str


class Index:
    """Use: `with open_index(path) as index: …`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection, self.path = connection, path

    def snapshots(self) -> list[Snapshot]:
        """All of them, the oldest first."""
        rows = self.connection.execute(
            "SELECT id, root, started, finished, previous, nodes, folders FROM snapshots ORDER BY id"
        )
        return [Snapshot(row[0], decoded(row[1]), *row[2:]) for row in rows]

    def snapshot(self, number: int) -> Snapshot:
        """One by its number. Raises NotFoundError."""
        known = self.snapshots()
        for one in known:
            if one.id == number:
                return one
        there = ", ".join(str(one.id) for one in known) or "none"
        fix = f"there are: {there}" if known else "make one with `engine folders gather`"
        raise NotFoundError(f"there is no snapshot {number}", where=str(self.path), fix=fix)

    def folders(self, snapshot: int) -> Iterator[FolderNode]:
        """Every folder that was read, parents before children; only a few are in memory at once.

        One whose gathering was cut off yields what is there.
        """
        self.snapshot(snapshot)
        rows = self.connection.execute(
            "SELECT n.id, n.parent, n.depth, n.name, f.files, f.folders, f.bytes, f.extensions, n.mtime_ns "
            "FROM folders f CROSS JOIN nodes n ON n.id = f.id WHERE f.id BETWEEN ? AND ? ORDER BY f.id",
            bounds(snapshot),
        )
        for number, parent, depth, name, files, folders, size, extensions, mtime_ns in rows:
            yield FolderNode(
                number, parent, depth, decoded(name), files, folders, size, _extensions(extensions), mtime_ns
            )

    def entries(self, folder: int) -> list[Entry]:
        """What lies right in a folder, by its id, in the order in which the file system listed it."""
        rows = self.connection.execute(
            "SELECT n.id, n.parent, n.depth, n.kind, n.size, n.mtime_ns, n.name FROM folders f "
            "CROSS JOIN nodes n ON n.id >= f.first AND n.id < f.first + f.entries WHERE f.id = ? ORDER BY n.id",
            (folder,),
        )
        return [
            Entry(number, parent, depth, KINDS[kind], size, mtime_ns, decoded(name))
            for number, parent, depth, kind, size, mtime_ns, name in rows
        ]

    def path_of(self, node: int) -> str:
        """Below the root, with `/`; empty for the root itself."""
        return decoded(path_of(self.connection, node))

    def problems(self, snapshot: int) -> Iterator[Problem]:
        """What could not be read, and links that lead in circles."""
        rows = self.connection.execute("SELECT node, what FROM problems WHERE node BETWEEN ? AND ?", bounds(snapshot))
        return (Problem(self.path_of(node), what) for node, what in rows)

    def changes(self, snapshot: int) -> Iterator[Change]:
        """What was added, removed and changed since the snapshot before; none where there is none before."""
        rows = self.connection.execute(
            "SELECT c.what, n.kind, n.id FROM changes c JOIN nodes n ON n.id = c.node WHERE c.snapshot = ? "
            "ORDER BY c.what, c.node",
            (snapshot,),
        )
        return (Change(CHANGES[what], KINDS[kind], self.path_of(node)) for what, kind, node in rows)


@contextmanager
def open_index(path: Path, *, create: bool = False) -> Iterator[Index]:
    """The index at `path`. Raises NotFoundError where there is none (unless `create`), InputError for another
    file."""
    if not path.exists() and not create:
        fix = "make it with `engine folders gather ROOT --db FILE`"
        raise NotFoundError("there is no index", where=str(path), fix=fix)
    if not path.parent.is_dir():
        raise NotFoundError("there is no such folder for the index", where=str(path.parent), fix="make it first")
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        try:
            _prepare(connection, path, create)
        except sqlite3.DatabaseError as problem:
            raise InputError(
                f"is no index of folders ({problem})", where=str(path), fix="name another file"
            ) from None
        yield Index(connection, path)


def bounds(snapshot: int) -> tuple[int, int]:
    """The lowest and the highest id that a node of the snapshot may have; the lowest is the root's."""
    return snapshot << SNAPSHOT_BITS, ((snapshot + 1) << SNAPSHOT_BITS) - 1


def path_of(connection: sqlite3.Connection, node: int) -> bytes:
    """Below the root, with `/`; empty for the root itself. Raises NotFoundError for a node that is not there."""
    names: list[bytes] = []
    while True:
        row = connection.execute("SELECT parent, name FROM nodes WHERE id = ?", (node,)).fetchone()
        if row is None:
            raise NotFoundError(f"there is no node {node} in the index")
        if not row[0]:
            return b"/".join(reversed(names))
        names.append(row[1])
        node = row[0]


def unread(connection: sqlite3.Connection, snapshot: int, *, after: int, most: int) -> list[tuple[int, int]]:
    """Id and depth of folders that were found and not read yet: the first ones with a higher id than `after`."""
    query = (
        "SELECT n.id, n.depth FROM nodes n WHERE n.id > ? AND n.id BETWEEN ? AND ? AND n.kind = ? "
        "AND NOT EXISTS(SELECT 1 FROM folders f WHERE f.id = n.id) ORDER BY n.id LIMIT ?"
    )
    return connection.execute(query, (after, *bounds(snapshot), FOLDER, most)).fetchall()


def _prepare(connection: sqlite3.Connection, path: Path, create: bool) -> None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= _TABLES if tables else not create:
        raise InputError("is no index of folders", where=str(path), fix="name another file")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if not tables:
        connection.executescript(f"BEGIN; {_SCHEMA} INSERT INTO meta VALUES('format', '{FORMAT}'); COMMIT;")
