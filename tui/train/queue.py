"""Which runs are before a new one, and how long several take together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.feed.model import RunInfo

WORKING = ("starting", "running", "stalled", "stopping")


def before(runs: Iterable[RunInfo], devices: Sequence[str]) -> list[RunInfo]:
    """Runs that hold one of these devices or wait for one, those that hold one first, then the longest waiting."""
    holding, waiting = [], []
    for run in runs:
        view = run.view
        if view is None:
            continue
        if view.state in WORKING and _overlap(view.device, devices):
            holding.append(run)
        elif view.state == "queued" and _overlap(view.device, devices):
            waiting.append(run)
    return [*reversed(holding), *reversed(waiting)]


def waits_for(ahead: Sequence[str], slots: int) -> list[str]:
    """Of those ahead, in their order: who must end before a slot is free; nobody where one is."""
    return list(ahead) if len(ahead) >= max(1, slots) else []


def together(seconds: Sequence[float | None], slots: int) -> tuple[float, int]:
    """Time until the last of several runs ends, started in this order on so many slots, and of how many runs the
    time is not known."""
    free = [0.0] * max(1, slots)
    for one in seconds:
        place = free.index(min(free))
        free[place] += one or 0.0
    return max(free), sum(one is None for one in seconds)


def _overlap(device: str, devices: Sequence[str]) -> bool:
    """Whether a run's device, or what it asked for, is one of these."""
    if device in ("", "auto"):
        return True
    return device in devices or (device == "cuda" and any(name.startswith("cuda") for name in devices))
