"""Watching one attempt, with a trainer that is not there and a clock that a test moves."""

import signal
from pathlib import Path
from typing import Any

import pytest

from engine.events.writer import EventWriter
from engine.runs import watch as module
from engine.runs.control import StopPoll, request_stop
from engine.runs.paths import RunPaths
from engine.runs.reasons import Reason
from engine.runs.spec import RunPolicy
from engine.runs.watch import Watch

from .conftest import lines_of

POLICY = RunPolicy(hang_after_s=100, stop_grace_s=4, preempt_grace_s=30)


class Clock:
    """Time that passes only in waits; `at` says what happens when."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Trainer:
    """Ends when it is killed, or at `ends_at`."""

    def __init__(self, clock: Clock, ends_at: float = 1e9, code: int = 0) -> None:
        self.clock, self.ends_at, self.code = clock, ends_at, code
        self.pid, self.killed_hard = 1, False
        self.got: list[tuple[float, Any]] = []

    def finished(self) -> int | None:
        if self.killed_hard:
            return -signal.SIGKILL
        return self.code if self.clock.now >= self.ends_at else None

    def ask_to_leave(self) -> None:
        self.got.append((self.clock.now, "asked"))

    def dump_stacks(self) -> None:
        self.got.append((self.clock.now, "stacks"))

    def signal_group(self, number: signal.Signals) -> None:
        self.got.append((self.clock.now, number))

    def kill(self) -> None:
        self.got.append((self.clock.now, "killed"))
        self.killed_hard = True


class Signals:
    """Waits by moving the clock; then does what stands in `plan` for that time."""

    def __init__(self, clock: Clock, plan: dict[float, Any]) -> None:
        self.clock, self.plan, self.terminate = clock, plan, ""

    def wait(self, timeout_s: float) -> None:
        self.clock.now += timeout_s
        for due in [time for time in self.plan if time <= self.clock.now]:
            self.plan.pop(due)()


class Scene:
    """One watch with everything it touches."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self.paths, self.clock = RunPaths(root), clock
        self.plan: dict[float, Any] = {}
        self.signals = Signals(clock, self.plan)
        self.trainer = Trainer(clock)
        self.said: list[tuple[str, str]] = []
        self.troubles: list[float] = []
        self.events = EventWriter(self.paths.events)

    def at(self, seconds: float, action: Any) -> None:
        self.plan[1000.0 + seconds] = action

    def play(self) -> tuple[int, Any]:
        watch = Watch(
            self.trainer,  # type: ignore[arg-type]
            self.paths,
            POLICY,
            self.signals,  # type: ignore[arg-type]
            StopPoll(self.paths),
            EventWriter(self.paths.status),
            lambda state, message: self.said.append((state, message)),
            lambda: self.troubles.append(self.clock.now - 1000.0),
        )
        return watch.until_it_ends()

    def happened(self) -> list[tuple[float, Any]]:
        return [(round(time - 1000.0, 1), what) for time, what in self.trainer.got]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    clock = Clock()
    monkeypatch.setattr(module.time, "monotonic", clock.monotonic)
    return Scene(tmp_path, clock)


def test_it_runs_from_the_first_event_to_the_end(scene: Scene) -> None:
    scene.at(1, lambda: scene.events.progress("loading", 0, 0))
    scene.trainer.ends_at = 1003.0
    assert scene.play() == (0, None)
    assert scene.said == [("running", "")]
    assert scene.trainer.got == []


def test_a_trainer_that_ignores_stop_now_gets_term_after_the_grace_and_then_kill(scene: Scene) -> None:
    scene.at(1, lambda: request_stop(scene.paths, now=True))
    code, verdict = scene.play()
    assert code == -signal.SIGKILL
    assert verdict[0] is Reason.STOPPED
    assert scene.said == [("stopping", "asked to stop now")]
    happened = scene.happened()
    assert happened[0][1] is signal.SIGTERM
    assert 4.9 <= happened[0][0] <= 5.3
    assert happened[-1][1] == "killed"
    assert happened[-1][0] <= 5.8


def test_stop_after_the_step_is_never_forced(scene: Scene) -> None:
    scene.at(1, lambda: request_stop(scene.paths))
    scene.trainer.ends_at = 1090.0
    assert scene.play() == (0, None)
    assert scene.trainer.got == []


def test_stop_now_after_stop_after_the_step_takes_effect(scene: Scene) -> None:
    scene.at(1, lambda: request_stop(scene.paths))
    scene.at(50, lambda: request_stop(scene.paths, now=True))
    _, verdict = scene.play()
    assert verdict[0] is Reason.STOPPED
    assert scene.happened()[-1][0] <= 55.0
    assert [state for state, _ in scene.said] == ["stopping"]


def test_a_worker_that_is_told_to_end_asks_its_trainer_once_and_gives_it_time(scene: Scene) -> None:
    scene.at(1, lambda: setattr(scene.signals, "terminate", "SIGTERM"))
    scene.trainer.ends_at = 1020.0
    scene.trainer.code = 21
    assert scene.play() == (21, None)
    assert [what for _, what in scene.happened()] == ["asked"]
    assert scene.said == [("stopping", "the worker got SIGTERM")]


def test_a_trainer_that_does_not_leave_a_preempted_worker_is_ended(scene: Scene) -> None:
    scene.at(1, lambda: setattr(scene.signals, "terminate", "SIGTERM"))
    _, verdict = scene.play()
    assert verdict[0] is Reason.PREEMPTED
    assert 31.0 <= scene.happened()[-1][0] <= 32.0


def test_silence_is_a_signal_first_and_a_hang_later(scene: Scene) -> None:
    scene.at(1, lambda: scene.events.progress("training", 1, 10))
    _, verdict = scene.play()
    assert verdict[0] is Reason.HANG
    assert [what for _, what in scene.happened()][:2] == ["stacks", signal.SIGTERM]
    assert scene.happened()[0][0] >= 100
    signals = [line for line in lines_of(scene.paths.status) if line["type"] == "signal"]
    assert [line["kind"] for line in signals] == ["stalled"]


def test_events_keep_a_hang_away(scene: Scene) -> None:
    for second in range(1, 400, 9):
        scene.at(second, lambda: scene.events.progress("training", 1, 10))
    scene.trainer.ends_at = 1400.0
    assert scene.play() == (0, None)
    assert not [line for line in lines_of(scene.paths.status) if line["type"] == "signal"]


def test_figures_come_every_few_seconds(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.devices, "figures", lambda pid: {"process/memory_mib": float(pid)})
    monkeypatch.setattr(module.devices, "disk_figures", lambda root: {})
    scene.trainer.ends_at = 1021.0
    scene.play()
    figures = [line for line in lines_of(scene.paths.status) if line["type"] == "system"]
    assert [line["values"] for line in figures] == [{"process/memory_mib": 1.0}] * 4


def test_a_disk_that_is_full_does_not_end_the_watching(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(pid: int) -> dict[str, float]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.devices, "figures", full)
    scene.trainer.ends_at = 1021.0
    assert scene.play() == (0, None)


def test_a_hot_device_and_a_full_disk_are_signals_told_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.devices, "figures", lambda pid: {"cuda:0/temperature_c": 94.0})
    monkeypatch.setattr(
        module.devices, "disk_figures", lambda root: {"disk/free_mib": 400.0, "disk/total_mib": 10_240.0}
    )
    scene.trainer.ends_at = 1021.0
    scene.play()
    signals = [line for line in lines_of(scene.paths.status) if line["type"] == "signal"]
    assert [(line["kind"], line.get("metric", ""), line["message"]) for line in signals] == [
        ("disk_nearly_full", "", "400 MiB of 10.0 GiB left"),
        ("device_too_hot", "cuda:0", "cuda:0 is at 94 °C"),
    ]
    assert len(scene.troubles) == 2
