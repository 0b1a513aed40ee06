"""A later snapshot of the same root says what was added, removed and changed since."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.folders.snapshots import gather as gathering
from engine.folders.snapshots.gather import gather
from engine.folders.snapshots.index import open_index


@pytest.fixture(autouse=True)
def _one_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "default_readers", lambda: 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for folder in ("kept", "gone/below", "turned"):
        (root / folder).mkdir(parents=True)
    for file in ("kept/same", "kept/longer", "kept/touched", "gone/below/file", "turned/file"):
        (root / file).write_text("x")
    return root


def changes(db: Path, snapshot: int) -> set[tuple[str, str, str]]:
    with open_index(db) as index:
        return {(one.what, one.kind, one.path) for one in index.changes(snapshot)}


def test_added_removed_and_changed_entries_are_told_apart(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "index.db"
    gather(root, db)
    (root / "kept" / "longer").write_text("longer")
    os.utime(root / "kept" / "touched", ns=(0, 0))
    (root / "gone" / "below" / "file").unlink()
    (root / "gone" / "below").rmdir()
    (root / "gone").rmdir()
    (root / "turned" / "file").unlink()
    (root / "turned").rmdir()
    (root / "turned").write_text("a file now")
    (root / "new").mkdir()
    (root / "new" / "file").touch()
    summary = gather(root, db)
    assert changes(db, 2) == {
        ("changed", "file", "kept/longer"),
        ("changed", "file", "kept/touched"),
        ("changed", "file", "turned"),
        ("removed", "file", "turned/file"),
        ("removed", "folder", "gone"),
        ("removed", "folder", "gone/below"),
        ("removed", "file", "gone/below/file"),
        ("added", "folder", "new"),
        ("added", "file", "new/file"),
    }
    assert (summary.previous, summary.added, summary.removed, summary.changed) == (1, 2, 4, 3)


def test_a_file_that_became_a_folder_is_changed_and_what_is_in_it_is_added(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "index.db"
    gather(root, db)
    (root / "kept" / "same").unlink()
    (root / "kept" / "same").mkdir()
    (root / "kept" / "same" / "in it").touch()
    gather(root, db)
    assert changes(db, 2) == {("changed", "folder", "kept/same"), ("added", "file", "kept/same/in it")}


def test_a_tree_that_stayed_as_it_was_has_no_changes_nor_has_the_first_snapshot(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "index.db"
    gather(root, db)
    gather(root, db)
    assert not changes(db, 1) and not changes(db, 2)


def test_each_snapshot_is_compared_with_the_one_before_it(root: Path, tmp_path: Path) -> None:
    db = tmp_path / "index.db"
    gather(root, db)
    (root / "one").touch()
    gather(root, db)
    (root / "two").touch()
    gather(root, db)
    assert changes(db, 2) == {("added", "file", "one")} and changes(db, 3) == {("added", "file", "two")}
