"""Pictures of the screens. After a change of looks: look at the new ones, then `pytest --snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from engine.events.schema import MetricsEvent
from engine.runs.spec import Target

DETECTOR = "20261120-131200-utility-yolo-51aa"
NOW = 1_795_185_600.0
SIZES = [(80, 24), (120, 40), (200, 60)]
HOST = {"cpu/utilisation_percent": 31.0, "host/memory_used_mib": 9830.0, "host/memory_total_mib": 64215.0}


@pytest.fixture
def picture(snap_compare: Callable[..., bool], console: Any, until: Any, shows: Any) -> Any:
    """Compares the console on the recorded workspace with its picture, after some keys."""

    def compare(
        size: tuple[int, int], *keys: str, ready: Callable[[Any], object] | None = None, **options: Any
    ) -> bool:
        app = console(now=lambda: NOW, read_figures=lambda: dict(HOST), **options)
        app.theme = "finetop-dark"

        async def run(pilot: Any) -> None:
            await until(pilot, lambda: len(app.snapshot.details) == 6 and app.snapshot.complete, "the first look")
            await until(pilot, lambda: "0.8815" in shows(app) and "util" in shows(app) + " util" * (size[1] < 34))
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            if ready is not None:
                await until(pilot, lambda: ready(app), "the screen")
            await pilot.pause()

        return snap_compare(app, terminal_size=size, run_before=run)

    return compare


@pytest.fixture(autouse=True)
def _the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of the workspace is part of the picture."""
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/poles/workspace")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_monitor(utility: Any, picture: Any, size: tuple[int, int]) -> None:
    assert picture(size)


def test_monitor_with_smoothing_and_a_value_cursor(utility: Any, picture: Any) -> None:
    assert picture((120, 40), "e", "e", "left", "left", "left")


def test_monitor_compares_marked_runs(utility: Any, picture: Any) -> None:
    assert picture(
        (120, 40),
        "down",
        "down",
        "space",
        "up",
        "up",
        ready=lambda app: len(app.screen.panes.wall.charts[0]._scene.curves) > 2,
    )


def test_monitor_in_ascii(utility: Any, picture: Any) -> None:
    assert picture((120, 40), ascii_only=True)


def test_monitor_of_an_empty_workspace(snap_compare: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW, read_figures=lambda: dict(HOST))
    app.theme = "finetop-dark"

    async def run(pilot: Any) -> None:
        await until(pilot, lambda: "Press 2" in shows(app) and "30 %" in shows(app))

    assert snap_compare(app, terminal_size=(120, 40), run_before=run)


def test_stop_says_what_each_way_keeps(utility: Any, picture: Any) -> None:
    assert picture((120, 40), "s")


def test_help_lists_the_keys_that_work(utility: Any, picture: Any) -> None:
    assert picture((120, 40), "question_mark")


def test_report_is_a_page(utility: Any, picture: Any) -> None:
    assert picture((120, 40), "down", "down", "o", ready=lambda app: len(app.screen_stack) == 2)


def test_details_show_where_values_come_from(utility: Any, picture: Any) -> None:
    assert picture(
        (120, 40), "enter", ready=lambda app: "Configuration" in str(app.screen.query_one("#details-text").content)
    )


def test_validate_marks_entities_with_their_confidence(
    utility: Any, snap_compare: Any, console: Any, until: Any, shows: Any, fake_model: Any
) -> None:
    app = console(now=lambda: NOW)
    app.theme = "finetop-dark"

    async def run(pilot: Any) -> None:
        await until(pilot, lambda: app.snapshot.complete)
        await pilot.press("4")
        await until(pilot, lambda: "ner 90be" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Ready on cpu" in shows(app))
        await pilot.press(*"Keep 18 feet from the pole.", "enter")
        await until(pilot, lambda: "0.97" in shows(app))
        app.screen.set_focus(None)

    assert snap_compare(app, terminal_size=(120, 40), run_before=run)


def test_validate_draws_the_boxes_on_the_image(
    record: Any,
    snap_compare: Any,
    console: Any,
    until: Any,
    shows: Any,
    fake_model: Any,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detector = record(DETECTOR, model="yolo", task="object-detection", headline="map50_95", state="done", best=0.64)
    detector.play().paths.model.mkdir()
    monkeypatch.chdir(tmp_path)
    Image.linear_gradient("L").resize((128, 96)).convert("RGB").save("scene.png")
    app = console(now=lambda: NOW)
    app.theme = "finetop-dark"

    async def run(pilot: Any) -> None:
        await until(pilot, lambda: app.snapshot.complete and "done" in shows(app))
        await pilot.press("v")
        await until(pilot, lambda: "Ready on cpu" in shows(app))
        app.screen.query_one("#first").value = "scene.png"
        await pilot.press("enter")
        await until(pilot, lambda: "crossarm 0.83" in shows(app))
        app.screen.set_focus(None)

    assert snap_compare(app, terminal_size=(120, 40), run_before=run)


def test_monitor_of_a_detector_shows_the_recall_of_each_class(
    record: Any, snap_compare: Any, console: Any, until: Any, shows: Any
) -> None:
    detector = record(
        DETECTOR,
        model="yolo",
        task="object-detection",
        headline="map50_95",
        more_targets=(Target("crossarm/recall", at_least=0.5),),
    ).hold()
    detector.play()
    found = {"crossarm/recall": 0.4375, "pole/recall": 0.9125, "underground/recall": 0.78}
    detector.say(MetricsEvent(t=NOW, seq=0, step=999, epoch=9.0, split="validation", values=found))
    app = console(now=lambda: NOW, read_figures=lambda: dict(HOST))
    app.theme = "finetop-dark"

    async def run(pilot: Any) -> None:
        await until(pilot, lambda: "0.4375" in shows(app) and "util" in shows(app))

    assert snap_compare(app, terminal_size=(120, 40), run_before=run)
