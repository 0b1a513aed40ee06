"""Bars for what the devices do: each GPU, or processor and memory where there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tui.theme import Role
from tui.widgets.cells import Canvas, CellWidget, Line, fit
from tui.widgets.progress import bar

_NARROW = 40
_LABEL = 6
_NUMBER = 15
_NAMED = 34
"""Cells from which on there is room for the device beside who uses it."""
_LEAST_USERS = 3
"""Lines for those who use the devices that go before bars."""
_FULL = 0.95
"""Memory in use from which a device is about to run out of it."""


@dataclass(frozen=True)
class Reading:
    """A figure of a device: how much of how much, and how it is written."""

    label: str
    value: float | None
    limit: float | None = None
    """The full bar; None shows the number alone."""
    unit: str = ""
    hot: float | None = None
    """From here on it is shown as a warning."""


@dataclass(frozen=True)
class DeviceRow:
    """A device and its figures."""

    name: str
    readings: tuple[Reading, ...]


def figure(reading: Reading) -> str:
    """The number with its unit, numbers under numbers: `   63 %`, ` 12.4/80.0 GiB`."""
    if reading.value is None or not math.isfinite(reading.value):
        return f"{'–':>5} {reading.unit}".rstrip()
    if reading.unit == "MiB":
        whole = f"/{reading.limit / 1024:.1f}" if reading.limit else ""
        return f"{reading.value / 1024:>5.1f}{whole} GiB"
    return f"{reading.value:>5.0f} {reading.unit}".rstrip()


def is_hot(reading: Reading) -> bool:
    """Whether it is a warning: too hot, or about to be full."""
    full = reading.unit == "MiB" and _share(reading) >= _FULL
    return full or (reading.value is not None and reading.hot is not None and reading.value >= reading.hot)


def _share(reading: Reading) -> float:
    value = reading.value if reading.value is not None and math.isfinite(reading.value) else None
    return min(1.0, max(0.0, value / reading.limit)) if value is not None and reading.limit else 0.0


def reading_line(reading: Reading, width: int, *, ascii_only: bool = False) -> Line:
    """Label, bar and number in a given width."""
    share, hot, text = _share(reading), is_hot(reading), figure(reading)
    room = max(0, width - _LABEL - max(_NUMBER, len(text)) - 1)
    role = Role.WARNING if hot else Role.BAR
    bars: Line = bar(share, room, role=role, ascii_only=ascii_only) if reading.limit else ((" " * room, Role.TEXT),)
    return (
        (fit(reading.label, _LABEL), Role.MUTED),
        *bars,
        (" ", Role.TEXT),
        (text, int(Role.WARNING if hot else Role.TEXT)),
    )


class DevicePanel(CellWidget):
    """The figures of each device, two to a line where there is room."""

    def __init__(
        self, *, ascii_only: bool = False, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(ascii_only=ascii_only, name=name, id=id, classes=classes)
        self._devices: tuple[DeviceRow, ...] = ()
        self._users: Callable[[int], Sequence[Line]] = lambda width: ()

    def show(self, devices: Sequence[DeviceRow], users: Callable[[int], Sequence[Line]] = lambda width: ()) -> None:
        """Show these devices, and below them who uses them: lines for a width."""
        self._devices, self._users = tuple(devices), users
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        if not self._devices:
            text = "no figures yet"
            canvas.write(max(0, (canvas.width - len(text)) // 2), canvas.height // 2, text, Role.MUTED)
            return
        across = 2 if canvas.width >= 2 * _NARROW else 1
        users = self._users(canvas.width)
        rows = canvas.height - min(_LEAST_USERS, len(users))
        with_bars = sum(bool(each.name) + -(-len(each.readings) // across) for each in self._devices)
        if not users or with_bars <= rows:
            y = self._draw_bars(canvas, across)
        else:
            y = self._draw_figures(canvas, bars=sum(1 + _bars_of(each) for each in self._devices) <= rows)
        room = canvas.height - y
        shown = users if len(users) <= room else users[: max(0, room - 1)]
        for line in shown:
            canvas.write_line(0, y, line)
            y += 1
        if len(shown) < len(users) and room > 0:
            canvas.write(0, y, f"and {len(users) - len(shown)} more", Role.MUTED)

    def _draw_bars(self, canvas: Canvas, across: int) -> int:
        """A bar for each figure; returns the row below."""
        width = (canvas.width - (across - 1) * 3) // across
        y = 0
        for device in self._devices:
            if device.name:
                canvas.write(0, y, device.name, Role.TITLE)
                y += 1
            for start in range(0, len(device.readings), across):
                for place, reading in enumerate(device.readings[start : start + across]):
                    line = reading_line(reading, width, ascii_only=self.ascii_only)
                    canvas.write_line(place * (width + 3), y, line, limit=place * (width + 3) + width)
                y += 1
        return y

    def _draw_figures(self, canvas: Canvas, *, bars: bool) -> int:
        """A line for each device, where bars for all would leave no room for who uses it; a GPU's two first figures
        have theirs where there is some."""
        y = 0
        for device in self._devices:
            first = _bars_of(device) if bars else 0
            x = canvas.write(0, y, fit(device.name or "host", _LABEL + 1), Role.TITLE)
            for reading in device.readings[first:]:
                text = figure(reading).strip()
                if x + len(text) <= canvas.width:
                    x = canvas.write(x, y, f"{text}  ", Role.WARNING if is_hot(reading) else Role.TEXT)
            y += 1
            for reading in device.readings[:first]:
                canvas.write_line(0, y, reading_line(reading, canvas.width, ascii_only=self.ascii_only))
                y += 1
        return y


def _bars_of(device: DeviceRow) -> int:
    """Figures of a device that are drawn as bars where not all can be: load and memory of a GPU."""
    return 2 if len(device.readings) > 2 else 0


def user_line(who: str, device: str, percent: float | None, memory_mib: float | None, width: int, role: int) -> Line:
    """`ner 7f3a       cuda:0   93 %   6.3 GiB`, numbers under numbers."""
    load = f"{percent:>4.0f} %" if percent is not None and math.isfinite(percent) else f"{'–':>4} %"
    memory = f"{'–':>6} GiB"
    if memory_mib is not None and math.isfinite(memory_mib):
        memory = f"{memory_mib / 1024:>6.1f} GiB" if memory_mib >= 1024 else f"{memory_mib:>6.0f} MiB"
    where = f" {device:<7} " if width >= _NAMED else " "  # the bars above name the device too
    name = max(8, width - len(load) - len(memory) - len(where))
    return ((fit(who, name), role), (where, Role.MUTED), (load, Role.TEXT), (memory, Role.TEXT))


def device_rows(figures: Mapping[str, float | None]) -> list[DeviceRow]:
    """Rows from the figures of `engine.devices` and of a run's system events, by their keys."""
    names = sorted({key.partition("/")[0] for key in figures if key.startswith("cuda:")})
    rows = [_gpu(name, figures) for name in names]
    host = (
        Reading("cpu", figures.get("cpu/utilisation_percent"), 100.0, "%"),
        Reading("ram", figures.get("host/memory_used_mib"), figures.get("host/memory_total_mib"), "MiB"),
    )
    if any(reading.value is not None for reading in host):
        rows.append(DeviceRow("host" if names else "", host))
    return rows


def _gpu(name: str, figures: Mapping[str, float | None]) -> DeviceRow:
    def get(key: str) -> float | None:
        return figures.get(f"{name}/{key}")

    readings = (
        Reading("util", get("utilisation_percent"), 100.0, "%"),
        Reading("mem", get("memory_used_mib"), get("memory_total_mib"), "MiB"),
        Reading("temp", get("temperature_c"), 100.0, "°C", hot=85.0),
        Reading("power", get("power_w"), get("power_limit_w"), "W"),
    )
    return DeviceRow(name, tuple(reading for reading in readings if reading.value is not None))
