from pathlib import Path

from engine.runs.heartbeat import Heartbeat, TrainerEvents

from .conftest import lines_of, until


def phases(path: Path) -> list[str]:
    return [line["phase"] for line in lines_of(path) if line["type"] == "progress"]


def test_loading_gives_progress_until_the_task_gives_its_own(tmp_path: Path) -> None:
    events = TrainerEvents(tmp_path / "events.jsonl")
    with Heartbeat(events, "loading", every_s=0.01, at_most_s=60) as events.loading:
        until(lambda: len(phases(events.path)) >= 3, "three beats")
        events.progress("training", 0, 10)
        assert events.loading.silenced.is_set()
        beats = phases(events.path)
        until(lambda: not events.loading._thread.is_alive(), "the beat to end")
    after = phases(events.path)
    assert set(beats[:3]) == {"loading"}
    assert len(after) <= len(beats) + 1
    assert [line["seq"] for line in lines_of(events.path)] == list(range(len(after)))


def test_a_load_that_hangs_falls_silent(tmp_path: Path) -> None:
    events = TrainerEvents(tmp_path / "events.jsonl")
    with Heartbeat(events, "loading", every_s=0.001, at_most_s=0.02) as beat:
        until(lambda: not beat._thread.is_alive(), "the beat to give up")
        assert not beat.silenced.is_set()


def test_a_beat_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    events = TrainerEvents(tmp_path / "events.jsonl")
    events.close()
    with Heartbeat(events, "loading", every_s=0.001, at_most_s=0.02) as beat:
        until(lambda: not beat._thread.is_alive(), "the beat to give up")
