"""Figures of the devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tui.theme import Role
from tui.widgets.device_panel import DevicePanel, Reading, device_rows, figure, reading_line, user_line

Stage = Callable[..., Any]
GPU = {
    "cuda:0/utilisation_percent": 63.0,
    "cuda:0/memory_used_mib": 12345.0,
    "cuda:0/memory_total_mib": 81920.0,
    "cuda:0/temperature_c": 71.0,
    "cuda:0/power_w": 310.0,
}
HOST = {"cpu/utilisation_percent": 55.0, "host/memory_used_mib": 9216.0, "host/memory_total_mib": 16384.0}


async def test_a_machine_without_gpu_shows_processor_and_memory(stage: Stage) -> None:
    async with stage(DevicePanel(), (50, 6)) as (app, _):
        app.widget.show(device_rows(HOST))
        lines = app.text().splitlines()
        assert lines[0].startswith("cpu")
        assert "55 %" in lines[0]
        assert "9.0/16.0 GiB" in lines[1]


async def test_a_gpu_shows_load_memory_temperature_and_power(stage: Stage) -> None:
    async with stage(DevicePanel(), (50, 10)) as (app, _):
        app.widget.show(device_rows({**GPU, **HOST}))
        text = app.text()
        for part in ("cuda:0", "63 %", "12.1/80.0 GiB", "71 °C", "310 W", "host", "55 %"):
            assert part in text


async def test_numbers_stand_under_numbers(stage: Stage) -> None:
    async with stage(DevicePanel(), (50, 10)) as (app, _):
        app.widget.show(device_rows(GPU))
        lines = app.text().splitlines()[1:5]
        assert {line.index(unit) for line, unit in zip(lines, (" %", "/", " °", " W"), strict=True)} == {40}


async def test_a_figure_that_cannot_be_read_is_left_out(stage: Stage) -> None:
    async with stage(DevicePanel(), (50, 10)) as (app, _):
        app.widget.show(device_rows({"cuda:0/utilisation_percent": 5.0, "cuda:0/power_w": None}))
        assert "power" not in app.text()
        app.widget.show([])
        assert "no figures yet" in app.text()


@pytest.mark.parametrize(
    ("height", "labels"), [(12, ("util", "temp")), (8, ("util", "71 °C")), (4, ("63 %", "71 °C"))]
)
async def test_who_uses_the_devices_has_room_before_bars(stage: Stage, height: int, labels: tuple[str, ...]) -> None:
    users = [user_line("ner 7f3a", "cuda:0", 61.0, 4100.0, 50, Role.TEXT), ((("others", Role.MUTED)),)]
    async with stage(DevicePanel(), (50, height)) as (app, _):
        app.widget.show(device_rows({**GPU, **HOST}), lambda width: users)
        text = app.text()
        for part in (*labels, "12.1/80.0 GiB", "ner 7f3a", "4.0 GiB", "others"):
            assert part in text
        assert ("temp" in text) is (height == 12) and ("util" in text) is (height > 4)


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (Reading("util", 7.0, 100.0, "%"), "    7 %"),
        (Reading("mem", 512.0, None, "MiB"), "  0.5 GiB"),
        (Reading("mem", None, 100.0, "MiB"), "    – MiB"),
        (Reading("temp", float("nan"), 100.0, "°C"), "    – °C"),
    ],
)
def test_figures_have_units(reading: Reading, text: str) -> None:
    assert figure(reading) == text


def test_a_hot_or_full_device_is_a_warning() -> None:
    def roles(reading: Reading) -> set[int]:
        return {role for _, role in reading_line(reading, 40)}

    assert Role.WARNING in roles(Reading("temp", 90.0, 100.0, "°C", hot=85.0))
    assert Role.WARNING not in roles(Reading("temp", 60.0, 100.0, "°C", hot=85.0))
    assert Role.WARNING in roles(Reading("mem", 99.0, 100.0, "MiB"))
