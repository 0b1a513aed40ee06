"""The table of runs: rows, cursor, marks, widths."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tui.widgets.gauge import Goal
from tui.widgets.run_row import columns_for
from tui.widgets.run_table import RunRow, RunTable

Stage = Callable[..., Any]


def row(index: int, **values: Any) -> RunRow:
    plain = RunRow(
        f"run-{index:04d}", f"model{index}", "running", "supervised", 60, 200, 3.0, 10.0, 125.0, "f1", 0.8125,
        Goal(at_least=0.85), (0.1, 0.5, 0.8), "cpu", 2.0,
    )  # fmt: skip
    return replace(plain, **values)


def rows(count: int) -> list[RunRow]:
    return [row(index) for index in range(count)]


async def test_without_runs_it_says_what_to_do(stage: Stage) -> None:
    async with stage(RunTable(empty="no runs yet: press 2")) as (app, pilot):
        assert "no runs yet: press 2" in app.text()
        await pilot.press("down", "space", "enter")
        assert app.widget.highlighted is None
        assert not app.messages


async def test_a_row_says_everything_about_a_run(stage: Stage) -> None:
    async with stage(RunTable(), (160, 6)) as (app, _):
        app.widget.show([row(1)])
        line = app.text().splitlines()[1]
        for text in ("● running", "model1", "30%", "supervised", "3.0/10", "2m05", "f1", "0.8125", "cpu", "now"):
            assert text in line


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (40, ["state", "model", "progress"]),
        (78, ["state", "model", "progress", "left", "metric"]),
        (118, ["state", "model", "progress", "phase", "epoch", "left", "metric", "trend", "device"]),
        (160, ["state", "model", "progress", "phase", "epoch", "left", "metric", "trend", "device", "event"]),
    ],
)
def test_columns_go_by_priority_when_it_gets_narrow(width: int, titles: list[str]) -> None:
    columns = columns_for(width)
    assert [column.title for column, _ in columns] == titles
    assert sum(cells for _, cells in columns) + 2 * (len(columns) - 1) <= width
    assert all(cells >= column.width for column, cells in columns)


async def test_eighty_columns_hold_the_essentials(stage: Stage) -> None:
    async with stage(RunTable(), (80, 6)) as (app, _):
        app.widget.show([row(1, state="stopping")])
        line = app.text().splitlines()[1]
        assert len(line) <= 80
        for text in ("stopping", "model1", "30%", "2m05", "0.8125"):
            assert text in line


async def test_the_cursor_moves_and_says_where_it_is(stage: Stage) -> None:
    async with stage(RunTable()) as (app, pilot):
        app.widget.show(rows(3))
        await pilot.press("down", "down", "down")
        assert app.widget.highlighted == "run-0002"
        await pilot.press("home", "enter")
        assert app.widget.highlighted == "run-0000"
        told = [message.id for message in app.messages if isinstance(message, RunTable.Highlighted)]
        assert told == ["run-0000", "run-0001", "run-0002", "run-0000"]
        assert [message.id for message in app.messages if isinstance(message, RunTable.Chosen)] == ["run-0000"]


async def test_the_cursor_stays_on_its_run_when_rows_move(stage: Stage) -> None:
    async with stage(RunTable()) as (app, pilot):
        app.widget.show(rows(3))
        await pilot.press("down")
        app.messages.clear()
        app.widget.show([row(9), *rows(3)])
        await pilot.pause()
        assert app.widget.highlighted == "run-0001"
        assert not app.messages


async def test_the_cursor_finds_another_run_when_its_own_is_removed(stage: Stage) -> None:
    async with stage(RunTable()) as (app, pilot):
        app.widget.show(rows(3))
        await pilot.press("end", "space")
        app.widget.show(rows(2))
        await pilot.pause()
        assert app.widget.highlighted == "run-0001"
        assert app.widget.marked == frozenset()


async def test_space_marks_and_unmarks(stage: Stage) -> None:
    async with stage(RunTable()) as (app, pilot):
        app.widget.show(rows(3))
        await pilot.press("space", "down", "space")
        assert app.widget.marked == {"run-0000", "run-0001"}
        assert " a ● running" in app.text() and "▸b ● running" in app.text()
        await pilot.press("space")
        assert [message.ids for message in app.messages if isinstance(message, RunTable.Marked)][-1] == {"run-0000"}


async def test_a_thousand_runs_scroll(stage: Stage) -> None:
    async with stage(RunTable(), (80, 12)) as (app, pilot):
        app.widget.show(rows(1000))
        await pilot.press("end")
        assert "model999" in app.text()
        assert "1000/1000" in app.text()
        await pilot.press("pageup", "pageup")
        assert app.widget.highlighted == "run-0979"
        await pilot.press("home")
        assert "model0 " in app.text()


async def test_a_thousand_runs_cost_what_the_visible_ones_do(stage: Stage) -> None:
    def least(count: int) -> float:
        times = []
        for _ in range(20):
            started = time.perf_counter()
            app.widget.show(many[:count])
            times.append(time.perf_counter() - started)
        return min(times)

    many = rows(5000)
    async with stage(RunTable(), (120, 30)) as (app, _):
        few = least(30)
        assert least(5000) < 5 * few + 0.01


async def test_only_cells_that_changed_are_refreshed(stage: Stage) -> None:
    async with stage(RunTable(), (160, 30)) as (app, pilot):
        app.widget.show(rows(20))
        await pilot.pause()
        app.widget._repaint_regions.clear()
        app.widget.show(rows(20))
        assert not app.widget._repaint_regions
        app.widget.show([*rows(19), row(19, epoch=3.1)])
        assert sum(region.area for region in app.widget._repaint_regions) == 1


async def test_ascii_terminals_get_ascii(stage: Stage) -> None:
    async with stage(RunTable(ascii_only=True), (160, 14)) as (app, pilot):
        app.widget.show([row(index, state=state) for index, state in enumerate(("queued", "lost", "done"))])
        await pilot.press("space")
        assert app.text().isascii()


async def test_a_click_moves_the_cursor(stage: Stage) -> None:
    async with stage(RunTable()) as (app, pilot):
        app.widget.show(rows(5))
        await pilot.click(RunTable, offset=(10, 3))
        assert app.widget.highlighted == "run-0002"
