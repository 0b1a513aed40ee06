"""What Monitor does with runs: shows them as they are, and stops and resumes them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.events.schema import MetricsEvent, ProgressEvent
from engine.runs.control import stop_requested
from engine.runs.paths import RunPaths
from engine.tasks.contract import Stop

NOW = 1_795_185_600.0
RUN = "20261120-143408-utility-ner-7f3a"


def footer(app: Any) -> str:
    from tui.screens.bars import ActionBar

    return app.screen.query_one(ActionBar).render().plain


async def test_an_empty_workspace_says_what_to_do(console: Any, until: Any, shows: Any) -> None:
    app = console()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "No runs in this workspace yet" in shows(app))
        assert "Press 2" in shows(app)


async def test_readonly_has_no_action_that_changes_anything(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(readonly=True, now=lambda: NOW)
    async with app.run_test(size=(140, 40)) as pilot:
        await until(pilot, lambda: app.snapshot.complete and "running" in shows(app))
        assert "Stop" not in footer(app) and "Details" in footer(app)
        await pilot.press("s", "6")
        await pilot.pause()
        assert app.current_mode == "monitor" and len(app.screen_stack) == 1
        assert "6 Label" not in shows(app)


async def test_a_run_that_appears_is_shown(record: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "No runs" in shows(app))
        record(RUN).hold().play()
        await until(pilot, lambda: "● running" in shows(app))


async def test_new_points_reach_the_chart(record: Any, console: Any, until: Any, shows: Any) -> None:
    worker = record(RUN).hold().play(100)
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "train" in shows(app) and app.snapshot.details)
        worker.say(MetricsEvent(t=NOW, seq=0, step=999, epoch=9.0, values={"loss": 0.4321}))
        await until(pilot, lambda: "0.4321" in shows(app))


@pytest.mark.slow
async def test_a_killed_worker_is_shown_as_lost(record: Any, console: Any, until: Any, shows: Any) -> None:
    worker = record(RUN).hold().play()
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "● running" in shows(app))
        worker.die()
        await until(pilot, lambda: "? lost" in shows(app))
        assert "Resume" in footer(app) and "Stop" not in footer(app)


async def test_a_directory_that_is_no_run_hides_no_other(
    utility: Any, workspace: Any, console: Any, until: Any, shows: Any
) -> None:
    broken = RunPaths(workspace.runs / "20261120-150000-utility-broken-dead")
    broken.root.mkdir()
    broken.status.write_bytes(b"\xff\xfe garbage\n{]\n")
    broken.events.write_bytes(b"\0" * 70_000)
    broken.spec.write_text("]: not yaml")
    (workspace.runs / "notes.txt").write_text("no run")
    app = console(now=lambda: NOW)
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, lambda: app.snapshot.complete and "● running" in shows(app))
        assert len(app.snapshot.runs) == 7
        await until(pilot, lambda: shows(app).count("done") >= 2)
        for _ in range(6):
            await pilot.press("down")
        await pilot.press("enter")
        await pilot.pause()
        assert app.is_running


@pytest.mark.parametrize(("presses", "asked"), [(("enter",), Stop.AFTER_STEP), (("down", "enter"), Stop.NOW)])
async def test_stop_asks_the_run_in_the_chosen_way(
    utility: Any, workspace: Any, console: Any, until: Any, shows: Any, presses: tuple[str, ...], asked: Stop
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "● running" in shows(app))
        await pilot.press("s")
        await until(pilot, lambda: "Stop ner 7f3a?" in shows(app))
        await pilot.press(*presses)
        await until(pilot, lambda: stop_requested(RunPaths(workspace.runs / RUN)) is asked)
        await until(pilot, lambda: "stopping" in shows(app))


@pytest.mark.parametrize("presses", [("escape",), ("down", "down", "down", "enter")])
async def test_stop_can_be_thought_better_of(
    utility: Any, workspace: Any, console: Any, until: Any, shows: Any, presses: tuple[str, ...]
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "● running" in shows(app))
        await pilot.press("s")
        await until(pilot, lambda: "Stop ner 7f3a?" in shows(app))
        await pilot.press(*presses)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert stop_requested(RunPaths(workspace.runs / RUN)) is Stop.NO


async def test_a_failed_resume_is_told_in_a_sentence(record: Any, console: Any, until: Any, shows: Any) -> None:
    worker = record(RUN, state="stopped", reason="stopped by user").play()
    worker.paths.spec.write_text("]: not yaml")
    app = console()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: "■ stopped" in shows(app))
        await pilot.press("r")
        await until(pilot, lambda: "not a readable run specification" in shows(app))


async def test_only_one_pane_fits_a_small_terminal_and_p_changes_it(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW, read_figures=lambda: {"cpu/utilisation_percent": 3.0})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "validation" in shows(app))
        await pilot.press("p")
        await until(pilot, lambda: "Log of ner 7f3a" in shows(app) and "target reached" in shows(app))
        assert "validation" not in shows(app) and "Smooth" not in footer(app)
        await pilot.press("p")
        await until(pilot, lambda: "util" in shows(app))
        await pilot.press("p")
        await until(pilot, lambda: "validation" in shows(app))


async def test_charts_share_zoom_axis_and_cursor(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "0.8815" in shows(app))
        await pilot.press("x", "plus", "e", "y", "left")
        await pilot.pause()
        charts = app.screen.panes.wall.charts
        assert len(charts) == 2 and charts[0].view == charts[1].view
        view = charts[0].view
        assert (view.axis, view.log, view.smoothing) == ("epoch", True, 0.6)
        assert view.window is not None and view.cursor is not None
        assert "Clear" in footer(app)
        await pilot.press("escape")
        await pilot.pause()
        assert charts[1].view.cursor is None


async def test_marked_runs_are_drawn_beside_the_highlighted_one(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(140, 40)) as pilot:
        await until(pilot, lambda: "0.8815" in shows(app))
        await pilot.press("down", "down", "space", "up", "up")
        await until(pilot, lambda: "ner 90be 0.9279" in shows(app) and "ner 7f3a 0.8815" in shows(app))


@pytest.mark.slow
async def test_two_consoles_at_once_show_the_same_runs(
    utility: Any, console: Any, until: Any, shows: Any, tmp_path: Path
) -> None:
    app = console(now=lambda: NOW)
    picture = tmp_path / "other.svg"
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: len(app.snapshot.details) == 6 and app.snapshot.complete)
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tui", "--workspace", str(utility.root), "--screenshot", str(picture)
        )
        assert await other.wait() == 0
        polls = app.feed.polls
        await until(pilot, lambda: app.feed.polls > polls + 1)
        assert "● running" in shows(app) and len(app.snapshot.runs) == 6
    # The other console's clock is today's, so the recorded run has long been silent for it.
    text = picture.read_text()
    assert "stalled" in text and text.count("done") >= 2 and "0.8815" in text


@pytest.mark.slow
async def test_nothing_is_spoken_while_nothing_changes(
    utility: Any, console: Callable[..., Any], until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: len(app.snapshot.details) == 6 and app.snapshot.complete)
        polls = app.feed.polls
        taken = app.snapshot
        await until(pilot, lambda: app.feed.polls > polls + 4)
        assert app.snapshot is taken


async def test_progress_moves_the_bar(record: Any, console: Any, until: Any, shows: Any) -> None:
    worker = record(RUN).hold().play()
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "● running" in shows(app))
        worker.say(ProgressEvent(t=NOW, seq=0, phase="polishing", step=420, steps=424, epoch=7.9, epochs=8, rate=2.0))
        await until(pilot, lambda: "polishing" in shows(app) and "99%" in shows(app) and "2s" in shows(app))
