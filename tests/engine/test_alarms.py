"""When a machine is in trouble."""

from __future__ import annotations

import pytest

from engine.alarms import alarms

TERABYTE = 1024.0 * 1024


@pytest.mark.parametrize(
    ("figures", "kinds"),
    [
        ({}, []),
        ({"disk/free_mib": 600.0, "disk/total_mib": 10_000.0}, []),
        ({"disk/free_mib": 499.0, "disk/total_mib": 10_000.0}, ["disk_nearly_full"]),
        ({"disk/free_mib": 21 * 1024.0, "disk/total_mib": 10 * TERABYTE}, []),
        ({"disk/free_mib": 19 * 1024.0, "disk/total_mib": 10 * TERABYTE}, ["disk_nearly_full"]),
        ({"disk/free_mib": 0.0, "disk/total_mib": 0.0}, []),
        ({"cuda:0/temperature_c": 89.0}, []),
        ({"cuda:0/temperature_c": 90.0}, ["device_too_hot"]),
        ({"cuda:0/temperature_c": 90.0, "cuda:0/slowdown_c": 97.0}, []),
        ({"cuda:0/temperature_c": 80.0, "cuda:0/slowdown_c": 83.0}, ["device_too_hot"]),
        ({"cuda:0/temperature_c": None}, []),
    ],
)
def test_trouble_begins_at_a_limit(figures: dict[str, float | None], kinds: list[str]) -> None:
    began, _ = alarms(frozenset(), figures)
    assert [alarm.kind for alarm in began] == kinds


def test_each_trouble_is_told_once_until_it_is_over() -> None:
    on: frozenset[str] = frozenset()
    told = []
    for free in (700.0, 499.0, 480.0, 510.0, 490.0, 599.0, 601.0, 499.0):
        began, on = alarms(on, {"disk/free_mib": free, "disk/total_mib": 10_000.0})
        told.append(len(began))
    assert told == [0, 1, 0, 0, 0, 0, 0, 1]


def test_a_sensor_that_does_not_answer_ends_no_trouble() -> None:
    began, on = alarms(frozenset(), {"cuda:0/temperature_c": 95.0})
    assert began[0].message == "cuda:0 is at 95 °C"
    assert alarms(on, {}) == ((), on)
    assert alarms(on, {"cuda:0/temperature_c": 95.0}) == ((), on)


def test_devices_are_told_apart() -> None:
    _, on = alarms(frozenset(), {"cuda:0/temperature_c": 95.0})
    began, _ = alarms(on, {"cuda:0/temperature_c": 95.0, "cuda:1/temperature_c": 96.0})
    assert [alarm.about for alarm in began] == ["cuda:1"]
