"""With --ascii no cell of any screen holds another character, and with --readonly nothing that changes is there."""

from __future__ import annotations

from typing import Any

import pytest

from tui.actions import MENU, actions_of

NOW = 1_795_185_600.0
SCREENS = [action.name.removeprefix("open('").removesuffix("')") for action in MENU]


def strange(text: str) -> list[str]:
    """The lines with what no ASCII terminal shows."""
    # The end of a scroll bar's thumb is Textual's own.
    return [line for line in text.splitlines() if not line.translate(dict.fromkeys(map(ord, "▁▂▃▄▅▆▇"))).isascii()]


@pytest.mark.slow
async def test_every_screen_is_ascii(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW, ascii_only=True, labeller="ada")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "7f3a" in shows(app), "the runs")
        found = {}
        for screen in SCREENS:
            app.action_open(screen)
            for moment in range(4):
                await pilot.pause(0.1)
                found |= {f"{screen} {moment}": lines for lines in [strange(shows(app))] if lines}
        assert not any(found.values()), "\n".join(sorted({line for lines in found.values() for line in lines}))


@pytest.mark.slow
async def test_every_window_of_monitor_is_ascii(utility: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW, ascii_only=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "7f3a" in shows(app), "the runs")
        found = {}
        for key in ("s", "l", "m", "question_mark", "ctrl+p", "w", "enter"):
            await pilot.press(key)
            await until(pilot, lambda: len(app.screen_stack) == 2, f"the window of {key}")
            await pilot.pause(0.2)
            found[key] = strange(shows(app))
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)
        assert not any(found.values()), "\n".join(sorted({line for lines in found.values() for line in lines}))


@pytest.mark.slow
async def test_readonly_has_no_action_that_changes_anything(
    utility: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW, readonly=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "7f3a" in shows(app), "the runs")
        left = []
        for screen in SCREENS:
            app.action_open(screen)
            await pilot.pause(0.1)
            for action in (*actions_of(screen), *actions_of("app")):
                name, _, arguments = action.name.partition("(")
                given = (arguments.rstrip(")").strip("'"),) if arguments else ()
                owner = app if action.place == "app" else app.screen
                if action.changes and owner.check_action(name, given):
                    left.append(f"{screen}: {action.id}")
        assert left == []
