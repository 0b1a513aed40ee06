"""A run that is over, in the console as if it were live."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import InputError, NotFoundError
from engine.runs.state import look
from engine.workspace import Workspace
from tui.replay.replay import open_replay

RUN = "20261120-143408-utility-ner-7f3a"


@pytest.fixture
def done(workspace: Workspace, record: Callable[..., Any]) -> Workspace:
    """A run of 320 s that is done."""
    worker = record(RUN, state="done", done_epochs=8.0, best=0.93).play()
    worker.paths.report.with_suffix(".md").write_text("# report")
    return workspace


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_it_is_live_and_then_it_is_done(done: Workspace) -> None:
    with open_replay(done, "@latest", 400) as replay:
        replay.start()
        states = []

        def over() -> bool:
            view = look(replay.paths, now=replay.now())
            states.append(view.state)
            return view.is_over

        until(over)
        assert "running" in states and states[-1] == "done" and "stalled" not in states
        assert replay.paths.events.read_bytes() == (done.runs / RUN / "events.jsonl").read_bytes()
        assert replay.paths.status.read_bytes() == (done.runs / RUN / "status.jsonl").read_bytes()
        assert replay.paths.report.with_suffix(".md").read_text() == "# report"
        assert replay.note == f"replay ×400 of {RUN}"
    assert not replay.workspace.root.exists()


def test_a_run_whose_worker_was_killed_ends_as_lost(workspace: Workspace, record: Callable[..., Any]) -> None:
    record(RUN).play()
    with open_replay(workspace, RUN[:12], 1e5) as replay:
        assert look(replay.paths, now=replay.now()).state == "queued"
        replay.start()
        until(lambda: look(replay.paths, now=replay.now()).state == "lost")


def test_a_picture_stands_just_before_the_end(done: Workspace) -> None:
    with open_replay(done, RUN, 20) as replay:
        replay.stand_before_the_end()
        view = look(replay.paths, now=replay.now())
        assert (view.state, view.score) == ("running", pytest.approx(0.9225, abs=1e-3))


def test_what_cannot_be_played_is_a_sentence(done: Workspace, record: Callable[..., Any]) -> None:
    record("20261120-150000-utility-ner-0001").hold().play()
    for name, speed, error, said in [
        ("@latest", 20.0, InputError, "and not over; watch it live"),
        ("nobody", 20.0, NotFoundError, "no run 'nobody'"),
        (RUN, 0.0, InputError, "--speed 0 cannot be played; give 0.01 to 1e+06"),
        (RUN, float("nan"), InputError, "--speed nan"),
    ]:
        with pytest.raises(error, match=said.replace("+", r"\+")):
            open_replay(done, name, speed)


@pytest.mark.slow
async def test_the_console_says_that_it_is_a_replay_and_changes_nothing(
    done: Workspace, console: Any, shows: Any, until: Any
) -> None:
    with open_replay(done, RUN, 200) as replay:
        app = console(workspace=replay.workspace, now=replay.now, replay=replay.note, readonly=True, remember=False)
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await until(pilot, lambda: "queued" in shows(app))
            replay.start()
            await until(pilot, lambda: "running" in shows(app))
            assert shows(app).startswith(" REPLAY ") and "replay ×200 of 2026" in shows(app)
            await until(pilot, lambda: "✓ done" in shows(app) and "target 0.85 reached" in shows(app))
            await pilot.press("r", "s", "6")
            assert app.current_mode == "monitor" and len(app.screen_stack) == 1
