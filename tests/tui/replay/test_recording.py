"""The lines of a run in the order in which they were written."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from engine.runs.paths import RunPaths
from tui.replay.recording import lines_of, recorded


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    return RunPaths(tmp_path)


def test_two_files_become_one_by_time_the_worker_first(paths: RunPaths) -> None:
    paths.status.write_bytes(b'{"t":1}\n{"t":3}\n')
    paths.events.write_bytes(b'{"t":2}\n{"t":3}\n{"t":4}\n')
    assert [(line.t, line.status) for line in recorded(paths)] == [
        (1, True), (2, False), (3, True), (3, False), (4, False),
    ]  # fmt: skip


def test_lines_pass_as_they_are_and_garbage_with_the_line_before(paths: RunPaths) -> None:
    paths.events.write_bytes(b'{"t":5,"x":"\xff"}\n\x00 garbage\n{"t":null}\n{"t":4}\n{"t":1e999}\n{"t":6} torn')
    lines = list(lines_of(paths.events, status=False))
    assert b"".join(line.data for line in lines) == paths.events.read_bytes().rpartition(b"\n")[0] + b"\n"
    times = [line.t for line in lines]
    assert times == sorted(times) and times[-1] == 5


def test_what_is_not_there_has_no_lines(paths: RunPaths) -> None:
    assert list(recorded(paths)) == []


def test_a_long_run_is_read_as_it_is_needed(paths: RunPaths) -> None:
    with paths.events.open("wb") as file:
        file.write(b'{"t":1}\n')
        file.truncate(64 * 1024**3)  # a hole: reading it all would take minutes and all memory
    assert [line.t for line in itertools.islice(recorded(paths), 1)] == [1]
