"""A drawn library lies on the disk as it was drawn, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.folders.drawn_library.draw import draw_library
from engine.folders.drawn_library.on_disk import write_library
from engine.folders.samples.features import samples_of
from engine.folders.snapshots.gather import gather
from engine.folders.snapshots.index import open_index
from engine.sheet import Sheet


def test_what_is_gathered_from_the_disk_is_what_was_drawn(tmp_path: Path) -> None:
    written = write_library(tmp_path / "library", folders=250, seed=2)
    gather(tmp_path / "library", tmp_path / "index.db", readers=1)
    with open_index(tmp_path / "index.db") as index:
        found = {sample.path: sample for sample in samples_of(lambda: index.folders(1))}
    drawn = {sample.path: sample for sample in samples_of(lambda: (f.node for f in draw_library(250, seed=2)))}
    assert found == drawn
    assert written.files == sum(sample.files for sample in drawn.values()) > 250


def test_files_take_no_room(tmp_path: Path) -> None:
    write_library(tmp_path / "library", folders=120, seed=2)
    files = [path for path in (tmp_path / "library").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) > 100_000_000
    assert sum(path.stat().st_blocks for path in files) == 0


def test_the_sheet_of_labels_has_every_folder_in_each_taxonomy(tmp_path: Path) -> None:
    write_library(tmp_path / "library", folders=120, seed=2, labels=tmp_path / "known.csv")
    rows = [row.cells for row in Sheet(tmp_path / "known.csv")]
    assert len(rows) == 120
    assert all(
        (tmp_path / "library" / row["path"].removeprefix("'")).is_dir() for row in rows if "\\x" not in row["path"]
    )
    assert {row["legacy"] for row in rows} >= {"primary_author", "collection", "variant"}


def test_a_directory_that_is_in_use_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        write_library(tmp_path, folders=60, seed=2)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_directory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    assert write_library(tmp_path / "library", folders=60, seed=2).folders == 60


def test_what_is_cut_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.folders.drawn_library.on_disk.TICK_EVERY", 10)
    with pytest.raises(KeyboardInterrupt):
        write_library(tmp_path / "library", folders=60, seed=2, labels=tmp_path / "known.csv", tick=cut_off)
    assert not list(tmp_path.iterdir())
