"""The scenes of `console.py`: `python console_scenes.py SCENE HZ`, each a small application."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np
from textual.app import App, ComposeResult
from textual.containers import Grid, Vertical
from textual.widgets import DataTable, ProgressBar, RichLog

from tui.theme import THEMES, curve_role
from tui.thrift import ThriftyApp
from tui.widgets.cells import Canvas, CellWidget
from tui.widgets.chart import Chart, Curve
from tui.widgets.gauge import Goal
from tui.widgets.log_tail import LogTail
from tui.widgets.progress import progress_cell
from tui.widgets.run_table import RunRow, RunTable

CHARTS = 6
HISTORY = 2_000
"""Points that a curve has at the start: as many as the peers can still draw at this pace. Ten more come each
second, as a fast training makes them."""
PER_SECOND = 10


class Data:
    """A training that goes on: a loss and a smoother one."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        count = HISTORY + 100_000
        self.step = np.arange(count)
        fall = 2 * np.exp(-self.step / HISTORY * 3)
        self.train = fall + 0.15 * rng.standard_normal(count) * np.sqrt(fall + 0.05)
        self.validation = fall + 0.02 * rng.standard_normal(count)
        self.started = time.monotonic()

    @property
    def count(self) -> int:
        return HISTORY + int((time.monotonic() - self.started) * PER_SECOND)

    def curves(self) -> list[Curve]:
        count = self.count
        step = self.step[:count]
        return [
            Curve("train", step, step / 100, step * 0.1, self.train[:count], curve_role(0)),
            Curve("validation", step[::50], step[::50] / 100, step[::50] * 0.1, self.validation[:count:50],
                  curve_role(1)),
        ]  # fmt: skip


CSS = """
Grid { grid-size: 3 2; height: 1fr; }
Vertical { height: 6; }
Chart, PlotWidget, PlotextPlot, Still { border: none; }
ProgressBar, Bar { height: 1; width: 100%; }
"""


class Bar(CellWidget):
    """A progress bar of ours."""

    DEFAULT_CSS = "Bar { height: 1; }"
    share = 0.0

    def draw(self, canvas: Canvas) -> None:
        pieces = progress_cell(self.share, 1.0, canvas.width - 6)
        canvas.write_line(0, 0, [*pieces, (f" {100 * self.share:>4.0f}%", 0)])


def _shares(data: Data) -> Iterator[float]:
    for index in range(CHARTS):
        yield min(1.0, (data.count - HISTORY) / 3000 + 0.1 * index)


class Ours(ThriftyApp):
    """Charts, bars and a theme as the console has them."""

    CSS = CSS

    def __init__(self, rate: float) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.rate, self.data = rate, Data()

    def compose(self) -> ComposeResult:
        with Grid():
            for _ in range(CHARTS):
                yield Chart()
        with Vertical():
            for _ in range(CHARTS):
                yield Bar()

    def on_mount(self) -> None:
        self.call_after_refresh(self.tick)
        if self.rate:
            self.set_interval(1 / self.rate, self.tick)

    def tick(self) -> None:
        for index, chart in enumerate(self.query(Chart)):
            chart.show(self.data.curves(), 0.2, f"loss {index}")
        for bar, share in zip(self.query(Bar), _shares(self.data), strict=True):
            bar.share = share
            bar.redraw()


class Peer(App[None]):
    """The same scene from a peer's charts and Textual's bars."""

    CSS = CSS

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate, self.data = rate, Data()

    def on_mount(self) -> None:
        self.call_after_refresh(self.tick)
        self.set_interval(1 / self.rate, self.tick)

    def tick(self) -> None:
        self.draw_charts()
        for bar, share in zip(self.query(ProgressBar), _shares(self.data), strict=True):
            bar.update(total=1.0, progress=share)

    def draw_charts(self) -> None:
        raise NotImplementedError

    def bars(self) -> ComposeResult:
        with Vertical():
            for _ in range(CHARTS):
                yield ProgressBar(show_eta=False)


class TextualPlot(Peer):
    """textual-plot with braille."""

    def compose(self) -> ComposeResult:
        from textual_plot import PlotWidget

        with Grid():
            for _ in range(CHARTS):
                yield PlotWidget()
        yield from self.bars()

    def draw_charts(self) -> None:
        from textual_plot import HiResMode, PlotWidget

        for plot in self.query(PlotWidget):
            plot.clear()
            for curve in self.data.curves():
                plot.plot(curve.step, curve.value, hires_mode=HiResMode.BRAILLE)


class Plotext(Peer):
    """plotext in a widget that shows the picture it builds."""

    def compose(self) -> ComposeResult:
        from textual.widgets import Static

        with Grid():
            for _ in range(CHARTS):
                yield Static()
        yield from self.bars()

    def draw_charts(self) -> None:
        import plotext
        from rich.text import Text
        from textual.widgets import Static

        for place in self.query(Grid).first().query(Static):
            plotext.clear_figure()
            plotext.plotsize(*place.size)
            for curve in self.data.curves():
                plotext.plot(curve.step.tolist(), curve.value.tolist(), marker="braille", label=curve.name)
            place.update(Text.from_ansi(plotext.build()))


def rows(data: Data) -> list[RunRow]:
    """Twenty runs, all under way."""
    done = data.count - HISTORY
    return [
        RunRow(
            f"run{index}", f"model {index}", "running", "training", done, 5000, done / 250, 20.0, 5000 - done,
            "f1", 0.5 + done / 20000, Goal(at_least=0.85), data.train[: done + 50], "cuda:0", 0.0,
        )
        for index in range(20)
    ]  # fmt: skip


class Table(Ours):
    """Twenty runs that move."""

    def compose(self) -> ComposeResult:
        yield RunTable()

    def tick(self) -> None:
        self.query_one(RunTable).show(rows(self.data))


class Table2(Peer):
    """The same rows in Textual's DataTable, cell by cell where the text changed."""

    def compose(self) -> ComposeResult:
        yield DataTable()

    def on_mount(self) -> None:
        table: DataTable[str] = self.query_one(DataTable)
        for title in ("state", "model", "progress", "epoch", "left", "metric"):
            table.add_column(title, key=title, width=20)
        for row in rows(self.data):
            table.add_row(*self.cells(row), key=row.id)

    def cells(self, row: RunRow) -> list[str]:
        share = 100 * row.step // row.steps
        bar = "━" * int(share / 100 * 14)
        return [row.state, row.model, f"{bar} {share}%", f"{row.epoch:.1f}", f"{row.eta_s:.0f}", f"{row.value:.4f}"]

    def tick(self) -> None:
        table: DataTable[str] = self.query_one(DataTable)
        for row in rows(self.data):
            for title, text in zip(("state", "model", "progress", "epoch", "left", "metric"), self.cells(row),
                                   strict=True):  # fmt: skip
                if table.get_cell(row.id, title) != text:
                    table.update_cell(row.id, title, text)


def lines(first: int) -> list[str]:
    """Ten lines of a log."""
    return [f"12:00:{line % 60:02d} step {line}: loss {1 / (line + 1):.4f}, 31.2 samples/s" for line in
            range(first, first + 10)]  # fmt: skip


class Log(Ours):
    """Ten lines a second in one batch."""

    written = 0

    def compose(self) -> ComposeResult:
        yield LogTail()

    def tick(self) -> None:
        self.query_one(LogTail).append(lines(self.written))
        self.written += 10


class Log2(Peer):
    """The same in Textual's RichLog."""

    written = 0

    def compose(self) -> ComposeResult:
        yield RichLog()

    def tick(self) -> None:
        for line in lines(self.written):
            self.query_one(RichLog).write(line)
        self.written += 10


SCENES = {
    "ours": Ours, "plotext": Plotext, "textual-plot": TextualPlot, "table": Table, "datatable": Table2, "log": Log,
    "richlog": Log2,
}  # fmt: skip

if __name__ == "__main__":
    SCENES[sys.argv[1]](float(sys.argv[2])).run()
