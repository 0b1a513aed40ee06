"""The newest recall of each class of a run: a pure function of what is known of it."""

from __future__ import annotations

import math

from tui.screens.curves import Selected
from tui.widgets.gauge import Goal
from tui.widgets.recall_panel import ClassRecall, in_order

SUFFIX = "/recall"


def recalls_of(run: Selected | None) -> list[ClassRecall]:
    """Of every `CLASS/recall` on validation, and of every target on one, beside its target; none for other runs."""
    if run is None or run.detail is None:
        return []
    found: dict[str, float | None] = {}
    for (split, metric), series in run.detail.series.items():
        if split == "validation" and metric.endswith(SUFFIX) and len(series):
            value = float(series.value[-1])
            found[metric.removesuffix(SUFFIX)] = value if math.isfinite(value) else None
    if not found:
        return []
    goals = {
        target.metric.removesuffix(SUFFIX): Goal(target.at_least, target.at_most)
        for target in (run.info.view.targets if run.info.view else ())
        if target.metric.endswith(SUFFIX)
    }
    labels = dict.fromkeys([*goals, *found])
    return in_order([ClassRecall(label, found.get(label), goals.get(label)) for label in labels])
