"""Playing lines at a speed, with a clock that a test moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.runs.locks import is_locked
from engine.runs.paths import RunPaths
from tui.replay.player import Player
from tui.replay.recording import RecordedLine
from tui.replay.worker import FakeWorker

T = 1_795_000_000.0


class Stage:
    """A player of events at these seconds."""

    def __init__(self, root: Path, *seconds: float, speed: float = 10.0) -> None:
        self.paths, self.clock, self.handed_over = RunPaths(root), 100.0, False
        lines = (RecordedLine(T + second, False, f"{second:g}\n".encode()) for second in seconds)
        worker = FakeWorker(self.paths).hold()
        self.player = Player(
            worker, lines, speed, clock=lambda: self.clock, before_the_end=self.hand_over, longest_wait_s=2.0
        )

    def hand_over(self) -> None:
        self.handed_over = True

    def at(self, clock_s: float) -> float | None:
        self.clock = 100.0 + clock_s
        return self.player.step()

    @property
    def played(self) -> list[float]:
        return [float(line) for line in self.paths.events.read_text().split()] if self.paths.events.exists() else []

    @property
    def now(self) -> float:
        return self.player.now() - T


@pytest.fixture
def stage(tmp_path: Path) -> type:
    return lambda *seconds, **facts: Stage(tmp_path, *seconds, **facts)  # type: ignore[return-value]


def test_time_goes_as_fast_as_it_is_told(stage: type) -> None:
    it = stage(0, 5, 10, 12)
    assert it.at(0) == pytest.approx(0.5) and it.played == [0]
    assert it.at(0.49) == pytest.approx(0.01) and it.played == [0]
    assert it.at(0.6) == pytest.approx(0.4) and it.played == [0, 5]
    assert it.now == pytest.approx(6)


def test_time_waits_for_what_is_not_played_yet(stage: type) -> None:
    it = stage(0, 5, 10, 30)
    assert it.now == 0
    it.at(0)
    it.clock += 50
    assert it.now == 5


def test_late_steps_lose_no_time(stage: type) -> None:
    it = stage(0, 5, 10, 30)
    it.at(0)
    assert it.at(1.1) is not None and it.played == [0, 5, 10]
    assert it.now == pytest.approx(11)


def test_a_long_wait_is_cut_short_and_time_jumps(stage: type) -> None:
    it = stage(0, 3600, 3605)
    assert it.at(0) == pytest.approx(2.0)
    assert it.at(1) == pytest.approx(1.0) and it.now == pytest.approx(10)
    assert it.at(2.0) == 0.0 and it.now == pytest.approx(3600)
    it.at(2.05)
    assert it.played == [0, 3600]
    it.at(2.5)
    assert it.played == [0, 3600, 3605]


def test_in_the_end_the_worker_is_gone_and_time_goes_as_on_the_wall(stage: type) -> None:
    it = stage(0, 1)
    it.at(0)
    assert is_locked(it.paths.lock) and not it.handed_over
    assert it.at(0.1) is None
    assert it.handed_over and not is_locked(it.paths.lock)
    it.clock += 5
    assert it.now == pytest.approx(6)


def test_a_run_without_lines_ends_at_once(stage: type) -> None:
    assert stage().at(0) is None


def test_one_step_is_bounded(stage: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.replay.player.MOST_LINES", 3)
    it = stage(*range(10), speed=1e6)
    assert it.at(1) == 0.0 and len(it.played) == 3
    for _ in range(3):
        it.at(1)
    assert it.played == list(range(10))
