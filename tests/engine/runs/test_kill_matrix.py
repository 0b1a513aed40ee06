"""{trainer, worker, console} × {TERM, HUP, INT, KILL} × every delicate moment, with real processes."""

from __future__ import annotations

import os
import pty
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from engine.runs.handle import RunHandle
from engine.runs.launchers import launch
from engine.runs.leases import Ticket, slots_for
from engine.runs.locks import is_locked
from engine.runs.paths import RunPaths
from engine.tasks.noop.train import model_value

from .conftest import Bench, processes_of, until

SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL]
HALTS: dict[str, dict[str, Any]] = {
    "before a checkpoint": {"checkpoint": "before"},
    "during a checkpoint": {"checkpoint": "during"},
    "during its rename": {"checkpoint": "renaming"},
    "after a checkpoint": {"pause": "after"},
    "during evaluation": {"pause": "evaluation"},
    "during the test": {"report": {"loss": 0.5}},
}
MOMENTS = [*HALTS, "while queued"]
CONSOLE = """
import sys, time
from pathlib import Path
from engine.runs.launchers import launch
from engine.runs.paths import RunPaths
from engine.runs.state import look
run = RunPaths(Path(sys.argv[1]))
launch(run)
told = None
while True:
    view = look(run)
    if view.state != told:
        told = view.state
        print(view.state, flush=True)
    time.sleep(0.02)
"""


def script(moment: str) -> list[dict[str, Any]]:
    if moment == "after a checkpoint":
        return [{"report": {"loss": 1.0}}, {"checkpoint": True}, HALTS[moment], {"evaluate": {"score": 0.7}}]
    middle = HALTS.get(moment, {"report": {"loss": 0.5}})
    return [
        {"report": {"loss": 1.0}},
        {"checkpoint": True},
        {"report": {"loss": 0.9}},
        middle,
        {"evaluate": {"score": 0.7}},
    ]


def uninterrupted_value(steps: int) -> int:
    value = 13
    for step in range(1, steps + 1):
        value = (value * 31 + step) % 1_000_003
    return value


@dataclass
class Terminal:
    """A console in a terminal of its own."""

    pid: int
    screen: int

    @classmethod
    def open(cls, run: RunPaths) -> Terminal:
        pid, screen = pty.fork()
        if pid == 0:
            # A shell in the background starts its jobs with SIGINT ignored, nohup with SIGHUP; a terminal does not.
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.execv(sys.executable, [sys.executable, "-c", CONSOLE, str(run.root)])
        return cls(pid, screen)

    def end(self, number: signal.Signals) -> None:
        """HUP as it really comes: the terminal is closed."""
        if number is signal.SIGHUP:
            os.close(self.screen)
        else:
            os.kill(self.pid, number)
        os.waitpid(self.pid, 0)
        if number is not signal.SIGHUP:
            os.close(self.screen)

    def drain(self) -> bool:
        """Read what it printed, so that it is not held up."""
        with suppress(OSError):
            return bool(os.read(self.screen, 65536))
        return False


def cases() -> list[Any]:
    return [
        pytest.param(victim, number, moment, id=f"{victim}-{number.name}-{moment.replace(' ', '-')}")
        for victim in ("trainer", "worker", "console")
        for number in SIGNALS
        for moment in MOMENTS
        if not (victim == "trainer" and moment == "while queued")
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("victim", "number", "moment"), cases())
def test_whoever_is_killed_the_state_is_true_and_the_run_ends_as_if_nothing_had_been(
    bench: Bench, victim: str, number: signal.Signals, moment: str
) -> None:
    run = bench.make(script(moment), pause_in_test=moment == "during the test")
    handle = RunHandle(run)
    slot = None
    if moment == "while queued":
        ticket = Ticket("somebody-else", slots_for("cpu"))
        slot = ticket.try_take()
        assert slot is not None
    terminal = None
    if victim == "console":
        terminal = Terminal.open(run)
        until(lambda: terminal.drain() and is_locked(run.lock), "the console to launch the run")
    else:
        launch(run)
    if slot is None:
        bench.wait_halted(run)
    else:
        until(lambda: handle.state == "queued", "the run to be queued")

    if terminal is not None:
        terminal.end(number)
    else:
        pid = bench.pid_of(run, victim)
        os.kill(pid, number)
        if number is not signal.SIGHUP:
            until(lambda: pid not in processes_of(run), "the process to end")

    ends_worker = victim == "worker" and number is not signal.SIGHUP
    if ends_worker:
        view = handle.wait(20)
        if number is signal.SIGKILL:
            assert (view.state, view.reason) == ("lost", "worker killed")
        else:
            assert (view.state, view.reason) == ("stopped", "preempted")
        if slot is not None:
            slot.release()
            slot = None
        bench.assert_nobody_left(run)
        bench.go(run)
        handle.resume()
    else:
        assert handle.state in ("queued", "starting", "running", "stalled")
        bench.go(run)
        if slot is not None:
            slot.release()

    view = handle.wait(30)
    assert (view.state, view.reason, view.message) == ("done", "done", "")
    bench.assert_nothing_left(run)
    ends_trainer = victim == "trainer" and number is not signal.SIGHUP
    assert view.attempt == (2 if ends_worker or ends_trainer else 1)
    assert model_value(run.root) == uninterrupted_value(len(script(moment)))
    starts = [event for event in bench.events(run) if event["type"] == "run"]
    if (ends_trainer or ends_worker) and moment != "while queued":
        # Whoever could answer saved the step it was at; whoever was killed left what was staged completely.
        saved = 4 if number is not signal.SIGKILL or moment == "during its rename" else 2
        saved = {"after a checkpoint": min(saved, 3), "during the test": 2}.get(moment, saved)
        assert [start.get("resumed_step") for start in starts] == [None, saved]
