"""The ends of event files: what is seen of whole lines, however long, and of torn ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.events.schema import LogEvent, ProgressEvent, StatusEvent
from engine.runs.glance import EventFile

BEGIN = b'{"type":"status","t":1,"seq":0,"state":"running"}\n'
STEP = b'{"type":"progress","t":%d,"seq":1,"phase":"training","step":%d,"steps":9}\n'


def seen(path: Path, data: bytes) -> EventFile:
    path.write_bytes(data)
    return EventFile(path)


def test_the_first_and_the_last_event_of_a_kind(tmp_path: Path) -> None:
    with seen(tmp_path / "events", BEGIN + STEP % (2, 1) + STEP % (3, 2)) as file:
        first, last = file.first(StatusEvent), file.last(ProgressEvent)
        assert first is not None
        assert first.state == "running"
        assert file.first(ProgressEvent) is None
        assert last is not None
        assert last.step == 2
        assert file.last_time() == 3


@pytest.mark.parametrize("torn", [b"", b'{"type":"progress","t":9,', b'{"type":"progress"' + b"x" * 200_000])
def test_a_torn_last_line_is_left_out_however_long(tmp_path: Path, torn: bytes) -> None:
    with seen(tmp_path / "events", BEGIN + STEP % (2, 1) + torn) as file:
        last = file.last(ProgressEvent)
        assert last is not None
        assert last.step == 1


@pytest.mark.parametrize("filling", [0, 10, 65_530, 65_536, 131_072, 300_000])
def test_a_line_is_found_wherever_blocks_begin(tmp_path: Path, filling: int) -> None:
    long = b'{"type":"log","t":2,"seq":1,"message":"%s"}\n' % (b"x" * filling)
    with seen(tmp_path / "events", STEP % (1, 1) + long) as file:
        assert file.last(StatusEvent) is None
        found, message = file.last(ProgressEvent), file.last(LogEvent)
        assert found is not None
        assert found.step == 1
        assert message is not None
        assert len(message.message) == filling


def test_the_search_ends_where_it_is_told_to(tmp_path: Path) -> None:
    with seen(tmp_path / "events", STEP % (1, 1) + BEGIN * 10) as file:
        assert file.last(ProgressEvent, within=len(BEGIN) * 10) is None


def test_a_missing_and_an_empty_file_have_nothing(tmp_path: Path) -> None:
    with EventFile(tmp_path / "none") as missing, seen(tmp_path / "empty", b"") as empty:
        for file in (missing, empty):
            assert file.first(StatusEvent) is None
            assert file.last(StatusEvent) is None
            assert file.last_time() is None
            assert file.usual_gap_s() is None
