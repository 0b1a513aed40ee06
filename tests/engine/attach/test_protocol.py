"""Lines between a console and a workspace: what is read back, and what is refused."""

from __future__ import annotations

import binascii
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.attach.protocol import (
    CHUNK_BYTES,
    MAX_LINE_BYTES,
    Answer,
    Chunk,
    Facts,
    Following,
    Have,
    Hello,
    Runs,
    Stop,
    Taken,
    Want,
    read_from_console,
    read_from_workspace,
    to_line,
)
from engine.errors import InputError


@given(st.binary(max_size=5000))
def test_bytes_of_a_file_come_through_as_they_are(data: bytes) -> None:
    chunk = Chunk(run="r", file="events", mark="m", offset=0, data=data.decode("latin-1"))
    line = to_line(chunk)
    assert line.count(b"\n") == 1 and read_from_workspace(line) == chunk


def test_a_chunk_of_the_worst_bytes_is_no_longer_than_a_line_may_be() -> None:
    for data in ("\x00" * CHUNK_BYTES, "\xff" * CHUNK_BYTES, '"' * CHUNK_BYTES):
        chunk = Chunk(run="r", file="log", mark="m", offset=0, data=data)
        assert len(to_line(chunk)) < MAX_LINE_BYTES and read_from_workspace(to_line(chunk)) == chunk


def test_events_are_packed() -> None:
    events = "".join(f'{{"type":"metrics","t":{t}.5,"step":{t},"values":{{"loss":0.{t}}}}}\n' for t in range(900))
    line = to_line(Chunk(run="r", file="events", mark="m", offset=0, data=events))
    assert len(line) < len(events) / 4


@given(st.binary(max_size=300))
def test_garbage_is_refused_and_nothing_else_happens(line: bytes) -> None:
    for read in (read_from_console, read_from_workspace):
        try:
            read(line)
        except InputError:
            continue


@given(st.integers(min_value=0, max_value=200))
def test_a_cut_line_is_refused(end: int) -> None:
    line = to_line(Want(selected=[Following("r", {"events": Have("m", 7, 7, 1)})], visible=["r"] * 20))
    with pytest.raises(InputError):
        read_from_console(line[: min(end, len(line) - 3)])


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"want","selected":[' + b",".join([b'{"run":"r"}'] * 17) + b"]}",
        b'{"type":"stop","id":1,"run":"' + b"r" * 300 + b'","way":"now"}',
        b'{"type":"stop","id":1,"run":"r","way":"rm -rf"}',
        b'{"type":"taken","count":-1}',
        b'{"type":"chunk","run":"r","file":"../../etc/passwd","mark":"","offset":0}',
        b'{"type":"runs","changed":[{"id":"r","state":"splendid"}]}',
        b"[" * 100_000,
        b"~" + binascii.b2a_base64(zlib.compress(b" " * (MAX_LINE_BYTES + 1), wbits=-15), newline=False),
        b"~" + binascii.b2a_base64(zlib.compress(b'{"type":"ping"}', wbits=-15)[:-3], newline=False),
        b"~!!!!",
    ],
)
def test_what_goes_beyond_the_bounds_is_refused(line: bytes) -> None:
    for read in (read_from_console, read_from_workspace):
        with pytest.raises(InputError):
            read(line)


def test_what_only_one_side_says_is_refused_from_the_other() -> None:
    with pytest.raises(InputError):
        read_from_console(to_line(Hello()))
    with pytest.raises(InputError):
        read_from_workspace(to_line(Stop(id=1, run="r", way="now")))


def test_a_field_that_did_not_change_is_not_sent() -> None:
    line = to_line(Runs(changed=[Facts(id="r", score=None)]))
    assert msgspec.json.decode(line) == {"type": "runs", "changed": [{"id": "r", "score": None}]}


def test_a_few_events_cost_less_than_they_do_on_the_disk() -> None:
    events = "".join(
        f'{{"type":"metrics","t":1795308624.4{step},"seq":{step},"step":{step},"values":{{"loss":0.{step}7}}}}\n'
        for step in (501, 502)
    )
    chunk = Chunk(run="20261122-005024-external-alpha-6e22", file="events", mark="fe00.378", offset=9876, data=events)
    assert len(to_line(chunk)) < len(events)


def test_short_news_are_plain() -> None:
    assert to_line(Taken(count=5)) == b'{"type":"taken","count":5}\n'
    assert read_from_workspace(to_line(Answer(id=3, text="done"))) == Answer(id=3, text="done")


def test_a_step_that_no_number_of_a_screen_can_hold_is_refused() -> None:
    steps = b'{"type":"runs","changed":[{"id":"r","progress":{"t":1,"phase":"x","steps":7,"step":%s}}]}\n'
    assert isinstance(read_from_workspace(steps % b"7"), Runs)
    with pytest.raises(InputError):
        read_from_workspace(steps % (b"9" * 400))
