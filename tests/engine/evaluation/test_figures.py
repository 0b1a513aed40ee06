"""Tables as pictures: SVG and PNG."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from engine.evaluation.figures import MOST_CLASSES, figures_of
from engine.evaluation.report import Picture, Table

ROC = Table("ROC", ["FAR", "before", "after"], [[0.01, None, 0.5], [0.1, 0.4, 0.8], [1.0, 1.0, 1.0]], figure="roc")
DISTANCES = Table(
    "Distances",
    ["distance", "same identity", "different identities"],
    [[0.1, 0.7, 0.0], [0.3, 0.3, 0.2], [0.5, 0.0, 0.8]],
    figure="histogram",
)
CALIBRATION = Table(
    "Calibration",
    ["confidence", "queries", "mean confidence", "right"],
    [["0.8 – 0.9", 5, 0.85, 0.6], ["0.9 – 1.0", 9, 0.95, 1.0], ["0.1 – 0.2", 0, None, None]],
    figure="calibration",
)
CONFUSION = Table("Confusion", ["truth", "A", "B"], [["A", 7, 1], ["B", 0, 0]], figure="confusion")
CURVES = Table("Precision", ["recall", "pole"], [[0.0, 1.0], [1.0, 0.2]], figure="curves")
PLAIN = Table("Classes", ["class"], [["A"]])


def words_of(picture: Picture) -> str:
    """What an SVG says, and proof that it is XML."""
    return " ".join(ElementTree.fromstring(picture.content).itertext())


@pytest.mark.slow
def test_each_table_that_can_be_drawn_is_an_svg_and_a_png() -> None:
    pictures = figures_of([PLAIN, ROC, DISTANCES, CALIBRATION])
    assert [picture.name for picture in pictures] == [
        f"figures/{name}.{kind}" for name in ("roc", "distances", "calibration") for kind in ("svg", "png")
    ]
    for svg, png in zip(pictures[::2], pictures[1::2], strict=True):
        assert svg.caption in words_of(svg)
        with Image.open(io.BytesIO(png.content)) as opened:
            assert opened.format == "PNG" and min(opened.size) > 400
            assert len(opened.convert("RGB").getcolors(1 << 24) or []) > 10


@pytest.mark.slow
def test_axes_and_legends_carry_the_names_of_the_columns() -> None:
    svgs = {table.title: words_of(figures_of([table])[0]) for table in (ROC, CONFUSION, CURVES)}
    assert all(word in svgs["ROC"] for word in ("before", "after", "FAR", "TAR", "linear", "0.01"))
    assert all(word in svgs["Confusion"] for word in ("truth", "prediction", "A", "B", "7"))
    assert all(word in svgs["Precision"] for word in ("recall", "pole"))


def test_names_that_mean_something_to_matplotlib_or_xml_are_names() -> None:
    odd = ["$\\frac{1}{0}$", "_hidden", "<b>&amp;", "line\nbreak \x07", "名", "long " * 20]
    drawn = words_of(figures_of([Table("Odd $x$", ["x", *odd], [[0, *[1] * 6], [1, *[0] * 6]], figure="curves")])[0])
    assert all(
        name in drawn for name in ("Odd $x$", "$\\frac{1}{0}$", "_hidden", "<b>&amp;", "line break", "名", "long lo…")
    )


def test_tables_without_anything_to_show_have_no_picture() -> None:
    many = [str(at) for at in range(MOST_CLASSES + 1)]
    nothing = [
        Table("A", ["FAR", "TAR"], [], figure="roc"),
        Table("B", ["FAR", "TAR"], [[0.1, None]], figure="roc"),
        Table("C", ["x"], [[0.1]], figure="curves"),
        Table("D", ["x", "y"], [[0.1, float("nan")], [0.2, 1.0]], figure="histogram"),
        Table("E", ["c", "n", "p", "r"], [["", 0, None, None]], figure="calibration"),
        Table("F", ["truth", *many], [[name, *[0] * len(many)] for name in many], figure="confusion"),
    ]
    assert figures_of(nothing) == [] == figures_of([])


@pytest.mark.slow
def test_pictures_are_the_same_on_another_day_and_with_other_settings(tmp_path: Path) -> None:
    """Byte for byte, in another process, with a matplotlibrc of the user's."""
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nlines.linewidth: 9\naxes.grid: True\n")
    code = (
        "import hashlib, engine.evaluation.figures as f\n"
        "from engine.evaluation.report import Table\n"
        "t = Table('Curve', ['x', 'y'], [[0, 0.2], [1, 0.9]], figure='curves')\n"
        "print([hashlib.sha256(p.content).hexdigest() for p in f.figures_of([t])])\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=where,
            env={**os.environ, "PYTHONPATH": str(Path.cwd()), "SOURCE_DATE_EPOCH": epoch},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for where, epoch in ((Path.cwd(), "0"), (tmp_path, "999999999"))
    }
    assert len(told) == 1 and len(eval(told.pop())) == 2


def test_matplotlib_comes_only_when_something_is_drawn_and_pyplot_never() -> None:
    code = (
        "import sys\n"
        "from engine.evaluation import figures, verification, identification, breakdown, separation\n"
        "assert not {'matplotlib', 'torch', 'sklearn', 'scipy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    figures_of([CURVES])
    assert "matplotlib.pyplot" not in sys.modules
