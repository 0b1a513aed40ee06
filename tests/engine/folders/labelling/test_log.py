"""The label log: what was pressed is there after a kill, a torn line and a full disk, and nothing else is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import WorkError
from engine.folders.labelling.log import MAX_LINE_BYTES, Before, Entry, LabelLog, encode, log_path, read_log
from tests.any_text import any_text

NAMES = st.binary(min_size=1, max_size=30).map(os.fsdecode)
ENTRIES = st.builds(
    Entry,
    id=any_text(max_size=10),
    t=st.floats(0, 2e9),
    act=st.sampled_from(["label", "skip", "note", "undo", "batch", "pass"]),
    taxonomy=any_text(max_size=10),
    who=any_text(max_size=10),
    turn=st.integers(1, 9),
    path=NAMES,
    label=any_text(max_size=10),
    text=any_text(max_size=40),
    paths=st.lists(NAMES, max_size=3).map(tuple),
    before=st.none() | st.builds(Before, label=any_text(max_size=5), at=st.floats(0, 2e9)),
)


def entry(number: int, **facts: Any) -> Entry:
    return Entry(**{"id": f"e-{number}", "t": 1.0, "act": "label", "taxonomy": "v2", "who": "me", **facts})


def test_the_log_lies_beside_the_database() -> None:
    assert log_path(Path("a/training.db")) == Path("a/training.labels.jsonl")


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_log(tmp_path / "none").entries == ()


@settings(max_examples=30, deadline=None)
@given(ENTRIES)
def test_an_entry_is_one_line_and_comes_back(one: Entry) -> None:
    line = encode(one)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    path = Path(f"/tmp/.label-log-{os.getpid()}")
    try:
        path.write_bytes(line)
        assert read_log(path).entries == (one,)
    finally:
        path.unlink(missing_ok=True)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_wherever_a_log_is_torn_whole_lines_survive_and_labelling_goes_on(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [encode(entry(number, path=data.draw(NAMES))) for number in range(4)]
    whole = b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    path = tmp_path_factory.mktemp("torn") / "log.jsonl"
    path.write_bytes(whole[:cut])
    kept = [number for number in range(4) if len(b"".join(lines[: number + 1])) - 1 <= cut]
    assert [one.id for one in read_log(path).entries] == [f"e-{number}" for number in kept]
    LabelLog(path).append(entry(9))
    after = read_log(path)
    assert [one.id for one in after.entries] == [*(f"e-{number}" for number in kept), "e-9"]
    assert after.unreadable == (0 if cut in (0, *_ends(lines)) else 1)
    assert path.read_bytes().startswith(whole[:cut])


def _ends(lines: list[bytes]) -> set[int]:
    """Places where an entry is whole: before its newline and behind it."""
    ends = [len(b"".join(lines[: number + 1])) for number in range(len(lines))]
    return {*ends, *(end - 1 for end in ends)}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_garbage_is_passed_over_and_counted(tmp_path_factory: pytest.TempPathFactory, garbage: list[bytes]) -> None:
    lines = [line.replace(b"\n", b"") for line in garbage]
    path = tmp_path_factory.mktemp("garbage") / "log.jsonl"
    path.write_bytes(b"".join(line + b"\n" + encode(entry(at)) for at, line in enumerate(lines)))
    read = read_log(path)
    assert len(read.entries) == len(lines) and read.unreadable == sum(bool(line.strip()) for line in lines)


def test_a_line_without_end_costs_no_memory_and_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(encode(entry(1)) + b"x" * (3 * MAX_LINE_BYTES) + b"\n" + encode(entry(2)))
    assert [one.id for one in read_log(path).entries] == ["e-1", "e-2"]
    path.write_bytes(b"[" * 200_000 + b"\n" + encode(entry(3)))
    assert [one.id for one in read_log(path).entries] == ["e-3"]


def test_two_people_append_to_one_log(tmp_path: Path) -> None:
    one, other = LabelLog(tmp_path / "l"), LabelLog(tmp_path / "l")
    for log in (one, other, one):
        log.append(entry(0, id=log.next_id()))
    ids = [each.id for each in read_log(tmp_path / "l").entries]
    assert len(set(ids)) == 3


def test_a_log_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match="nothing could be saved"):
        LabelLog(tmp_path / "gone" / "l").append(entry(1))


FULL = """\
import resource, signal, sys
from pathlib import Path
from engine.errors import WorkError
from engine.folders.labelling.log import Entry, LabelLog

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = LabelLog(Path(sys.argv[1]))
one = lambda number: Entry(id=str(number), t=1.0, act="label", taxonomy="v2", who="me", path="x" * 300)
log.append(one(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (600, resource.RLIM_INFINITY))
try:
    log.append(one(2))
except WorkError as problem:
    print(problem)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.append(one(3))
"""


def test_an_entry_that_no_longer_fits_on_the_disk_is_told_and_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "l"
    said = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    assert "the disk is full" in said.stdout
    read = read_log(path)
    assert [one.id for one in read.entries] == ["1", "3"] and read.unreadable == 1


WRITER = """\
import sys
from pathlib import Path
from engine.folders.labelling.log import Entry, LabelLog

log = LabelLog(Path(sys.argv[1]))
for number in range(1_000_000):
    log.append(Entry(id=log.next_id(), t=1.0, act="label", taxonomy="v2", who="me", path="a" * 200))
    print(number, flush=True)
"""


@pytest.mark.slow
def test_what_a_killed_process_was_told_is_saved_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "l"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 60:
                process.send_signal(signal.SIGKILL)
                break
        told = 60 + sum(1 for _ in process.stdout)
    read = read_log(path)
    assert len(read.entries) >= told + 1 and read.unreadable == 0
