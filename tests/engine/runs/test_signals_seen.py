"""Signals of live runs, read as they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.events.writer import EventWriter
from engine.runs.paths import RunPaths
from engine.runs.signals_seen import KEPT, SignalsSeen, signal_lines


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    return RunPaths(tmp_path / "20261120-143408-utility-ner-7f3a")


def kinds(seen: SignalsSeen, paths: RunPaths, *, over: bool = False) -> list[str]:
    return [event.kind for event in seen.of(paths, over=over)]


def test_each_is_found_once_it_is_written(paths: RunPaths) -> None:
    seen = SignalsSeen()
    with EventWriter(paths.events) as events:
        events.signal("plateau")
        assert kinds(seen, paths) == ["plateau"]
        events.metrics(1, {"loss": 0.5})
        events.signal("target_reached")
        assert kinds(seen, paths) == ["plateau", "target_reached"]
        assert kinds(seen, paths, over=True) == ["plateau", "target_reached"]


def test_a_run_that_was_over_when_it_was_first_seen_is_not_read(paths: RunPaths) -> None:
    with EventWriter(paths.events) as events:
        events.signal("diverged")
    assert kinds(SignalsSeen(), paths, over=True) == []


def test_a_torn_line_waits_for_its_end(paths: RunPaths) -> None:
    seen = SignalsSeen()
    with EventWriter(paths.events) as events:
        events.signal("plateau")
    whole = paths.events.read_bytes()
    paths.events.write_bytes(whole[:-10])
    assert kinds(seen, paths) == []
    paths.events.write_bytes(whole)
    assert kinds(seen, paths) == ["plateau"]


def test_only_the_newest_are_kept(paths: RunPaths) -> None:
    seen = SignalsSeen()
    with EventWriter(paths.events) as events:
        for step in range(3 * KEPT):
            events.signal("plateau", step=step)
    assert [event.step for event in seen.of(paths, over=False)] == list(range(2 * KEPT, 3 * KEPT))


def test_a_look_reads_no_more_than_its_share(paths: RunPaths) -> None:
    with EventWriter(paths.events) as events:
        events.signal("diverged")
        for step in range(1_000):
            events.metrics(step, {"loss": 0.5})
        events.signal("plateau")
    size = paths.events.stat().st_size
    assert [event.kind for event in signal_lines(paths, 0, most_bytes=2_000)[1]] == ["plateau"]
    assert signal_lines(paths, 0, most_bytes=2_000)[0] == size


def test_a_file_that_was_begun_anew_is_read_on_from_its_end(paths: RunPaths) -> None:
    seen = SignalsSeen()
    with EventWriter(paths.events) as events:
        events.metrics(1, {"loss": 0.5, "accuracy": 0.25})
        seen.of(paths, over=False)
    paths.events.write_bytes(b"")
    assert kinds(seen, paths) == []
    with EventWriter(paths.events) as events:
        events.signal("plateau")
    assert kinds(seen, paths) == ["plateau"]


def test_without_a_file_there_are_none(paths: RunPaths) -> None:
    seen = SignalsSeen()
    assert kinds(seen, paths) == []
    with EventWriter(paths.events) as events:
        events.signal("plateau")
    assert kinds(seen, paths) == ["plateau"]
    seen.forget(paths.id)
    assert kinds(seen, paths, over=True) == []
