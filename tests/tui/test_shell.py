"""The frame of the console: footer, help, commands and changed keys."""

from __future__ import annotations

from typing import Any

import pytest

from tui.actions.keymap import keymap_of
from tui.remembered import Remembered, recall, remember
from tui.theme import THEME_TITLES, settings_name, textual_name

NOW = 1_795_185_600.0
pytestmark = pytest.mark.slow


@pytest.fixture
def opened(utility: Any, console: Any, until: Any, shows: Any) -> Any:
    """Opens the console on the recorded runs."""

    def make(**options: Any) -> Any:
        app = console(now=lambda: NOW, **options)

        async def ready(pilot: Any) -> None:
            await until(pilot, lambda: "● running" in shows(app))

        return app, ready

    return make


def footer(shows: Any, app: Any) -> str:
    return str(shows(app)).splitlines()[-1]


async def test_help_names_the_keys_of_the_focused_pane_first(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened()
    async with app.run_test(size=(120, 60)) as pilot:
        await ready(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: "Table of runs" in shows(app))
        text = shows(app)
        order = [
            text.index(heading)
            for heading in ("Table of runs", "│ Runs   ", "│ Charts   ", "│ Screens  ", "│ Console  ")
        ]
        assert order == sorted(order)
        assert "Esc Close" in footer(shows, app)
        await pilot.press("escape")
        await until(pilot, lambda: "Table of runs" not in shows(app))


async def test_help_works_in_a_window_too(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("s")
        await until(pilot, lambda: "Stop ner 7f3a?" in shows(app) and "? Help" in footer(shows, app))
        await pilot.press("question_mark")
        await until(pilot, lambda: "Take the entry" in shows(app))
        await pilot.press("question_mark", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 2)


async def test_a_command_is_found_by_its_words_and_done(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+p", *"after this step")
        await until(pilot, lambda: [command.title for command in app.screen.shown] == ["Stop"])
        await pilot.press("enter")
        await until(pilot, lambda: "Stop ner 7f3a?" in shows(app))


async def test_what_cannot_be_done_now_is_no_command(opened: Any, until: Any) -> None:
    app, ready = opened(readonly=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        titles = {command.title for command in app.screen.shown}
        assert not titles & {"Stop", "Resume", "Label", "Curate"}
        assert {"Details", "Data", "Train", "Validate", "Help", "Quit"} <= titles
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_commands_go_to_screens_and_change_colours(opened: Any, until: Any, tmp_path: Any) -> None:
    kept = tmp_path / "state" / "console.json"
    app, ready = opened(keep_theme=lambda theme: remember(kept, Remembered(theme)))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("colon", *"colours blind li", "enter")
        await until(pilot, lambda: app.theme == textual_name("colour-blind-light"))
        await until(pilot, lambda: recall(kept).theme == "colour-blind-light")
        await pilot.press("colon", *"versions", "enter")
        await until(pilot, lambda: app.current_mode == "models")


async def test_a_command_can_be_chosen_with_the_mouse(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+p", *"details")
        await until(pilot, lambda: app.screen.shown and app.screen.shown[0].title == "Details")
        await pilot.click("#commands", offset=(5, 0))
        await until(pilot, lambda: "Specification" in shows(app))


async def test_the_key_for_colours_goes_through_all_of_them(opened: Any) -> None:
    app, ready = opened()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        seen = []
        for _ in THEME_TITLES:
            await pilot.press("t")
            seen.append(settings_name(app.theme))
        assert sorted(seen) == sorted(THEME_TITLES)


async def test_a_changed_key_works_and_is_shown_everywhere(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened(keymap=keymap_of({"monitor.stop": "S", "app.models": "M", "runs.details": "i"}))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: " S Stop " in footer(shows, app))
        assert " i Details " in footer(shows, app) and " M Models " in shows(app).splitlines()[0]
        await pilot.press("s")
        await pilot.press("question_mark")
        await until(pilot, lambda: "S          Stop" in shows(app))
        await pilot.press("escape")
        await pilot.press("ctrl+p", *"after this step")
        await until(pilot, lambda: "S  Stop the run" in shows(app))
        await pilot.press("escape", "S")
        await until(pilot, lambda: "Stop ner 7f3a?" in shows(app))


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_the_footer_is_one_line_and_always_has_help(opened: Any, until: Any, shows: Any, width: int) -> None:
    app, ready = opened()
    async with app.run_test(size=(width, 24)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: "? Help" in footer(shows, app))
        said = footer(shows, app)
        assert len(said) <= width and said.startswith(" s Stop") and said.endswith("q Quit")


async def test_the_footer_follows_what_the_runs_do(opened: Any, until: Any, shows: Any, record: Any) -> None:
    app, ready = opened()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert "Resume" not in footer(shows, app)
        await pilot.press("end")
        await until(pilot, lambda: " r Resume " in footer(shows, app) and "Stop" not in footer(shows, app))


async def test_the_footer_does_what_is_clicked(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: "Space Mark" in footer(shows, app))
        await pilot.click("ActionBar", offset=(footer(shows, app).index("Mark"), 0))
        await until(pilot, lambda: app.screen.table.marked)


async def test_while_a_field_takes_letters_no_letter_is_offered(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened(keymap=keymap_of({"app.help": "H"}))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("Input"))
        app.screen.query("Input").first().focus()
        await until(pilot, lambda: "F10 Quit" in footer(shows, app))
        assert "Help" not in footer(shows, app)


async def test_keys_that_may_not_arrive_are_told(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened(keymap=keymap_of({"monitor.stop": "ctrl+b"}))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await ready(pilot)
        await until(pilot, lambda: "tmux takes ctrl+b" in shows(app))


async def test_without_colour_no_cell_has_one(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, ready = opened()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        for _ in range(2):
            for strip in app.screen._compositor.render_strips():
                for _, style, _ in strip:
                    colours = (style.color, style.bgcolor) if style is not None else ()
                    assert all(colour is None or colour.is_default for colour in colours)
            await pilot.press("t")


async def test_ctrl_c_says_how_to_quit(opened: Any, until: Any, shows: Any) -> None:
    app, ready = opened()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "q closes the console" in shows(app))
