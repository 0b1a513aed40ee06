"""The log: follows, pauses, survives what programs print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.theme import Role
from tui.widgets.log_tail import LogTail

Stage = Callable[..., Any]


def numbered(first: int, count: int) -> list[str]:
    return [f"line {index}" for index in range(first, first + count)]


async def test_it_follows_the_end(stage: Stage) -> None:
    async with stage(LogTail(), (40, 5)) as (app, _):
        app.widget.append(numbered(0, 100))
        assert app.text().splitlines() == numbered(95, 5)


async def test_scrolling_up_holds_the_view_still_until_the_end_key(stage: Stage) -> None:
    async with stage(LogTail(), (60, 5)) as (app, pilot):
        app.widget.append(numbered(0, 100))
        await pilot.press("up", "up")
        assert not app.widget.following
        assert app.text().splitlines()[0] == "line 93"
        app.widget.append(numbered(100, 10))
        assert app.text().splitlines()[0] == "line 93"
        assert "12 more lines below" in app.text()
        await pilot.press("end")
        assert app.widget.following
        assert app.text().splitlines()[-1] == "line 109"


async def test_the_first_line_that_is_kept_can_be_reached(stage: Stage) -> None:
    async with stage(LogTail(keep=50), (40, 5)) as (app, pilot):
        app.widget.append(numbered(0, 100))
        await pilot.press("home")
        assert app.text().splitlines()[0] == "line 50"
        await pilot.press("pagedown")
        assert app.text().splitlines()[0] == "line 54"


async def test_progress_bars_of_libraries_collapse_to_their_last_state(stage: Stage) -> None:
    async with stage(LogTail(), (40, 5)) as (app, _):
        app.widget.append(["10%\r20%\r100%\r\n", "a\x1b[31mred\x07"])
        assert app.text().splitlines()[:2] == ["100%", "a[31mred"]


async def test_a_huge_line_is_cut(stage: Stage) -> None:
    async with stage(LogTail(), (40, 5)) as (app, _):
        app.widget.append(["x" * 10_000_000])
        assert app.text().splitlines()[0] == "x" * 39 + "…"


async def test_another_run_replaces_the_lines(stage: Stage) -> None:
    async with stage(LogTail(), (40, 5)) as (app, _):
        app.widget.append(numbered(0, 3))
        app.widget.show([[("warning ", Role.WARNING), ("low", Role.TEXT)]])
        assert app.text().strip() == "warning low"
        app.widget.show([])
        assert "nothing logged yet" in app.text()


async def test_an_empty_batch_draws_nothing(stage: Stage) -> None:
    async with stage(LogTail(), (40, 5)) as (app, pilot):
        app.widget.append(numbered(0, 3))
        await pilot.pause()
        app.widget._repaint_regions.clear()
        app.widget.append([])
        assert not app.widget._repaint_regions
