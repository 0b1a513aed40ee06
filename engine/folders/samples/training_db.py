"""The training database: samples, their labels with provenance, and predictions. SQLite, one writer at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import InputError, NotFoundError
from engine.folders.samples.sample import TrainingSample
from engine.folders.snapshots.raw import decoded, encoded

FORMAT = "1"
SPLITS = ("train", "validation", "test")
_SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE samples(
    id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, creator TEXT NOT NULL, depth INTEGER NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0, features BLOB NOT NULL);
CREATE INDEX samples_by_creator ON samples(creator, depth, gone);
CREATE TABLE labels(
    sample INTEGER NOT NULL REFERENCES samples(id), taxonomy TEXT NOT NULL, label TEXT NOT NULL, split TEXT NOT NULL,
    source TEXT NOT NULL, who TEXT NOT NULL, at REAL NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY(taxonomy, sample)) WITHOUT ROWID;
CREATE TABLE predictions(
    sample INTEGER NOT NULL REFERENCES samples(id), run TEXT NOT NULL, taxonomy TEXT NOT NULL, label TEXT NOT NULL,
    confidence REAL NOT NULL, PRIMARY KEY(run, taxonomy, sample)) WITHOUT ROWID;
"""
_decode = msgspec.json.Decoder(TrainingSample).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Label:
    """What a folder is, who says so, and which split it belongs to (empty: not settled)."""

    sample: int
    taxonomy: str
    label: str
    split: str = ""
    source: str = "import"
    """`console`, or the name of the file that brought it."""
    who: str = ""
    at: float = 0.0
    """Unix seconds."""
    note: str = ""


@dataclass(frozen=True)
class Prediction:
    """What a model says that a folder is."""

    sample: int
    label: str
    confidence: float


@dataclass(frozen=True)
class Which:
    """Some of the samples."""

    taxonomy: str = ""
    """Whose labels `split` and `labelled` speak of."""
    split: str = ""
    labelled: bool | None = None
    """True: labelled ones alone; False: the others; None: all."""
    min_depth: int = 0
    max_depth: int = 1_000_000
    after: int = 0
    """Ids above this one."""
    present: bool = False
    """Only those whose folder is in the last snapshot."""


class TrainingDb:
    """Use: `with training_db(path) as db: …`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection, self.path = connection, path

    # -- samples

    def put(self, samples: Iterable[TrainingSample]) -> None:
        """Add samples, or replace what is stored under their paths; ids and labels stay. One transaction."""
        with self.connection:
            self.connection.executemany(
                "INSERT INTO samples(path, creator, depth, features) VALUES(?, ?, ?, ?) ON CONFLICT(path) DO UPDATE "
                "SET creator = excluded.creator, depth = excluded.depth, features = excluded.features, gone = 0 "
                "WHERE features != excluded.features OR gone",
                ((encoded(one.path), one.creator, one.depth, _stored(one)) for one in samples),
            )

    def count(self, which: Which | None = None) -> int:
        """How many samples there are."""
        query, values = _query("count(*)", which or Which())
        return int(self.connection.execute(query, values).fetchone()[0])

    def samples(self, which: Which | None = None, *, batch: int = 1000) -> Iterator[TrainingSample]:
        """Samples by rising id, read in batches: memory stays flat, and writing in between is possible."""
        which = which or Which()
        after = which.after
        while True:
            query, values = _query("id, path, features", which, after=after)
            rows = self.connection.execute(f"{query} ORDER BY id LIMIT ?", (*values, batch)).fetchall()
            yield from (_sample(*row) for row in rows)
            if len(rows) < batch:
                return
            after = rows[-1][0]

    def sample(self, number: int) -> TrainingSample:
        """One by its id. Raises NotFoundError."""
        row = self.connection.execute("SELECT id, path, features FROM samples WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise NotFoundError(f"there is no sample {number}", where=str(self.path))
        return _sample(*row)

    def ids_of(self, paths: Sequence[str]) -> dict[str, int]:
        """Path → id of those that are stored."""
        found: dict[str, int] = {}
        for start in range(0, len(paths), 500):
            part = [encoded(path) for path in paths[start : start + 500]]
            marks = ",".join("?" * len(part))
            rows = self.connection.execute(f"SELECT path, id FROM samples WHERE path IN ({marks})", part)
            found.update((decoded(path), number) for path, number in rows)
        return found

    def mark_gone(self, present: Iterable[str]) -> int:
        """Mark all samples whose path is not among these; how many that are. Nothing is deleted: ids stay taken, and
        labels of a folder that is no more still teach."""
        with self.connection:
            self.connection.execute("CREATE TEMP TABLE present(path BLOB PRIMARY KEY) WITHOUT ROWID")
            self.connection.executemany(
                "INSERT OR IGNORE INTO present VALUES(?)", ((encoded(path),) for path in present)
            )
            self.connection.execute(
                "UPDATE samples SET gone = 1 WHERE NOT gone AND path NOT IN (SELECT path FROM present)"
            )
            self.connection.execute("DROP TABLE present")
        return int(self.connection.execute("SELECT count(*) FROM samples WHERE gone").fetchone()[0])

    def strata(self, which: Which | None = None) -> dict[tuple[str, int], int]:
        """(creator, depth) → how many samples."""
        query, values = _query("creator, depth, count(*)", which or Which())
        rows = self.connection.execute(f"{query} GROUP BY creator, depth ORDER BY creator, depth", values)
        return {(creator, depth): count for creator, depth, count in rows}

    def ids(self, creator: str, depth: int, which: Which | None = None) -> list[int]:
        """Ids of one stratum, rising."""
        query, values = _query("id", which or Which())
        rows = self.connection.execute(
            f"{query} AND creator = ? AND depth = ? ORDER BY id", (*values, creator, depth)
        )
        return [number for (number,) in rows]

    def paths_of(self, numbers: Sequence[int]) -> dict[int, str]:
        """Id → path of those that are stored."""
        return {number: decoded(path) for number, path in self._by_id("path", numbers)}

    def creators_of(self, numbers: Sequence[int]) -> dict[int, str]:
        """Id → creator of those that are stored."""
        return dict(self._by_id("creator", numbers))

    def _by_id(self, column: str, numbers: Sequence[int]) -> Iterator[tuple[int, Any]]:
        for start in range(0, len(numbers), 500):
            part = numbers[start : start + 500]
            marks = ",".join("?" * len(part))
            yield from self.connection.execute(f"SELECT id, {column} FROM samples WHERE id IN ({marks})", part)

    # -- labels

    def put_labels(self, labels: Iterable[Label]) -> None:
        """Store labels; each takes the place of the sample's former one in that taxonomy. All or none."""
        with self.connection:
            self.connection.executemany(
                "INSERT OR REPLACE INTO labels(sample, taxonomy, label, split, source, who, at, note) "
                "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                ((x.sample, x.taxonomy, x.label, x.split, x.source, x.who, x.at, x.note) for x in labels),
            )

    def remove_labels(self, taxonomy: str, samples: Iterable[int]) -> None:
        """Take labels back."""
        with self.connection:
            self.connection.executemany(
                "DELETE FROM labels WHERE taxonomy = ? AND sample = ?", ((taxonomy, number) for number in samples)
            )

    def labels(self, taxonomy: str, *, first: int = 0, last: int = 2**62) -> dict[int, Label]:
        """Sample → its label, of the samples from `first` to `last`."""
        rows = self.connection.execute(
            "SELECT sample, taxonomy, label, split, source, who, at, note FROM labels WHERE taxonomy = ? "
            "AND sample BETWEEN ? AND ? ORDER BY sample",
            (taxonomy, first, last),
        )
        return {row[0]: Label(*row) for row in rows}

    def taxonomies(self) -> list[str]:
        """Those that have labels, by name."""
        return [name for (name,) in self.connection.execute("SELECT DISTINCT taxonomy FROM labels ORDER BY taxonomy")]

    # -- predictions

    def put_predictions(self, run: str, taxonomy: str, predictions: Iterable[Prediction]) -> None:
        """Store a batch of what a run predicts, in place of what it said before. One transaction."""
        with self.connection:
            self.connection.executemany(
                "INSERT OR REPLACE INTO predictions(sample, run, taxonomy, label, confidence) VALUES(?, ?, ?, ?, ?)",
                ((x.sample, run, taxonomy, x.label, x.confidence) for x in predictions),
            )

    def remove_predictions(self, run: str, taxonomy: str, samples: Iterable[int]) -> None:
        """Take back what a run said of some samples."""
        with self.connection:
            self.connection.executemany(
                "DELETE FROM predictions WHERE run = ? AND taxonomy = ? AND sample = ?",
                ((run, taxonomy, number) for number in samples),
            )

    def predictions(self, run: str, taxonomy: str) -> Iterator[Prediction]:
        """What a run predicted, by rising id of the sample."""
        rows = self.connection.execute(
            "SELECT sample, label, confidence FROM predictions WHERE run = ? AND taxonomy = ? ORDER BY sample",
            (run, taxonomy),
        )
        return (Prediction(*row) for row in rows)

    # -- facts

    def fact(self, key: str) -> str:
        """A stored fact (`root`, `snapshot`, …); empty where there is none."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def set_fact(self, key: str, value: str) -> None:
        """Store a fact."""
        with self.connection:
            self.connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)", (key, value))


@contextmanager
def training_db(path: Path, *, create: bool = False) -> Iterator[TrainingDb]:
    """The database at `path`. Raises NotFoundError where there is none (unless `create`), InputError for another
    file."""
    if not path.exists() and not create:
        fix = "make it with `engine folders features`"
        raise NotFoundError("there is no training database", where=str(path), fix=fix)
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        try:
            _prepare(connection, path)
        except sqlite3.DatabaseError as problem:
            raise InputError(
                f"is no training database ({problem})", where=str(path), fix="name another file"
            ) from None
        yield TrainingDb(connection, path)


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        with connection:
            connection.executescript(f"BEGIN; {_SCHEMA} INSERT INTO meta VALUES('format', '{FORMAT}'); COMMIT;")
        return
    if not {"meta", "samples", "labels", "predictions"} <= tables:
        raise InputError("is no training database", where=str(path), fix="name another file")


def _query(columns: str, which: Which, after: int | None = None) -> tuple[str, list[object]]:
    conditions, values = ["id > ?", "depth BETWEEN ? AND ?"], [which.after if after is None else after]
    bounds: list[object] = [*values, which.min_depth, which.max_depth]
    if which.present:
        conditions.append("NOT gone")
    if which.split or which.labelled is not None:
        inside = "SELECT sample FROM labels WHERE taxonomy = ?"
        bounds.append(which.taxonomy)
        if which.split:
            inside += " AND split = ?"
            bounds.append(which.split)
        conditions.append(f"id {'NOT ' if which.labelled is False else ''}IN ({inside})")
    return f"SELECT {columns} FROM samples WHERE {' AND '.join(conditions)}", bounds


def _stored(sample: TrainingSample) -> bytes:
    # The path may hold surrogates, which JSON has no bytes for: it has a column of its own.
    return _encode(msgspec.structs.replace(sample, id=0, path=""))


def _sample(number: int, path: bytes, features: bytes) -> TrainingSample:
    return msgspec.structs.replace(_decode(features), id=number, path=decoded(path))
