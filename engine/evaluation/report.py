"""The report of a model on a split: `report.json` for programs, `report.md` for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.files import atomic_directory, write_atomic, write_json


class Table(msgspec.Struct, frozen=True):
    """A table of the report: per-type metrics, confusion matrix, calibration …"""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    note: str = ""
    figure: Literal["", "confusion", "calibration", "curves", "roc", "histogram"] = ""
    """How it can be drawn: `confusion` has a class and its counts in each row, `calibration` what was
    promised in the third column and what came true in the fourth, `curves` a curve in each column over the first,
    `roc` the same over false-accept rates, `histogram` shares over the middles of bins of equal width."""


class Picture(msgspec.Struct, frozen=True):
    """A picture that belongs to the report: a file beside it."""

    name: str
    """Path of the file in the report's directory of pictures: `misses/01.jpg`."""
    caption: str
    content: bytes = b""
    """What the file holds; empty in a report that was read from disk."""


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
    """The same metrics of the model as training began: untrained, or the one that was trained further."""
    tables: list[Table] = []
    errors: list[dict[str, Any]] = []
    """The worst errors, with the text."""
    notes: list[str] = []
    """What a reader must know: what was missed and why."""
    pictures: list[Picture] = []


def write_report(report: Report, path: Path) -> None:
    """Write `report.json` at `path`, with `report.md` and, where there are pictures, `report-pictures/` beside it."""
    if report.pictures or pictures_of(path).exists():
        _write_pictures(report.pictures, pictures_of(path))
    write_json(path, without_content(report))
    write_atomic(path.with_suffix(".md"), as_markdown(report, pictures_of(path).name))


def pictures_of(path: Path) -> Path:
    """The directory of the pictures of the report at `path`."""
    return path.with_name(f"{path.stem}-pictures")


def figure_names(tables: Sequence[Table]) -> list[str]:
    """Where the picture of each table lies among the report's pictures, without suffix; empty for one that is not
    drawn."""
    names: list[str] = []
    for table in tables:
        name = f"figures/{re.sub('[^a-z0-9]+', '-', table.title.lower()).strip('-') or 'figure'}"
        alike = sum(taken == name or taken.startswith(f"{name}-no-") for taken in names)
        names.append("" if not table.figure else f"{name}-no-{alike + 1}" if alike else name)
    return names


def without_content(report: Report) -> Report:
    """The report as JSON has it: pictures by name alone."""
    bare = [msgspec.structs.replace(picture, content=b"") for picture in report.pictures]
    return msgspec.structs.replace(report, pictures=bare)


def read_report(path: Path) -> Report:
    return msgspec.json.decode(path.read_bytes(), type=Report)


def as_markdown(report: Report, pictures: str = "report-pictures") -> str:
    """The report as a page for people; `pictures` is the directory that it shows them from."""
    lines = [
        f"# {report.task} on `{report.dataset}`, {report.split} split",
        "",
        f"{report.examples} examples.",
        "",
    ]
    lines += [f"> {note}\n" for note in report.notes]
    lines += _markdown_table(_metrics_table(report))
    drawn = {picture.name for picture in report.pictures}
    shown = set()
    for table, figure in zip(report.tables, figure_names(report.tables), strict=True):
        lines += _markdown_table(table)
        svg, png = f"{figure}.svg", f"{figure}.png"
        if figure and {svg, png} <= drawn:
            lines += [f"![{_cell(table.title)}]({pictures}/{svg})", "", f"[As PNG]({pictures}/{png})", ""]
            shown |= {svg, png}
    if report.errors:
        lines += ["## Worst errors", ""]
        links = {picture.name: f"[{picture.name}]({pictures}/{picture.name})" for picture in report.pictures}
        for error in report.errors:
            told = [f"{key}: {links.get(str(value)) or _cell(value)}" for key, value in error.items()]
            lines += ["- " + "; ".join(told)]
        lines += [""]
    others = [picture for picture in report.pictures if picture.name not in shown]
    if others:
        lines += ["## Pictures", ""]
        for picture in others:
            lines += [f"![{_cell(picture.caption)}]({pictures}/{picture.name})", "", _cell(picture.caption), ""]
    return "\n".join(lines)


def _metrics_table(report: Report) -> Table:
    columns = ["metric", "value", "95 % interval"]
    columns += ["before"] if report.baseline else []
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


def _write_pictures(pictures: list[Picture], directory: Path) -> None:
    """All of them or none: those of an earlier report go."""
    with atomic_directory(directory) as staging:
        for picture in pictures:
            file = staging / picture.name
            if not file.resolve().is_relative_to(staging.resolve()):
                raise ValueError(f"{picture.name} would lie outside of the report")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(picture.content)
    if not pictures:
        directory.rmdir()


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return " · ".join(map(_cell, value))
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
