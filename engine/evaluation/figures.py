"""Pictures of a report's tables: as SVG and as PNG, byte for byte the same each time.

matplotlib draws them, through its objects and never through pyplot, which keeps figures in a state of its own.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.evaluation.report import Picture, Table, figure_names
from engine.pictures.boxes import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 5.6, 4.0, 144
MOST_CURVES = 8
"""In one figure; the others stand in the table."""
MOST_CLASSES = 60
"""A larger confusion matrix is not drawn: a cell would be a dot."""
MOST_COUNTED = 16
"""Classes up to which each cell has its count written in it."""
MOST_POINTS = 5000
LONGEST_NAME = 28
INK, FAINT = "#333333", "#bbbbbb"
# Yellow and light blue are too pale for a line on white.
LINES = (*(colour for colour in COLOURS if colour not in ("#f0e442", "#56b4e9")), "#000000")
DASHES = ("-", "--", ":")
STYLE: dict[Any, Any] = {
    "font.family": ["sans-serif"],
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": "#e5e5e5",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "svg.fonttype": "none",
    # Names of elements would be random otherwise.
    "svg.hashsalt": "finetop",
    # A name with a $ is a name and no formula.
    "text.parse_math": False,
}

Rows = list[tuple[float, ...]]


def figures_of(tables: Sequence[Table]) -> list[Picture]:
    """An SVG and a PNG of each table that can be drawn and has something to show, in the order of the tables.

    The report's page shows the SVG below its table and links the PNG.
    """
    pictures = []
    for table, name in zip(tables, figure_names(tables), strict=True):
        draw = DRAWN.get(table.figure)
        files = _files(table, draw) if draw and table.rows else None
        if files:
            svg, png = files
            pictures += [Picture(f"{name}.svg", table.title, svg), Picture(f"{name}.png", table.title, png)]
    return pictures


def _files(table: Table, draw: Callable[[Table, Figure], bool]) -> tuple[bytes, bytes] | None:
    """The table as SVG and PNG; None where `draw` finds nothing to show."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # What the user's own matplotlibrc says has no part in it.
    plain: dict[Any, Any] = {key: value for key, value in matplotlib.rcParamsDefault.items() if key != "backend"}
    with matplotlib.rc_context(plain | STYLE), warnings.catch_warnings():
        # Of letters that the font of the PNG lacks: boxes stand in their place, the SVG has them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        if not draw(table, figure):
            return None
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        svg, png = io.BytesIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", metadata={"Software": None})
    return svg.getvalue(), png.getvalue()


def _roc(table: Table, figure: Figure) -> bool:
    """Rare false accepts on a logarithmic axis, where operating points lie, and the whole curve beside it."""
    curves = _curves_in(table)
    if not curves:
        return False
    figure.set_size_inches(WIDTH * 1.6, HEIGHT)
    rare, whole = figure.subplots(1, 2, sharey=True)
    least = min((row[0] for _, rows in curves for row in rows if row[0] > 0), default=1e-3)
    for axes in (rare, whole):
        _frame(axes)
        chance = [least * (1 / least) ** (step / 50) for step in range(51)] if axes is rare else [0, 1]
        axes.plot(chance, chance, color=FAINT, linewidth=1, linestyle="--", zorder=1)
        for at, (name, rows) in enumerate(curves):
            _line(axes, at, name, [row for row in rows if row[0] > 0 or axes is whole])
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(f"{_text(table.columns[0])}: part of impostor pairs accepted")
    rare.set_xscale("log")
    rare.xaxis.set_major_formatter("{x:g}")
    rare.set_xlim(least, 1)
    whole.set_xlim(0, 1)
    rare.set_ylabel("TAR: part of genuine pairs accepted")
    rare.set_title(_text(table.title))
    whole.set_title("the same, linear")
    _legend(whole, "lower right")
    return True


def _curves(table: Table, figure: Figure) -> bool:
    curves = _curves_in(table)
    if not curves:
        return False
    axes = figure.subplots()
    _frame(axes)
    for at, (name, rows) in enumerate(curves):
        _line(axes, at, name, rows)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(_text(table.columns[0]))
    axes.set_title(_text(table.title))
    _legend(axes, "best")
    return True


def _histogram(table: Table, figure: Figure) -> bool:
    rows = _numbers([row[0], *row[1 : MOST_CURVES + 1]] for row in table.rows)
    if len(rows) < 2:
        return False
    axes = figure.subplots()
    _frame(axes)
    width = rows[1][0] - rows[0][0]
    edges = [rows[0][0] - width / 2 + width * at for at in range(len(rows) + 1)]
    for at, name in enumerate(table.columns[1 : MOST_CURVES + 1]):
        colour, heights = LINES[at % len(LINES)], [row[at + 1] for row in rows]
        axes.stairs(heights, edges, fill=True, color=colour, alpha=0.25)
        axes.stairs(
            heights, edges, color=colour, linewidth=1.6, linestyle=DASHES[at % len(DASHES)], label=_text(name)
        )
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel(_text(table.columns[0]))
    axes.set_ylabel("part of the pairs")
    axes.set_title(_text(table.title))
    _legend(axes, "best")
    return True


def _calibration(table: Table, figure: Figure) -> bool:
    """Points on the diagonal keep what they promise; below, how many predictions each rests on."""
    rows = _numbers(row[1:4] for row in table.rows)
    if not rows:
        return False
    figure.set_size_inches(HEIGHT, WIDTH * 0.9)
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    for part in (axes, below):
        _frame(part)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--", zorder=1, label="as promised")
    _line(axes, 0, "this model", [(promised, right) for _, promised, right in rows], marker="o")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_ylabel(_text(table.columns[3]))
    axes.set_title(_text(table.title))
    _legend(axes, "upper left")
    below.bar([promised for _, promised, _ in rows], [count for count, _, _ in rows], width=0.03, color=LINES[0])
    below.set_ylabel(_text(table.columns[1]))
    below.set_xlabel(_text(table.columns[2]))
    return True


def _confusion(table: Table, figure: Figure) -> bool:
    """A shade by the part of the row, the count in it."""
    rows = [row[1:] for row in table.rows]
    across, down = len(table.columns) - 1, len(rows)
    if not across or max(across, down) > MOST_CLASSES:
        return False
    shares = [[count / max(1, sum(row)) for count in row] for row in rows]
    figure.set_size_inches(max(HEIGHT, 2 + 0.42 * min(across, 40)), max(HEIGHT - 0.6, 1.6 + 0.34 * min(down, 40)))
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if max(across, down) <= MOST_COUNTED:
        for y, row in enumerate(rows):
            for x, count in enumerate(row):
                colour = "white" if shares[y][x] > 0.55 else INK if count else FAINT
                axes.text(x, y, str(count), ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(range(across), [_text(name) for name in table.columns[1:]], rotation=40, ha="right")
    axes.set_yticks(range(down), [_text(row[0]) for row in table.rows])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("prediction")
    axes.set_ylabel("truth")
    axes.set_title(_text(table.title))
    return True


DRAWN: dict[str, Callable[[Table, Any], bool]] = {
    "roc": _roc,
    "curves": _curves,
    "histogram": _histogram,
    "calibration": _calibration,
    "confusion": _confusion,
}


def _frame(axes: Axes) -> None:
    axes.grid(True)
    axes.tick_params(length=3)


def _line(axes: Axes, at: int, name: str, rows: Sequence[tuple[float, ...]], marker: str = "") -> None:
    axes.plot(
        [row[0] for row in rows],
        [row[1] for row in rows],
        color=LINES[at % len(LINES)],
        linestyle=DASHES[at % len(DASHES)],
        marker=marker or None,
        markersize=4,
        linewidth=1.6,
        label=_text(name),
    )


def _legend(axes: Axes, place: Any) -> None:
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles, names, loc=place)


def _curves_in(table: Table) -> list[tuple[str, Rows]]:
    """The columns that have two points at least, each over the first."""
    found = []
    for column in range(1, min(len(table.columns), MOST_CURVES + 1)):
        rows = _numbers([row[0], row[column]] for row in table.rows)
        if len(rows) > 1:
            found.append((table.columns[column], rows))
    return found


def _numbers(rows: Any) -> Rows:
    """The rows that are numbers throughout."""
    kept = [
        tuple(float(value) for value in row)
        for row in rows
        if all(isinstance(value, int | float) and math.isfinite(value) for value in row)
    ]
    return kept[:: max(1, -(-len(kept) // MOST_POINTS))]


def _text(value: Any) -> str:
    """A name that fits, without what XML cannot hold."""
    name = "".join(letter if letter.isprintable() else " " for letter in str(value))
    name = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    # matplotlib leaves names that begin with this out of legends.
    return f"\u200a{name}" if name.startswith("_") else name
