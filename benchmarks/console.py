"""What the console costs: bytes over SSH, CPU, milliseconds a chart, time to first paint.

    python benchmarks/console.py [--seconds 10] [--only bytes|draw|paint|help]

Every scene runs in a process of its own on a pseudo-terminal of 160 × 48 (xterm-256color, true colour); the
parent counts what it writes and its processor time once it has settled. The peers draw the same data in
the same places.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pseudo_terminal import HEIGHT, WIDTH, Terminal
from run_directories import fill, training

SCENES = Path(__file__).with_name("console_scenes.py")


@dataclass(frozen=True)
class Traffic:
    """What a scene cost a second."""

    bytes_per_s: float
    cpu_percent: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each live scene is measured")
    parser.add_argument("--only", choices=("bytes", "draw", "paint", "help"))
    parser.add_argument("--runs", type=int, default=1000, help="runs in the workspace of the first paint")
    options = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "draw": draw_times,
        "bytes": lambda: traffic(options.seconds),
        "paint": lambda: first_paint(options.runs),
        "help": help_time,
    }
    for name, part in parts.items():
        if options.only in (None, name):
            part()


# -- bytes and CPU


def traffic(seconds: float) -> None:
    """Six live charts and six bars at 1 Hz and 4 Hz, and an idle screen."""
    print(f"\nbytes and CPU, {WIDTH}×{HEIGHT}, 6 live charts of 2 curves and 6 bars, {seconds:g} s each")
    print(f"{'scene':<28}{'Hz':>4}{'bytes/s':>12}{'ratio':>9}{'CPU %':>8}{'ratio':>9}")
    for rate in (1, 4):
        ours = measure(scene("ours", rate), seconds)
        _row("ours", rate, ours, None)
        for peer in ("plotext", "textual-plot"):
            _row(peer, rate, measure(scene(peer, rate), seconds), ours)
    _row("finetop, 6 live runs", 4, finetop(6, seconds), None)
    _row("finetop, 1,000 runs at rest", 0, finetop(0, seconds), None)
    _row("ours, idle", 0, measure(scene("ours", 0), seconds), None)
    _row("a table of 20 runs, ours", 1, ours := measure(scene("table", 1), seconds), None)
    _row("  Textual's DataTable", 1, measure(scene("datatable", 1), seconds), ours)
    _row("a log of 10 lines/s, ours", 1, ours := measure(scene("log", 1), seconds), None)
    _row("  Textual's RichLog", 1, measure(scene("richlog", 1), seconds), ours)


def _row(name: str, rate: int, traffic: Traffic, ours: Traffic | None) -> None:
    ratios = ("", "")
    if ours is not None:
        ratios = (
            f"{traffic.bytes_per_s / max(1.0, ours.bytes_per_s):.0f}×",
            f"{traffic.cpu_percent / max(0.1, ours.cpu_percent):.0f}×",
        )
    print(
        f"{name:<28}{rate or '–':>4}{traffic.bytes_per_s:>12,.0f}{ratios[0]:>9}"
        f"{traffic.cpu_percent:>8.1f}{ratios[1]:>9}",
        flush=True,
    )


def scene(name: str, rate: float) -> list[str]:
    """The command of a scene at some updates a second."""
    return [sys.executable, str(SCENES), name, str(rate)]


def measure(command: list[str], seconds: float, settle_s: float = 2.5) -> Traffic:
    """Run a command on a pseudo-terminal, and count once it has settled."""
    with Terminal(command) as terminal:
        terminal.read_for(20.0, until=b"\x1b[?1049h")
        terminal.read_for(settle_s)
        busy = terminal.cpu_s()
        started = time.monotonic()
        written = terminal.read_for(seconds)
        passed = time.monotonic() - started
        return Traffic(written / passed, 100 * (terminal.cpu_s() - busy) / passed)


def finetop(live: int, seconds: float) -> Traffic:
    """The console itself, on runs that train (ten steps a second each) or on a thousand that ended."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        workspace = Path(folder) / "workspace"
        if live:
            stack.enter_context(training(workspace, live))
        else:
            fill(workspace, 1000)
        command = [sys.executable, "-m", "tui", "--workspace", str(workspace)]
        return measure(command, seconds, settle_s=8.0)


# -- one chart


def draw_times(points: int = 100_000, width: int = 100, height: int = 24) -> None:
    """Milliseconds to draw one chart of one curve anew, and to draw it again after one more point."""
    from tui.theme import DARK
    from tui.widgets.cells import Canvas
    from tui.widgets.chart.curve import Curve
    from tui.widgets.chart.scene import Look, Scene
    from tui.widgets.chart.view import View

    rng = np.random.default_rng(0)
    step = np.arange(points + 1000, dtype=np.int64)
    value = 2 * np.exp(-step / points * 3) + 0.1 * rng.standard_normal(len(step))

    def curve(count: int) -> Curve:
        return Curve("loss", step[:count], step[:count] / 100, step[:count] * 0.1, value[:count])

    def ours(view: View, scene: Scene, count: int = points) -> None:
        scene.show([curve(count)], 0.5, "loss")
        canvas = Canvas(width, height)
        scene.draw(canvas, view, Look())
        canvas.strip(height // 2, DARK, _style())

    print(f"\nmilliseconds a draw, one chart {width}×{height}, {points:,} points (minimum / median)")
    reference = _time("ours, from nothing", lambda: ours(View(), Scene()), 30)
    _time("ours, from nothing, EMA 0.9", lambda: ours(View(smoothing=0.9), Scene()), 30, reference)
    live, counts = Scene(), iter(range(points, points + 1000))
    ours(View(), live)
    _time("ours, one more point", lambda: ours(View(), live, next(counts)), 100, reference)
    _time("plotext", lambda: _plotext(step[:points].tolist(), value[:points].tolist(), width, height), 3, reference)
    _textual_plot(step[:points], value[:points], width, height, reference)


def _style() -> object:
    from rich.style import Style

    return Style.null()


def _time(name: str, work: Callable[[], object], repeats: int, reference: float | None = None) -> float:
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    ratio = f"{min(times) / reference:>9.1f}×" if reference else ""
    print(f"{name:<32}{min(times):>10.2f} /{statistics.median(times):>9.2f}{ratio}", flush=True)
    return min(times)


def _plotext(x: list[float], y: list[float], width: int, height: int) -> str:
    import plotext

    plotext.clear_figure()
    plotext.plotsize(width, height)
    plotext.plot(x, y, marker="braille")
    return str(plotext.build())


def _textual_plot(x: np.ndarray, y: np.ndarray, width: int, height: int, reference: float) -> None:
    """Times a mounted plot: it needs a running application, whose own work is left out."""
    import asyncio

    from textual.app import App, ComposeResult
    from textual_plot import HiResMode, PlotWidget

    class Plot(App[None]):
        def compose(self) -> ComposeResult:
            yield PlotWidget()

    async def measure() -> None:
        app = Plot()
        async with app.run_test(size=(width, height)):
            plot = app.query_one(PlotWidget)

            def draw() -> None:
                plot.clear()
                plot.plot(x, y, hires_mode=HiResMode.BRAILLE)
                plot._render_plot()

            _time("textual-plot", draw, 3, reference)

    asyncio.run(measure())


# -- start


def first_paint(runs: int) -> None:
    """From the start of the process to the first run on screen, with many runs in the workspace."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        names = fill(workspace, runs)
        print(f"\nseconds from start to screen, {runs:,} runs in the workspace (minimum / median; processor time)")
        command = [sys.executable, "-m", "tui", "--workspace", str(workspace)]
        for name, text in (("first paint (title)", b"finetop"), ("newest run on screen", names[-1])):
            times, busy = [], []
            for _ in range(5):
                started = time.monotonic()
                with Terminal(command) as terminal:
                    terminal.read_for(20, until=text)
                    times.append(time.monotonic() - started)
                    busy.append(terminal.cpu_s())
            print(f"{name:<32}{min(times):>10.2f} /{statistics.median(times):>9.2f}{min(busy):>10.2f}", flush=True)
        times = []
        for _ in range(5):
            started = time.monotonic()
            subprocess.run([sys.executable, "-c", "import textual.app"], check=True)
            times.append(time.monotonic() - started)
        print(f"{'  of it: python + textual':<32}{min(times):>10.2f} /{statistics.median(times):>9.2f}")


def help_time() -> None:
    """`engine --help`, next to a Python that does nothing."""
    print("\nseconds for `engine --help` (minimum / median)")
    rows = (
        ("engine --help", [sys.executable, "-m", "engine", "--help"]),
        ("  python -c pass", [sys.executable, "-c", "pass"]),
        ("  import torch", [sys.executable, "-c", "import torch"]),
    )
    for name, command in rows:
        times = []
        for _ in range(3 if "torch" in name else 10):
            started = time.monotonic()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times.append(time.monotonic() - started)
        print(f"{name:<32}{min(times):>10.3f} /{statistics.median(times):>9.3f}", flush=True)


if __name__ == "__main__":
    main()
