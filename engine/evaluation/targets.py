"""What a report says of a profile's targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.runs.spec import Target

KEPT_START = "No evaluation during training beat the untrained model, so this is the untrained model."


def target_notes(
    targets: Sequence[Mapping[str, Any]],
    metrics: Mapping[str, float | None],
    *,
    slices: Mapping[str, Mapping[str, float | None]],
    intervals: Mapping[str, tuple[float, float]],
) -> list[str]:
    """A sentence per target that was missed or that no metric speaks for, with the parts and the interval known."""
    return [
        note
        for target in (Target(**entry) for entry in targets)
        if (note := _note(target, metrics.get(target.metric), slices, intervals.get(target.metric)))
    ]


def _note(
    target: Target,
    value: float | None,
    slices: Mapping[str, Mapping[str, float | None]],
    interval: tuple[float, float] | None,
) -> str | None:
    if value is None:
        return f"The target {target} names a metric that this report does not have: no example speaks for it."
    if target.reached(value):
        return None
    told = {name: part.get(target.metric) for name, part in slices.items()}
    parts = ", ".join(f"{name} {share:.3f}" for name, share in told.items() if share is not None)
    note = f"Target missed: {target} is not reached, {target.metric} is {value:.3f}{f' ({parts})' if parts else ''}."
    if interval is not None:
        inside = target.reached(interval[0]) or target.reached(interval[1])
        meaning = "which reaches the target" if inside else "all of which misses it"
        note += f" The 95 % interval is {interval[0]:.3f} – {interval[1]:.3f}, {meaning}."
    return note
