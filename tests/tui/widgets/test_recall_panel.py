"""Recall of each class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.widgets.gauge import Goal
from tui.widgets.recall_panel import ClassRecall, RecallPanel, in_order

Stage = Callable[..., Any]
HALF = Goal(at_least=0.5)


async def test_a_class_has_a_bar_and_its_target_a_tick(stage: Stage) -> None:
    async with stage(RecallPanel(), (50, 5)) as (app, _):
        app.widget.show([ClassRecall("crossarm", 0.25, HALF), ClassRecall("pole", 0.9)])
        crossarm, pole = app.text().splitlines()[:2]
        assert crossarm.startswith("crossarm") and "0.25" in crossarm and "┃" in crossarm and crossarm.endswith("·")
        assert pole.startswith("pole     ") and "0.9" in pole and "┃" not in pole
        assert pole.count("━") > crossarm.count("━") > 0


async def test_a_reached_target_has_a_tick_and_an_unknown_value_a_dash(stage: Stage) -> None:
    async with stage(RecallPanel(ascii_only=True), (50, 5)) as (app, _):
        app.widget.show([ClassRecall("crossarm", 0.75, HALF), ClassRecall("pole", None, HALF)])
        crossarm, pole = app.text().splitlines()[:2]
        assert crossarm.endswith("+") and crossarm.isascii()
        assert " - " in pole and pole.isascii()


async def test_classes_that_do_not_fit_are_counted(stage: Stage) -> None:
    async with stage(RecallPanel(), (40, 4)) as (app, _):
        app.widget.show([ClassRecall(f"class {number}", 0.5) for number in range(10)])
        assert "and 7 more" in app.text() and "class 2" in app.text() and "class 3" not in app.text()


def test_targets_come_first_and_then_what_is_found_least() -> None:
    classes = [ClassRecall("a", 0.9), ClassRecall("b", 0.1), ClassRecall("c", None), ClassRecall("d", 0.8, HALF)]
    assert [one.label for one in in_order(classes)] == ["d", "c", "b", "a"]
