"""The reader takes names of any bytes and paths of any length, and keeps to its budget."""

from __future__ import annotations

import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.folders.snapshots import reader
from engine.folders.snapshots.reader import FIRST_ID, FOLDER, Walk, extensions

NAMES = st.binary(min_size=1, max_size=30).filter(
    lambda name: not set(name) & {0, 0x2F} and name not in {b".", b".."}
)


def read(root: Path, budget: int = 1_000) -> tuple[Any, ...]:
    """The frames of one task, put together."""
    frames: list[Any] = []
    Walk(frames.append, (b"", frozenset())).run([(FIRST_ID, 0, os.fsencode(root))], budget)
    values, folders, problems, unread = ([one for frame in frames for one in frame[part]] for part in range(4))
    return values, folders, problems, unread, frames[-1][4], frames[-1][5]


def names(values: list[Any]) -> list[bytes]:
    return values[5::6]


@settings(max_examples=30, deadline=None)
@given(st.lists(NAMES, max_size=8, unique=True))
def test_names_of_any_bytes_are_kept(given_names: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        for name in given_names:
            Path(os.fsdecode(os.fsencode(directory) + b"/" + name)).touch()
        values, folders, *_ = read(Path(directory))
        assert sorted(names(values)) == sorted(given_names)
        assert folders[3] == len(given_names)
        json.loads(folders[7])


def test_a_path_longer_than_the_kernel_takes_is_read(tmp_path: Path) -> None:
    here, name = os.open(tmp_path, os.O_RDONLY), "d" * 250
    for _ in range(20):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    values, _, problems, *_ = read(tmp_path)
    assert names(values)[-1] == b"bottom" and values[-5] == 21 and not problems


def test_the_budget_leaves_folders_unread_and_says_which(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / name / "below").mkdir(parents=True)
    values, folders, _, unread, dropped, more = read(tmp_path, budget=1)
    assert names(values) == [path.rpartition(b"/")[2] for _, _, path in unread] and len(folders) == 8
    assert [number for number, _, _ in unread] == [1, 2, 3, 4] and not dropped and not more


def test_what_no_list_holds_is_said_to_be_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_UNREAD", 2)
    for name in "abcd":
        (tmp_path / name).mkdir()
    *_, unread, dropped, _ = read(tmp_path, budget=1)
    assert len(unread) == 2 and dropped


def test_a_folder_comes_in_blocks_its_facts_with_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BLOCK", 2)
    for name in "abcde":
        (tmp_path / name).mkdir()
    frames: list[Any] = []
    Walk(frames.append, (b"", frozenset())).run([(FIRST_ID, 0, os.fsencode(tmp_path))], 1)
    assert [(len(frame[0]) // 6, len(frame[1]), frame[5]) for frame in frames] == [
        (2, 0, True),
        (2, 0, True),
        (1, 8, False),
    ]
    assert frames[-1][1][:3] == [FIRST_ID, 1, 5] and len(frames[-1][3]) == 5


def test_a_link_put_in_the_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    _, folders, problems, *_ = read(tmp_path / "link")
    assert len(problems) == 1 and folders[6] == 0


def test_kinds_of_entries(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    values, *_ = read(tmp_path)
    assert values[2] == FOLDER


@pytest.mark.parametrize(
    ("tails", "said"),
    [
        ({}, {}),
        ({"JPG": 1, "jpg": 1, "webp": 1}, {"jpg": 2, "webp": 1}),
        ({" Who": 1, "": 2}, {}),
        ({"\udcff": 1, '"': 1}, {'"': 1, "\\xff": 1}),
    ],
)
def test_extensions_are_counted_in_small_letters(tails: dict[str, int], said: dict[str, int]) -> None:
    assert json.loads(extensions(tails)) == said


def test_frames_come_back_and_a_torn_one_is_the_end() -> None:
    pipe = io.BytesIO()
    reader.send(([1, b"\xff"], None), pipe)
    assert reader.receive(io.BytesIO(pipe.getvalue())) == ([1, b"\xff"], None)
    for length in range(len(pipe.getvalue())):
        with pytest.raises(EOFError):
            reader.receive(io.BytesIO(pipe.getvalue()[:length]))
