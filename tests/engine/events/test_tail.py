"""A tail gives every whole line once, whatever happens to the file."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.events.schema import MAX_LINE_BYTES, Event, LogEvent, MetricsEvent, ProgressEvent
from engine.events.tail import Tail, read_first, read_last
from engine.events.writer import EventWriter

LINES = st.sampled_from(
    [
        b'{"type":"log","t":1.5,"seq":0,"message":"hello"}',
        b'{"type":"metrics","t":2,"seq":1,"step":3,"values":{"loss":0.5,"gone":null}}',
        b'{"seq":1,"t":2,"message":"the type comes last","type":"log"}',
        b'{"type":"log","t":1,"seq":2,"message":"of a newer protocol","colour":"red"}',
        b'{"type":"picture","t":1,"seq":2}',
        b'{"type":"status","t":1,"seq":2,"state":"dreaming"}',
        b'{"type":"log","t":1,"seq":2',
        b"\xff\xfe garbage \x00",
        b"",
        b"null",
        b"[" * 5000,
        b"9" * (MAX_LINE_BYTES + 10),
        b'{"type":"log","t":1,"seq":2,"message":"' + b"x" * (MAX_LINE_BYTES - 42) + b'"}',
        b'{"type":"log","t":1,"seq":2,"message":"' + b"x" * (MAX_LINE_BYTES - 41) + b'"}',
    ]
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def read_all(tail: Tail, **bounds: float) -> tuple[list[Event], int]:
    events: list[Event] = []
    skipped = 0
    while True:
        batch = tail.read(**bounds)  # type: ignore[arg-type]
        assert not batch.restarted
        events += batch.events
        skipped += batch.skipped
        if batch.at_end:
            return events, skipped


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(lines=st.lists(LINES, max_size=12), chunks=st.lists(st.integers(1, 3000), max_size=30), torn=LINES)
def test_any_chunking_of_the_bytes_gives_the_same_events(
    tmp_path: Path, lines: list[bytes], chunks: list[int], torn: bytes
) -> None:
    path = tmp_path / "chunked.jsonl"
    path.unlink(missing_ok=True)
    data = b"".join(line + b"\n" for line in lines) + torn
    tail = Tail(path)
    events: list[Event] = []
    skipped = at = 0
    for size in [*chunks, len(data)]:
        with path.open("ab") as file:
            file.write(data[at : at + size])
        at += size
        more, more_skipped = read_all(tail)
        events += more
        skipped += more_skipped
    once = Tail(path).read(max_seconds=60)
    assert events == once.events
    assert skipped == once.skipped
    assert len(events) + skipped == len(lines)
    with path.open("ab") as file:
        file.write(b"\n")
    more, more_skipped = read_all(tail)
    assert len(more) + more_skipped == 1


def test_a_line_that_just_fits_is_an_event_and_one_byte_more_is_not(path: Path) -> None:
    start, end = b'{"type":"log","t":1,"seq":2,"message":"', b'"}\n'
    fits = start + b"x" * (MAX_LINE_BYTES - len(start) - len(end)) + end
    path.write_bytes(fits + fits.replace(b"x", b"xx", 1))
    batch = Tail(path).read()
    assert (len(batch.events), batch.skipped) == (1, 1)


def test_unknown_types_and_values_are_counted_and_unknown_fields_ignored(path: Path) -> None:
    path.write_bytes(
        b'{"type":"log","t":1,"seq":0,"message":"a","field of tomorrow":[1,{}]}\n'
        b'{"type":"event of tomorrow","t":1,"seq":1}\n'
        b'{"type":"status","t":1,"seq":2,"state":"hibernating"}\n'
        b'{"type":"metrics","t":1,"seq":3,"step":99999999999999999999,"values":{}}\n'
        b"not JSON\n"
    )
    batch = Tail(path).read()
    assert [event.seq for event in batch.events] == [0]
    assert batch.skipped == 4


def test_a_missing_file_has_no_events_until_it_is_there(path: Path) -> None:
    tail = Tail(path)
    assert tail.read().at_end
    with EventWriter(path) as events:
        events.log("here")
    batch = tail.read()
    assert (len(batch.events), batch.restarted) == (1, False)


def test_a_torn_line_is_read_once_its_end_comes(path: Path) -> None:
    path.write_bytes(b'{"type":"log","t":1,')
    tail = Tail(path)
    assert tail.read() == tail.read()
    assert tail.read().at_end
    with path.open("ab") as file:
        file.write(b'"seq":0,"message":"whole"}\n')
    batch = tail.read()
    assert [event.message for event in batch.events if isinstance(event, LogEvent)] == ["whole"]
    assert batch.skipped == 0


def test_a_writer_that_cuts_a_torn_line_away_is_not_taken_for_another_file(path: Path) -> None:
    with EventWriter(path) as events:
        events.log("first")
    with path.open("ab") as file:
        file.write(b'{"type":"log","t":1,"seq":1,"mess')
    tail = Tail(path)
    assert len(tail.read().events) == 1
    with EventWriter(path) as events:
        batch = tail.read()
        assert (batch.events, batch.restarted, batch.at_end) == ([], False, True)
        events.log("second")
    batch = tail.read()
    assert [event.seq for event in batch.events] == [1]
    assert not batch.restarted


def write_logs(path: Path, *messages: str) -> None:
    with EventWriter(path) as events:
        for message in messages:
            events.log(message)


def test_a_truncated_file_is_read_from_its_start(path: Path) -> None:
    write_logs(path, "a", "b")
    tail = Tail(path)
    tail.read()
    path.write_bytes(b"")
    write_logs(path, "c")
    batch = tail.read()
    assert batch.restarted
    assert len(batch.events) == 1


def test_a_truncated_file_that_has_grown_past_the_offset_is_noticed(path: Path) -> None:
    write_logs(path, "a")
    tail = Tail(path)
    tail.read()
    path.write_bytes(b"")
    write_logs(path, "a longer one", "and more", "and more")
    batch = tail.read()
    assert batch.restarted
    assert len(batch.events) == 3


def test_a_replaced_file_is_read_from_its_start(path: Path) -> None:
    write_logs(path, "a", "b")
    tail = Tail(path)
    tail.read()
    other = path.with_name("other")
    write_logs(other, "c", "d", "e")
    other.replace(path)
    batch = tail.read()
    assert batch.restarted
    assert len(batch.events) == 3
    assert not tail.read().restarted


def test_a_read_is_bounded_by_count(path: Path) -> None:
    write_logs(path, *map(str, range(25)))
    tail = Tail(path)
    sizes = []
    while not (batch := tail.read(max_events=10)).at_end:
        sizes.append(len(batch.events))
    assert [*sizes, len(batch.events)] == [10, 10, 5]


def test_a_read_is_bounded_by_time_and_yet_goes_on(path: Path) -> None:
    write_logs(path, *map(str, range(1000)))
    tail = Tail(path)
    first = tail.read(max_seconds=0)
    assert 0 < len(first.events) < 1000
    assert not first.at_end
    rest, _ = read_all(tail, max_seconds=0)
    assert len(first.events) + len(rest) == 1000


def test_an_unchanged_file_costs_a_stat_and_is_not_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_logs(path, "a")
    tail = Tail(path)
    tail.read()

    def refuse(*_: object) -> int:
        raise AssertionError("opened")

    monkeypatch.setattr(os, "open", refuse)
    assert tail.read().at_end


def test_a_gigabyte_without_a_newline_is_passed_over_in_bounded_steps(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)
    tail = Tail(path)
    started = time.monotonic()
    batch = tail.read(max_seconds=0.05)
    assert time.monotonic() - started < 5
    assert batch.events == []
    assert not batch.at_end


def test_first_and_last_event_are_read_from_the_ends_alone(path: Path) -> None:
    with EventWriter(path) as events:
        events.run("id")
        events.progress("training", 1, 2)
        for step in range(5000):
            events.metrics(step, {"loss": 1.0})
        events.log("the end")
    with path.open("ab") as file:
        file.write(b"garbage\n" + b'{"type":"log","torn')
    first, last = read_first(path), read_last(path)
    assert first is not None and first.seq == 0
    assert isinstance(last, LogEvent)
    last_metrics = read_last(path, MetricsEvent)
    assert isinstance(last_metrics, MetricsEvent) and last_metrics.step == 4999
    assert read_last(path, ProgressEvent) is None
    assert read_last(path, ProgressEvent, max_bytes=1 << 30) is not None


def test_a_file_without_an_event_has_neither_first_nor_last(path: Path) -> None:
    assert read_first(path) is None
    assert read_last(path) is None
    path.write_bytes(b'garbage\n{"type":"log"')
    assert read_first(path) is None
    assert read_last(path) is None
