"""When a machine is in trouble: its disk nearly full, a device too hot. Pure; each trouble is told once.

Whoever reads figures asks: a worker for its run (and for the webhooks), the console for the machine it runs on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

AlarmKind = Literal["disk_nearly_full", "device_too_hot"]

FREE_SHARE = 0.05
"""Less than this share of a disk free is nearly full, as in a plan's cautions …"""
FREE_AT_MOST_MIB = 20 * 1024.0
"""… but of a large disk no more than this: a run and its checkpoints are smaller."""
AGAIN_FREE = 1.2
"""The trouble is over when this much more than the limit is free."""

HOT_BELOW_SLOWDOWN_C = 3.0
"""A device is too hot this close to where it slows itself down …"""
HOT_C = 90.0
"""… or from here on, where the driver does not say where that is."""
COOL_BELOW_HOT_C = 5.0
"""The trouble is over when it is this much cooler."""


@dataclass(frozen=True)
class Alarm:
    """A trouble that just began."""

    kind: AlarmKind
    about: str
    """`disk`, or the device as torch names it."""
    value: float
    """MiB free, or °C."""
    limit: float
    message: str
    """For people."""


def alarms(on: frozenset[str], figures: Mapping[str, float | None]) -> tuple[tuple[Alarm, ...], frozenset[str]]:
    """The troubles that began since `on` was the answer, and those that are on now: give them back next time.

    A figure that is absent changes nothing: a sensor may fail to answer for once.
    """
    began: list[Alarm] = []
    now_on = set(on)
    for alarm, over in _measured(figures):
        key = f"{alarm.kind}:{alarm.about}"
        if over:
            now_on.discard(key)
        elif key not in now_on and _beyond(alarm):
            now_on.add(key)
            began.append(alarm)
    return tuple(began), frozenset(now_on)


def _measured(figures: Mapping[str, float | None]) -> list[tuple[Alarm, bool]]:
    """What each figure would be as an alarm, and whether its trouble is over."""
    found = []
    free, total = figures.get("disk/free_mib"), figures.get("disk/total_mib")
    if free is not None and total:
        limit = min(FREE_SHARE * total, FREE_AT_MOST_MIB)
        text = f"{_size(free)} of {_size(total)} left"
        found.append((Alarm("disk_nearly_full", "disk", free, limit, text), free >= AGAIN_FREE * limit))
    for key, value in figures.items():
        device, _, what = key.partition("/")
        if what == "temperature_c" and value is not None:
            slowdown = figures.get(f"{device}/slowdown_c")
            limit = slowdown - HOT_BELOW_SLOWDOWN_C if slowdown else HOT_C
            text = f"{device} is at {value:.0f} °C" + (f" and slows down at {slowdown:.0f} °C" if slowdown else "")
            found.append((Alarm("device_too_hot", device, value, limit, text), value <= limit - COOL_BELOW_HOT_C))
    return found


def _beyond(alarm: Alarm) -> bool:
    return alarm.value < alarm.limit if alarm.kind == "disk_nearly_full" else alarm.value >= alarm.limit


def _size(mib: float) -> str:
    return f"{mib / 1024:.1f} GiB" if mib >= 1024 else f"{mib:.0f} MiB"
