"""What is written is whole, counted without gaps, and goes on after anything."""

import errno
import itertools
import os
import resource
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.events import writer as writer_module
from engine.events.schema import MAX_LINE_BYTES, LogEvent, MetricsEvent, SampleEvent, StatusEvent
from engine.events.tail import Tail
from engine.events.writer import EventWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


@pytest.fixture
def file_size_limit() -> Iterator[Callable[[int], None]]:
    """Let no file of this process grow past a size: a write across it is short, and the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def events_of(path: Path) -> list:
    batch = Tail(path).read(max_events=10**9, max_seconds=60)
    assert batch.skipped == 0
    return batch.events


def seqs_of(path: Path) -> list[int]:
    return [event.seq for event in events_of(path)]


def test_each_kind_of_event_is_read_back_as_it_was_written(path: Path) -> None:
    with EventWriter(path) as events:
        events.run("id", profile="p", model="m", task="noop", resumed_step=3, attempt=2)
        events.metrics(4, {"loss": 0.5}, split="validation", epoch=1.5)
        events.progress("training", 4, 10, rate=2.0)
        events.status("failed", reason="crash", message="it broke", attempt=2)
        events.checkpoint(4, "checkpoints/step-4", score=0.5, best=True)
        events.signal("plateau", metric="f1", message="flat", step=4)
        events.sample(4, {"text": "a"}, {"label": "b"})
        events.log("a sentence", "warning")
        events.system({"cpu/utilisation_percent": 3.0})
    read = events_of(path)
    assert [type(event).__name__.removesuffix("Event").lower() for event in read] == (
        ["run", "metrics", "progress", "status", "checkpoint", "signal", "sample", "log", "system"]
    )
    assert [event.seq for event in read] == list(range(9))
    run, metrics, status = read[0], read[1], read[3]
    assert (run.resumed_step, run.attempt, run.pid) == (3, 2, os.getpid())
    assert isinstance(metrics, MetricsEvent)
    assert (metrics.step, metrics.split, metrics.epoch, metrics.values) == (4, "validation", 1.5, {"loss": 0.5})
    assert isinstance(status, StatusEvent)
    assert (status.state, status.reason, status.message) == ("failed", "crash", "it broke")


def test_a_step_of_minus_one_and_a_zero_epoch_are_read_back(path: Path) -> None:
    with EventWriter(path) as events:
        events.metrics(-1, {})
        events.metrics(0, {"": None})
    assert [(event.step, event.epoch, event.values) for event in events_of(path)] == [(-1, 0, {}), (0, 0, {"": None})]


def test_nan_and_infinity_are_written_as_null_and_numpy_numbers_as_numbers(path: Path) -> None:
    values = {
        "nan": float("nan"),
        "infinity": float("-inf"),
        "double": np.float64(1.5),
        "single": np.float32(2.5),
        "integer": np.int64(3),
        "array": np.array(4.0),
        "single nan": np.float32("nan"),
    }
    with EventWriter(path) as events:
        events.metrics(0, values)
    assert events_of(path)[0].values == {
        "nan": None,
        "infinity": None,
        "double": 1.5,
        "single": 2.5,
        "integer": 3.0,
        "array": 4.0,
        "single nan": None,
    }


def test_a_value_that_is_no_number_is_refused_without_a_gap(path: Path) -> None:
    with EventWriter(path) as events:
        events.metrics(0, {"a": 1.0})
        with pytest.raises(TypeError, match="cannot hold object"):
            events.metrics(1, {"a": object()})
        events.metrics(2, {"a": 2.0})
    assert seqs_of(path) == [0, 1]


def test_threads_share_a_writer_without_gaps_or_torn_lines(path: Path) -> None:
    with EventWriter(path) as events:

        def write(thread: int) -> None:
            for step in range(300):
                events.metrics(step, {"thread": float(thread)})
                events.log(f"{thread} {step}")

        threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    read = events_of(path)
    assert [event.seq for event in read] == list(range(2400))
    assert all(earlier.t <= later.t for earlier, later in itertools.pairwise(read))


def test_a_second_writer_goes_on_with_seq(path: Path) -> None:
    for attempt in range(3):
        with EventWriter(path) as events:
            events.log(f"attempt {attempt}")
    assert seqs_of(path) == [0, 1, 2]


def test_opening_reads_only_the_end_of_a_large_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = b'{"type":"log","t":1,"seq":0,"message":"x"}\n'
    path.write_bytes(line * 200_000 + b'{"type":"log","t":1,"seq":200000,"message":"x"}\n')
    read: list[int] = []
    real = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, count, offset: read.append(count) or real(fd, count, offset))
    with EventWriter(path) as events:
        events.log("next")
    assert sum(read) <= 4 * MAX_LINE_BYTES
    assert path.read_bytes().splitlines()[-1].startswith(b'{"type":"log"')
    assert msgspec.json.decode(path.read_bytes().splitlines()[-1])["seq"] == 200_001


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_line_torn_anywhere_by_a_killed_writer_leaves_no_gap(path: Path, cut: int) -> None:
    with EventWriter(path) as events:
        events.log("first")
        events.log("second, which will be torn")
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with EventWriter(path) as events:
        events.log("third")
    # Without its newline alone the second event is whole, and kept.
    assert seqs_of(path) == ([0, 1, 2] if cut == 1 else [0, 1])
    assert path.read_bytes().startswith(whole[: whole.index(b"\n") + 1])


@pytest.mark.parametrize("garbage", [b"\x00" * 5000 + b"\n", b"{}\n[1]\nnull\n", b"[" * 50_000 + b"\n", b"\n\n\n"])
def test_lines_of_garbage_at_the_end_do_not_reset_seq(path: Path, garbage: bytes) -> None:
    with EventWriter(path) as events:
        events.log("first")
    with path.open("ab") as file:
        file.write(garbage * 40)
    with EventWriter(path) as events:
        events.log("second")
    assert [event.seq for event in Tail(path).read().events] == [0, 1]


def test_a_file_of_garbage_without_any_newline_is_mended(path: Path) -> None:
    path.write_bytes(b"x" * (3 * MAX_LINE_BYTES))
    with EventWriter(path) as events:
        events.log("first")
    assert seqs_of(path) == [0]


@pytest.mark.parametrize("room", [0, 1, 20, -1])
def test_a_short_write_leaves_no_half_line_and_writing_goes_on_when_there_is_room(
    path: Path, file_size_limit: Callable[[int], None], room: int
) -> None:
    """`room` is what the disk still takes of the line; -1: all but its newline."""
    with EventWriter(path) as events:
        events.log("before")
        (first,) = events_of(path)
        size = path.stat().st_size
        file_size_limit(size + (room if room >= 0 else size - 1))
        for _ in range(2):
            with pytest.raises(OSError) as raised:
                events.write(LogEvent(t=first.t, seq=0, message="before"))
            assert raised.value.errno == errno.EFBIG
            assert path.stat().st_size == size
        file_size_limit(resource.RLIM_INFINITY)
        events.metrics(2, {"loss": 1.0})
        events.log("after")
    assert seqs_of(path) == [0, 1, 2]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small tmpfs")
def test_a_full_disk_loses_no_event_that_was_written(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk], check=False).returncode:
        pytest.skip("no right to mount a tmpfs here")
    try:
        path, ballast = disk / "events.jsonl", disk / "ballast"
        ballast.write_bytes(b"x" * 64 * 1024)
        written = 0
        with EventWriter(path) as events:
            with pytest.raises(OSError) as raised:
                while True:
                    events.log("y" * 1000)
                    written += 1
            assert raised.value.errno == errno.ENOSPC
            assert seqs_of(path) == list(range(written))
            assert path.read_bytes().endswith(b"\n")
            ballast.unlink()
            events.log("room again")
        assert seqs_of(path) == list(range(written + 1))
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_interrupt_between_the_write_and_the_count_leaves_no_gap(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def write_then_interrupt(fd: int, data: bytes) -> int:
        real(fd, data)
        raise KeyboardInterrupt

    with EventWriter(path) as events:
        events.log("zero")
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write_then_interrupt)
            with pytest.raises(KeyboardInterrupt):
                events.log("one: written, but its writer was not told")
        events.log("two")
    assert seqs_of(path) == [0, 1, 2]


def test_a_message_too_long_for_a_line_is_cut(path: Path) -> None:
    with EventWriter(path) as events:
        for message in ("x" * 1_000_000, "\x01" * 1_000_000, "\U0001f600" * 100_000, '"' * 100_000):
            events.log(message)
        events.signal("plateau", message="y" * 100_000)
        events.status("failed", message="z" * 100_000)
    assert max(map(len, path.read_bytes().splitlines(keepends=True))) <= MAX_LINE_BYTES
    read = events_of(path)
    assert len(read) == 6
    for event in read:
        assert event.message.endswith("(cut)")
        assert len(event.message) > 5000
    assert isinstance(read[0], LogEvent)


def test_a_message_with_bytes_that_are_no_text_is_spelled_out(path: Path) -> None:
    with EventWriter(path) as events:
        events.log("no such file: caf\udce9.txt")
    assert events_of(path)[0].message == "no such file: caf\\udce9.txt"


def test_a_sample_too_large_for_a_line_is_refused_without_a_gap(path: Path) -> None:
    with EventWriter(path) as events:
        events.sample(0, {"text": "a"}, {})
        with pytest.raises(ValueError, match="a line holds at most 65,536"):
            events.sample(1, {"text": "x" * 70_000}, {})
        events.sample(2, {"text": "b"}, {})
    read = events_of(path)
    assert [(event.seq, event.step) for event in read if isinstance(event, SampleEvent)] == [(0, 0), (1, 2)]


def test_time_never_goes_back_when_the_clock_does(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1000.0, 1001.0, 401.0, 402.0, 403.0, 1500.0, 1501.0, 1400.0, 1402.0])
    monkeypatch.setattr(writer_module.time, "time", lambda: next(clock))
    with EventWriter(path) as events:
        for step in range(9):
            if step % 2:
                events.log("x")
            else:
                events.metrics(step, {})
    # It stands for a moment, goes on at the clock's pace, and follows the clock once that has caught up.
    assert [event.t for event in events_of(path)] == [1000, 1001, 1001, 1002, 1003, 1500, 1501, 1501, 1503]


def test_time_never_goes_back_behind_an_earlier_writer(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([2000.0, 500.0, 501.0])
    monkeypatch.setattr(writer_module.time, "time", lambda: next(clock))
    for _ in range(2):
        with EventWriter(path) as events:
            events.log("x")
    assert [event.t for event in events_of(path)] == [2000, 2000]


def test_an_event_made_elsewhere_gets_the_next_seq(path: Path) -> None:
    with EventWriter(path) as events:
        events.write(LogEvent(t=5.0, seq=99, message="a"))
        events.write(LogEvent(t=3.0, seq=99, message="b"))
    assert [(event.seq, event.t) for event in events_of(path)] == [(0, 5.0), (1, 5.0)]


def test_closing_twice_is_no_harm(path: Path) -> None:
    events = EventWriter(path)
    events.close()
    events.close()
    with pytest.raises(OSError):
        events.log("too late")
