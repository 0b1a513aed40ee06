"""Which curves stand in which chart: a pure function of what is known of the selected runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.feed.model import RunDetail, RunInfo
from tui.monitor.names import short_name
from tui.theme import curve_role
from tui.widgets.chart.curve import Curve

if TYPE_CHECKING:
    from engine.runs.spec import Target

SPLITS = ("train", "validation")
"""In the order in which they are drawn: what comes later lies above."""
LAST = ("learning_rate", "grad_norm")
"""Metrics about the training itself come after those about the model."""


@dataclass(frozen=True)
class Panel:
    """One chart."""

    metric: str
    curves: tuple[Curve, ...]
    target: float | None = None
    title: str = ""


@dataclass(frozen=True)
class Selected:
    """A run whose curves are drawn."""

    info: RunInfo
    detail: RunDetail | None
    slot: int | None = None
    """Its colour and letter among several; None where it is alone."""


def panels_of(selected: Sequence[Selected]) -> list[Panel]:
    """A panel for each metric, the loss and the headline metric first."""
    return [_panel(metric, selected) for metric in metrics_of(selected)]


def metrics_of(selected: Sequence[Selected]) -> list[str]:
    """The metrics of the selected runs in the order of their charts."""
    first = selected[0].info.view if selected else None
    headline = first.headline if first else ""
    targets = [target.metric for target in first.targets] if first else []
    found = dict.fromkeys(
        metric for run in selected if run.detail for split, metric in run.detail.series if split != "test"
    )
    wanted = dict.fromkeys(["loss", *([headline] if headline else []), *targets])
    order = [metric for metric in wanted if metric in found or metric in ("loss", headline)]
    others = sorted((metric for metric in found if metric not in wanted), key=lambda metric: (metric in LAST, metric))
    return order + others


def _panel(metric: str, selected: Sequence[Selected]) -> Panel:
    curves: list[Curve] = []
    for place, run in enumerate(selected):
        known = run.detail.series if run.detail else {}
        series_of = {split: series for (split, name), series in known.items() if name == metric}
        splits = [split for split in SPLITS if split in series_of]
        for rank, split in enumerate(reversed(splits)):
            series = series_of[split]
            if len(selected) == 1:
                name, role, behind = split, curve_role(rank), False
            else:
                slot = place if run.slot is None else run.slot
                name, role, behind = short_name(run.info), curve_role(slot), rank > 0
            curves.insert(0, Curve(name, series.step, series.epoch, series.t, series.value, role, behind, run.slot))
    first = selected[0].info.view if selected else None
    target = next((target for target in (first.targets if first else ()) if target.metric == metric), None)
    return Panel(metric, tuple(curves), _threshold(target), titled(metric))


def titled(metric: str) -> str:
    """`learning rate`: the target stands in the legend."""
    return metric.replace("_", " ")


def slots_of(highlighted: str | None, marks: Mapping[str, int], most: int) -> list[tuple[str, int | None]]:
    """The runs that are drawn, the highlighted one first, with their colours.

    Marked runs keep theirs. The highlighted one gets one that is free; where none is, it is not drawn.
    """
    if not marks or (highlighted is not None and list(marks) == [highlighted]):
        return [(highlighted, None)] if highlighted is not None else []
    free = min(set(range(most)) - set(marks.values()), default=None)
    first = [(highlighted, marks.get(highlighted, free))] if highlighted is not None else []
    return [
        *((run, slot) for run, slot in first if slot is not None),
        *((run, slot) for run, slot in marks.items() if run != highlighted),
    ]


def _threshold(target: Target | None) -> float | None:
    if target is None:
        return None
    return target.at_least if target.at_least is not None else target.at_most
