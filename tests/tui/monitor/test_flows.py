"""Monitor, by keyboard: filter, order, pins, marks, logs, events, differences, clones, and stopping several."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.errors import InputError
from engine.runs.control import kill_requested, stop_requested
from engine.runs.paths import RunPaths
from engine.tasks.contract import Stop
from tui.monitor.pins import pins_file, read_pins
from tui.places.local import LocalPlace
from tui.places.place import StopWay

NOW = 1_795_185_600.0
RUN = "20261120-143408-utility-ner-7f3a"
QUEUED = "20261120-143409-utility-embeddings-c21d"


def rows(text: str) -> int:
    """Runs in the table."""
    states = "running|queued|done|failed|stopped|stopping|lost|starting|stalled"
    return len(re.findall(rf"^.{{3}}\S ({states})\b", text, re.M))


def footer(app: Any) -> str:
    from tui.screens.bars import ActionBar

    return app.screen.query_one(ActionBar).render().plain


@pytest.mark.slow
async def test_a_filter_is_written_completed_and_cleared(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("slash", *"sta")
        # A word that may become a field filters nothing yet.
        await until(pilot, lambda: "Tab completes  status:" in shows(app) and rows(shows(app)) == 6)
        await pilot.press("tab", *"fai")
        await until(pilot, lambda: "1 of 6" in shows(app) and rows(shows(app)) == 1)
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is app.screen.table and "Esc shows every run" in shows(app))
        assert "Clear" in footer(app)
        await pilot.press("escape")
        await until(pilot, lambda: rows(shows(app)) == 6 and "of 6" not in shows(app))
        assert app.focused is app.screen.table


@pytest.mark.slow
async def test_a_bad_filter_says_what_is_wrong_and_what_stands_before_it_counts(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("slash", *"task:ner colour:red x")
        await until(pilot, lambda: "character 10: there is no field 'colour'" in shows(app) and rows(shows(app)) == 4)
        await pilot.press("escape")
        await until(pilot, lambda: rows(shows(app)) == 6)


@pytest.mark.slow
async def test_a_filter_that_matches_nothing_says_so_and_leaves_the_keys_alone(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("slash", *"nobody ", "enter")
        await until(pilot, lambda: "no run matches the filter" in shows(app) and "0 of 6" in shows(app))
        await pilot.press("escape")
        await until(pilot, lambda: rows(shows(app)) == 6)


@pytest.mark.slow
async def test_pins_stay_on_top_and_outlive_the_console(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("end", "b")
        await until(pilot, lambda: "▴ ■ stopped" in shows(app).splitlines()[2])
        await until(pilot, lambda: read_pins(pins_file(), utility.root))
    again = console(now=lambda: NOW)
    async with again.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "▴ ■ stopped" in shows(again))
        assert "▴ ■ stopped" in shows(again).splitlines()[2]
        await pilot.press("home", "b")
        await until(pilot, lambda: not read_pins(pins_file(), utility.root))
    assert not list(utility.root.glob("**/monitor.json"))


async def test_the_order_is_changed_and_shown(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("a")
        await until(pilot, lambda: "model▾" in shows(app))
        await pilot.press("a")
        await until(pilot, lambda: "metric▾" in shows(app))
        await pilot.press("a", "a")
        await until(pilot, lambda: "▾" not in shows(app))


@pytest.mark.slow
async def test_marks_have_letters_survive_a_filter_and_go_at_once(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("space", "down", "down", "space", "down", "space")
        await until(pilot, lambda: "▸c ✓ done" in shows(app))
        await pilot.press("slash", *"embed ", "enter")
        await until(pilot, lambda: "2 of 6" in shows(app))
        assert set(app.screen.table.marks.values()) == {0, 1, 2}
        await pilot.press("escape", "u")
        await until(pilot, lambda: not app.screen.table.marks and "▸c" not in shows(app))


@pytest.mark.slow
async def test_only_eight_runs_can_be_marked(record: Any, console: Any, until: Any, shows: Any) -> None:
    for number in range(9):
        record(f"20261120-14340{number}-utility-ner-000{number}", state="queued").play()
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: len(app.screen.table.rows if app.screen.table else ()) == 9)
        for _ in range(9):
            await pilot.press("space", "down")
        await until(pilot, lambda: "Eight runs are marked" in shows(app))
        assert len(app.screen.table.marks) == 8


@pytest.mark.slow
async def test_the_log_is_searched_and_narrowed(utility: Any, console: Any, until: Any, shows: Any) -> None:
    RunPaths(utility.runs / RUN).log.write_text("loading [b]weights[/b]\nprogress 1%\rprogress 100%\n")
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("l")
        await until(pilot, lambda: "loading [b]weights[/b]" in shows(app) and "progress 100%" in shows(app))
        assert "progress 1%" not in shows(app) and "Next" not in footer(app)
        await pilot.press("slash", *"CHECKPOINT", "enter")
        await until(pilot, lambda: '"CHECKPOINT": 1 of 6' in shows(app) and "Next" in footer(app))
        await pilot.press("n", "n", "N")
        await until(pilot, lambda: "2 of 6" in shows(app))
        await pilot.press("w", "w")
        await until(pilot, lambda: "nothing of warnings and errors" in shows(app))
        await pilot.press("slash", *"x", "escape")
        await until(pilot, lambda: "warnings and errors" in shows(app) and '"x"' not in shows(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_log_of_a_run_without_one_is_empty(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: rows(shows(app)) >= 4)
        await pilot.press("l")
        await until(pilot, lambda: "lines, everything" in shows(app))


async def test_an_event_is_chosen_and_the_cursor_stands_there(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "0.8815" in shows(app))
        await pilot.press("m")
        await until(pilot, lambda: "target reached: f1" in shows(app) and "5 checkpoints" in shows(app))
        while "▸" not in next(line for line in shows(app).splitlines() if "target reached" in line):
            await pilot.press("up")
            await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "at 265" in shows(app))
        await pilot.press("m", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_settings_of_marked_runs_are_compared(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("d")
        assert len(app.screen_stack) == 1  # one run differs from nothing
        await pilot.press("space", "down", "d")
        await until(
            pilot, lambda: "What differs between 2 runs" in shows(app) and "sentence-similarity" in shows(app)
        )
        assert "epochs" not in shows(app).partition("What differs")[2].partition("╰")[0]


async def test_the_full_chart_has_all_figures_beside_it(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "0.8815" in shows(app))
        await pilot.press("f", "left", "e")
        await until(pilot, lambda: "lowest" in shows(app) and "highest" in shows(app) and "ema 0.6" in shows(app))
        assert "precision" in shows(app) and "learning rate" in shows(app) and rows(shows(app)) == 0
        await pilot.press("escape", "escape")
        await until(pilot, lambda: rows(shows(app)) == 6 and "lowest" not in shows(app))


async def test_a_clone_opens_train_with_the_settings(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    taken: list[Any] = []
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        app.action_open = lambda mode: taken.append((mode, app.clone_run))
        await pilot.press("c")
        await until(pilot, lambda: taken)
    assert (taken[0][0], taken[0][1].id, taken[0][1].config["epochs"]) == ("train", RUN, 8)


@pytest.mark.slow
async def test_several_marked_runs_are_stopped_at_once(
    utility: Any, workspace: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("space", "down", "space", "down", "s")
        await until(pilot, lambda: "Stop 2 runs?" in shows(app) and "ner 7f3a, embeddings c21d" in shows(app))
        await pilot.press("down", "enter")
        asked = [RunPaths(workspace.runs / run) for run in (RUN, QUEUED)]
        await until(pilot, lambda: all(stop_requested(paths) is Stop.NOW for paths in asked))
        await until(pilot, lambda: shows(app).count("◕ stopping") == 2 and "2 runs were asked" in shows(app))


@pytest.mark.slow
async def test_a_kill_that_cannot_be_done_is_told_and_the_state_stays_true(
    utility: Any, workspace: Any, console: Any, until: Any, shows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.runs import killing

    monkeypatch.setattr(killing, "ANSWER_WITHIN_S", 0.1)
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        await pilot.press("s", "down", "down", "enter")
        # The worker of a recorded run says nothing of itself in its lock.
        await until(pilot, lambda: "nobody knows which process works" in shows(app))
        await until(pilot, lambda: "◕ stopping" in shows(app))
        assert kill_requested(RunPaths(workspace.runs / RUN))


@pytest.mark.slow
async def test_readonly_offers_no_clone_and_no_stop_but_filters_and_reads(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW, readonly=True)
    async with app.run_test(size=(200, 60)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        for absent in ("Stop", "Clone", "Resume"):
            assert absent not in footer(app)
        await pilot.press("c", "s", "slash", *"status:done ", "enter")
        await until(pilot, lambda: "2 of 6" in shows(app) and app.current_mode == "monitor")


async def test_an_empty_workspace_offers_no_filter(console: Any, until: Any, shows: Any) -> None:
    app = console()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "No runs in this workspace yet" in shows(app))
        assert "Filter" not in footer(app) and "Sort" not in footer(app)
        await pilot.press("slash", "a", "b", "m", "l", "d", "u")
        await pilot.pause()
        assert len(app.screen_stack) == 1


def test_the_place_answers_in_sentences(utility: Any) -> None:
    place = LocalPlace(utility)
    assert "was asked to stop after this step" in place.stop(RUN, StopWay.AFTER_STEP)
    assert place.spec(RUN).model == "ner"
    assert "0.9012" in place.report("20261120-111532-utility-ner-90be")
    with pytest.raises(InputError, match="has no report"):
        place.report(RUN)
    with pytest.raises(InputError, match="is done"):
        place.resume("20261120-111532-utility-ner-90be")
    assert next(line.text for line in place.log(RUN)) == "queued"


async def test_a_report_that_comes_late_covers_no_other_screen(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    from tui.screens.monitor_deeds import ReportRead

    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: rows(shows(app)) == 6)
        monitor = app.screen
        app.action_open("validate")
        await until(pilot, lambda: app.screen is not monitor)
        monitor.post_message(ReportRead(RUN, "# Late"))
        await pilot.pause(0.2)
        assert len(app.screen_stack) == 1
