"""Static figures, drawn with plotext: the curves of a run, and the tables of its report that can be drawn."""

from __future__ import annotations

from typing import Any

import plotext

from engine.evaluation.report import Report, Table
from engine.runs.handle import RunHandle

HEIGHT = 18


def plot_run(handle: RunHandle, *, width: int = 100) -> str:
    """Loss and headline metric over steps, then the figures of the report if there is one."""
    columns = handle.metrics
    figures = []
    for metric in ("loss", handle.spec.headline):
        curves = [(split, columns.series(split, name)) for split, name in columns.names() if name == metric]
        if not curves:
            continue
        figure = _new_figure(f"{handle.spec.model}: {metric}", width)
        figure.xlabel("step")
        for split, series in curves:
            figure.plot(series.step.tolist(), series.value.tolist(), label=split)
        figures.append(figure.build())
    if handle.paths.report.exists():
        figures.append(plot_report(handle.report(), width=width))
    return "\n".join(figures) or f"{handle.id}: no data yet"


def plot_report(report: Report, *, width: int = 100) -> str:
    """Every table of a report that can be drawn."""
    drawn = {
        "confusion": _confusion,
        "calibration": _calibration,
        "curves": _curves,
        "roc": _roc,
        "histogram": _histogram,
    }
    figures = [drawn[table.figure](table, width) for table in report.tables if table.figure and table.rows]
    return "\n".join(figure for figure in figures if figure)


def _confusion(table: Table, width: int) -> str:
    """A shade per cell, the count written on it. plotext's own confusion matrix wants the same classes on
    both sides; here entities are also missed and made up."""
    columns, rows = table.columns[1:], [str(row[0]) for row in table.rows]
    counts = [[int(count) for count in row[1:]] for row in table.rows]
    figure = _new_figure(table.title, width)
    figure.matrix_plot(counts)
    for at, row in enumerate(counts):
        for across, count in enumerate(row):
            figure.text(str(count), across + 1, len(rows) - at, alignment="center", background="black", color="white")
    figure.xlim(0.5, len(columns) + 0.5)
    figure.ylim(0.5, len(rows) + 0.5)
    figure.xlabel("prediction")
    figure.ylabel("truth")
    figure.xticks(range(1, len(columns) + 1), columns)
    figure.yticks(range(len(rows), 0, -1), rows)
    return str(figure.build())


def _calibration(table: Table, width: int) -> str:
    points = [(row[2], row[3]) for row in table.rows if row[2] is not None and row[3] is not None]
    figure = _new_figure(f"{table.title}: {table.columns[3]} over {table.columns[2]}", width)
    figure.plot([0, 1], [0, 1], label="as promised")
    figure.plot([x for x, _ in points], [y for _, y in points], marker="●", label="this model")
    figure.xlim(0, 1)
    figure.ylim(0, 1)
    return str(figure.build())


def _curves(table: Table, width: int) -> str:
    figure = _new_figure(table.title, width)
    for name, points in _columns(table):
        figure.plot([x for x, _ in points], [y for _, y in points], label=name)
    figure.xlabel(table.columns[0])
    figure.ylim(0, 1)
    return str(figure.build())


def _roc(table: Table, width: int) -> str:
    """Rare false accepts on a logarithmic axis, where operating points lie, and the whole curve below it."""
    figures = []
    for scale, above in (("log", 0.0), ("linear", -1.0)):
        curves = [(name, [point for point in points if point[0] > above]) for name, points in _columns(table)]
        if not any(points for _, points in curves):
            continue
        figure = _new_figure(f"{table.title}, {scale}", width)
        for name, points in curves:
            if points:
                figure.plot([x for x, _ in points], [y for _, y in points], label=name)
        figure.xscale(scale)
        figure.xlabel(table.columns[0])
        figure.ylabel("TAR")
        figure.ylim(0, 1)
        figures.append(str(figure.build()))
    return "\n".join(figures)


def _histogram(table: Table, width: int) -> str:
    figure = _new_figure(table.title, width)
    for name, points in _columns(table):
        figure.plot([x for x, _ in points], [y for _, y in points], label=name)
    figure.xlabel(table.columns[0])
    return str(figure.build())


def _columns(table: Table) -> list[tuple[str, list[tuple[float, float]]]]:
    """Each column over the first, where it has numbers."""
    found = []
    for column, name in enumerate(table.columns[1:], 1):
        points = [(row[0], row[column]) for row in table.rows if row[column] is not None]
        found += [(name, points)] if points else []
    return found


def _new_figure(title: str, width: int) -> Any:
    figure: Any = plotext
    figure.clear_figure()
    figure.theme("clear")
    figure.plot_size(width, HEIGHT)
    figure.title(title)
    return figure
