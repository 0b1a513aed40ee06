"""Static figures of a run, drawn with plotext."""

from __future__ import annotations

from typing import Any

import plotext

from engine.runs.handle import RunHandle


def plot_run(handle: RunHandle, *, width: int = 100, height: int = 18) -> str:
    """Loss and headline metric over steps, one figure below the other, as text."""
    columns = handle.metrics
    figures = []
    for metric in ("loss", handle.spec.headline):
        curves = [(split, columns.series(split, name)) for split, name in columns.names() if name == metric]
        if not curves:
            continue
        figure: Any = plotext
        figure.clear_figure()
        figure.theme("clear")
        figure.plot_size(width, height)
        figure.title(f"{handle.spec.model}: {metric}")
        figure.xlabel("step")
        for split, series in curves:
            figure.plot(series.step.tolist(), series.value.tolist(), label=split)
        figures.append(figure.build())
    return "\n".join(figures) or f"{handle.id}: no data yet"
