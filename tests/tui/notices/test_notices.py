"""Notices in the console, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.events.schema import SignalEvent, StatusEvent
from engine.workspace import Workspace
from tui.notices.seen import Seen

from .conftest import NOW

RUN = "20261120-143408-utility-ner-7f3a"
FAILED = "20261120-093011-utility-ner-e5a8"


@pytest.fixture
def evening(workspace: Workspace) -> None:
    """The last console was closed four hours ago."""
    Seen(workspace.root).advance(NOW - 15_000)


async def test_a_run_that_fails_is_told_and_counted_until_the_list_is_opened(
    record: Any, console: Any, until: Any, shows: Any
) -> None:
    clock = [NOW]
    worker = record(RUN).hold().play()
    app = console(now=lambda: clock[0])
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: "running" in shows(app))
        assert shows(app).startswith(" finetop ")
        clock[0] += 300
        failed = StatusEvent(t=clock[0], seq=0, state="failed", reason="bad data", message="row 7 [bold] is torn")
        worker.say(SignalEvent(t=clock[0] - 1, seq=0, kind="diverged", metric="loss", message="the loss is nan"))
        worker.say(failed, status=True)
        worker.die()
        await until(pilot, lambda: "bad data: row 7 [bold] is" in " ".join(shows(app).split()))
        assert shows(app).startswith(" w 2 new  ")
        await pilot.press("w")
        await until(pilot, lambda: "What happened" in shows(app) and "target reached" in shows(app))
        assert app.unseen == 0
        await pilot.press("escape")
        await until(pilot, lambda: shows(app).startswith(" finetop "))


async def test_after_a_night_the_list_says_what_ended_and_enter_goes_there(
    utility: Workspace, evening: None, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.unseen == 5)
        await pilot.press("5")
        await until(pilot, lambda: app.current_mode == "models")
        await pilot.press("f12")
        await until(pilot, lambda: "while you were away, since" in shows(app))
        assert "since 10:30" in shows(app) and "before" in shows(app)
        await pilot.press("down", "down", "down", "down", "down", "down", "up")
        await until(pilot, lambda: FAILED in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1 and app.screen.table.highlighted == FAILED)


async def test_a_click_chooses_and_a_second_goes(
    utility: Workspace, evening: None, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW, readonly=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.unseen == 5)
        await pilot.click("MenuBar", offset=(3, 0))
        await until(pilot, lambda: "while you were away" in shows(app))
        for _ in range(2):
            await pilot.click("NoticeList", offset=(5, 3))
            await pilot.pause()
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.current_mode == "monitor"


async def test_where_nothing_happened_the_list_says_what_would_stand_there(
    workspace: Workspace, console: Any, until: Any, shows: Any
) -> None:
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.snapshot.complete)
        await pilot.press("w")
        await until(pilot, lambda: "Nothing happened yet." in shows(app))
        assert "Enter" not in shows(app).splitlines()[-1]
        await pilot.press("enter", "down", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_in_a_field_w_is_a_letter_and_f12_opens_the_list(
    workspace: Workspace, console: Any, until: Any, shows: Any
) -> None:
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until(pilot, lambda: app.current_mode == "validate" and app.screen.query("Input"))
        app.screen.query("Input").first().focus()
        await pilot.press("w")
        assert len(app.screen_stack) == 1
        await pilot.press("f12")
        await until(pilot, lambda: "What happened" in shows(app))


async def test_the_cursor_stays_on_its_notice_when_others_come(
    utility: Workspace, console: Callable[..., Any], until: Any, shows: Any, record: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: len(app.teller.notices) == 7)
        await pilot.press("w", *["down"] * 5)
        await until(pilot, lambda: FAILED in shows(app))
        worker = record("20261120-143500-utility-ner-aaaa").play()
        worker.say(StatusEvent(t=NOW + 1, seq=0, state="failed", reason="hang"), status=True)
        await until(pilot, lambda: "ner aaaa" in shows(app))
        assert FAILED in shows(app)
