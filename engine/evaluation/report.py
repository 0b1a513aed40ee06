"""The report of a model on a split: `report.json` for programs, `report.md` for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.files import write_atomic, write_json


class Table(msgspec.Struct, frozen=True):
    """A table of the report: per-type metrics, confusion matrix, calibration …"""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    note: str = ""
    figure: Literal["", "confusion", "calibration"] = ""
    """How it can be drawn: `confusion` has a class and its counts in each row, `calibration` what was
    promised in the third column and what came true in the fourth."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Evaluation of one model on one split."""

    task: str
    dataset: str
    split: str
    examples: int
    metrics: dict[str, float | None]
    intervals: dict[str, tuple[float, float]] = {}
    """95 % bootstrap intervals by metric."""
    slices: dict[str, dict[str, float | None]] = {}
    """Metrics of parts of the split: `seen`, `unseen` …"""
    baseline: dict[str, float | None] = {}
    """The same metrics of the untrained model."""
    tables: list[Table] = []
    errors: list[dict[str, Any]] = []
    """The worst errors, with the text."""
    notes: list[str] = []
    """What a reader must know: what was missed and why."""


def write_report(report: Report, path: Path) -> None:
    """Write `report.json` at `path` and `report.md` beside it."""
    write_json(path, report)
    write_atomic(path.with_suffix(".md"), as_markdown(report))


def read_report(path: Path) -> Report:
    return msgspec.json.decode(path.read_bytes(), type=Report)


def as_markdown(report: Report) -> str:
    """The report as a page for people."""
    lines = [
        f"# {report.task} on `{report.dataset}`, {report.split} split",
        "",
        f"{report.examples} examples.",
        "",
    ]
    lines += [f"> {note}\n" for note in report.notes]
    lines += _markdown_table(_metrics_table(report))
    for table in report.tables:
        lines += _markdown_table(table)
    if report.errors:
        lines += ["## Worst errors", ""]
        for error in report.errors:
            lines += ["- " + "; ".join(f"{key}: {_cell(value)}" for key, value in error.items())]
        lines += [""]
    return "\n".join(lines)


def _metrics_table(report: Report) -> Table:
    columns = ["metric", "value", "95 % interval"]
    columns += ["untrained"] if report.baseline else []
    columns += list(report.slices)
    rows = []
    for name, value in report.metrics.items():
        interval = report.intervals.get(name)
        row = [name, value, f"{interval[0]:.3f} – {interval[1]:.3f}" if interval else ""]
        row += [report.baseline.get(name)] if report.baseline else []
        row += [part.get(name) for part in report.slices.values()]
        rows.append(row)
    return Table("Metrics", columns, rows)


def _markdown_table(table: Table) -> list[str]:
    lines = [f"## {table.title}", ""]
    lines += [table.note, ""] if table.note else []
    lines += ["| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table.rows]
    return [*lines, ""]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
