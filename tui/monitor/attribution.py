"""Who uses the devices: each live run with its part, and what is left to others. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.feed.model import RunDetail, RunInfo
from tui.monitor.names import short_name

Figures = Mapping[str, float | None]
WORKING = ("running", "stalled", "stopping")
_DUST_MIB = 100.0
_DUST_PERCENT = 1.0
"""What is less is the driver and the desktop, and measured a moment apart."""


@dataclass(frozen=True)
class Share:
    """What one of them uses of a device."""

    who: str
    device: str
    percent: float | None = None
    memory_mib: float | None = None
    is_run: bool = True


def shares_of(
    runs: Sequence[RunInfo], details: Mapping[str, RunDetail], figures: Figures, place: str = ""
) -> list[Share]:
    """The live runs of a machine by device, behind those of each device the others.

    Without a run there is nothing to tell apart: the figures of the devices say it all.
    """
    working = [run for run in runs if run.place == place and run.view is not None and run.view.state in WORKING]
    if not working:
        return []
    shares = [_of_run(run, details.get(run.id)) for run in working]
    devices = sorted({share.device for share in shares} | _gpus(figures) | {"cpu"})
    found: list[Share] = []
    for device in devices:
        own = [share for share in shares if share.device == device]
        others = _others(device, own, shares, figures)
        found += own + ([others] if others is not None else [])
    return found


def _of_run(run: RunInfo, detail: RunDetail | None) -> Share:
    assert run.view is not None
    device, known = run.view.device, detail.figures if detail is not None else {}
    if device.startswith("cuda"):
        percent, memory = (
            known.get(f"process/{device}/utilisation_percent"),
            known.get(f"process/{device}/memory_mib"),
        )
        return Share(short_name(run), device, percent, memory)
    return Share(short_name(run), "cpu", known.get("process/cpu_percent"), known.get("process/memory_mib"))


def _others(device: str, own: Sequence[Share], everyone: Sequence[Share], figures: Figures) -> Share | None:
    """What is used and is no run's; None where that cannot be told, or is next to nothing."""
    if device == "cpu":
        percent, memory = figures.get("cpu/utilisation_percent"), figures.get("host/memory_used_mib")
        if any(share.device != "cpu" for share in everyone):
            memory = None  # a run on a GPU uses memory of the machine too, and its share here is that of its GPU
            percent = None
    else:
        percent, memory = figures.get(f"{device}/utilisation_percent"), figures.get(f"{device}/memory_used_mib")
    percent, memory = _left(percent, [share.percent for share in own]), _left(memory, [s.memory_mib for s in own])
    if (percent or 0.0) < _DUST_PERCENT and (memory or 0.0) < _DUST_MIB:
        return None
    return Share("others", device, percent, memory, is_run=False)


def _left(total: float | None, parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    if total is None or len(known) < len(parts):
        return None
    return max(0.0, total - sum(known))


def _gpus(figures: Figures) -> set[str]:
    return {key.partition("/")[0] for key in figures if key.startswith("cuda:")}
