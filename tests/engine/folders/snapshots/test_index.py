"""The index opens what is one, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import InputError, NotFoundError
from engine.folders.snapshots.index import open_index


def test_looking_makes_no_index(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="engine folders gather"), open_index(tmp_path / "none.db"):
        pass
    assert not (tmp_path / "none.db").exists()


def test_another_file_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    text, empty, other = tmp_path / "text.db", tmp_path / "empty.db", tmp_path / "other.db"
    text.write_text("not a database, but long enough to be taken for one by its name alone" * 3)
    empty.touch()
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE snapshots(mine)")
    before = other.read_bytes()
    for file in (text, empty, other):
        with pytest.raises(InputError, match="is no index"), open_index(file):
            pass
    with pytest.raises(InputError, match="is no index"), open_index(other, create=True):
        pass
    assert other.read_bytes() == before and not empty.read_bytes()


def test_a_snapshot_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with open_index(tmp_path / "index.db", create=True) as index:
        with pytest.raises(NotFoundError, match="make one"):
            index.snapshot(3)
        index.connection.execute("INSERT INTO snapshots(id, root, started) VALUES(1, x'2f', 0)")
        with pytest.raises(NotFoundError, match="there are: 1"):
            next(index.folders(3))
        assert index.snapshot(1).root == "/" and index.snapshot(1).finished is None
