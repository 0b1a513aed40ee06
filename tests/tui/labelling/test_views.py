"""What Label shows, as lines: the tree round a folder, its labels, figures and reasons."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.folders.labelling.alike import Alike
from engine.folders.labelling.sitting import Figures
from engine.folders.labelling.suggestions import Suggestion
from engine.folders.samples.sample import TrainingSample
from tui.labelling.context import context_lines, size_of
from tui.labelling.figures import figures_line
from tui.labelling.label_list import Choice, label_lines
from tui.labelling.why import Why, why_lines
from tui.widgets.cells import Line, width_of

LABELS = {"asset_type": "Map, token or music", "other": ""}


def plain(lines: Sequence[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def folder(path: str = "Tom/Maps/Inn\udcff", **facts: object) -> TrainingSample:
    values: dict[str, object] = {"siblings": ("harbour", "keep"), "children": ("day", "night"), "folders": 2}
    parts = path.split("/")
    return TrainingSample(
        path=path, name="inn", tokens=(), creator="tom", parent="", depth=len(parts), **(values | facts)
    )  # type: ignore[arg-type]


def test_the_folder_stands_between_its_siblings_below_its_path() -> None:
    assert plain(context_lines(folder(), 40, 20, ascii_only=True)) == [
        "v Tom",
        "  v Maps",
        "    - harbour",
        "    > Inn\\xff",
        "      - day",
        "      - night",
        "    - keep",
        "",
        "2 folders - depth 3",
    ]


@pytest.mark.parametrize("height", [6, 9, 12, 30])
def test_the_folder_itself_is_shown_however_little_room_there_is(height: int) -> None:
    crowded = folder("/".join("abcdefghi"), siblings=tuple("klmnop"), children=tuple("qrstuv"), folders=40)
    lines = plain(context_lines(crowded, 40, height))
    assert any("▶ i" in line for line in lines[:height])


def test_extensions_have_counts_and_a_note_is_kept_in_sight() -> None:
    many = {f"e{n}": 9 - n for n in range(8)}
    lines = plain(context_lines(folder(extensions=many, files=44, bytes=1_234_567), 60, 40, note="ask Tom"))
    assert "44 files · 2 folders · 1.2 MB · depth 3" in lines and "and 2 more kinds" in lines
    assert any(line.startswith(".e0 ") and line.endswith(" 9") for line in lines) and lines[-1] == "note  ask Tom"


def test_sizes_for_people() -> None:
    assert [size_of(n) for n in (0, 999, 1500, 10_400_000, 3 * 10**15)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "10 MB",
        "3000 TB",
    ]


def test_the_suggestion_comes_first_with_its_confidence_and_runners_up() -> None:
    found = Suggestion("other", 0.83, "run", {"other": 0.83, "asset_type": 0.17})
    choice = Choice(LABELS, {"asset_type": "a", "other": "o"}, {"other": 3}, given="other", suggestion=found)
    lines = plain(label_lines(choice, 44, 20, ascii_only=True))
    assert lines[0].startswith("Enter other") and lines[0].endswith("0.83")
    assert lines[1].startswith("a     asset_type") and lines[1].endswith("0.17")
    assert any(line.startswith("o *other") and line.endswith("3") for line in lines)
    assert "   Map, token or music" in lines
    assert "   Map, token or music" not in plain(label_lines(choice, 44, 6))


@pytest.mark.parametrize("width", [12, 20, 34, 60])
def test_labels_fit_where_it_is_narrow(width: int) -> None:
    choice = Choice(LABELS, {}, {}, suggestion=Suggestion("asset_type", 0.5, "run"))
    assert all(width_of(line) <= max(width, 22) for line in label_lines(choice, width, 20))


def figures(**facts: object) -> Figures:
    values: dict[str, object] = {"labelled": 1234, "samples": 98_765, "in_batch": 0, "batch": 0, "per_hour": None}
    return Figures(**(values | {"counts": {"a": 9, "b": 1}, "balance": 0.47} | facts))  # type: ignore[arg-type]


def test_figures_leave_out_what_does_not_fit() -> None:
    whole = figures(in_batch=12, batch=50, per_hour=431.0)
    shown = {
        width: plain([figures_line(whole, taxonomy="v2", turn=1, agreement=None, width=width, ascii_only=True)])[0]
        for width in (20, 60, 120)
    }
    assert shown[20] == " 1,234 of 98,765"
    assert shown[120] == " 1,234 of 98,765 - batch 12 of 50 #....... - 431 labels/h - balance 0.47, few b - v2"
    assert all(len(text) <= width for width, text in shown.items())


def test_even_labels_name_none_that_lacks() -> None:
    line = figures_line(figures(balance=0.9), taxonomy="v2", turn=2, agreement=None, width=120)
    assert plain([line]) == [" 1,234 of 98,765 · balance 0.90 · v2 · blind"]


def test_reasons_keep_the_end_of_a_path() -> None:
    why = Why((Alike("Tom Cartos/Forest Road/Gridded", "variant", 0.8),), "by words")
    assert plain(why_lines(why, 70, 5, ascii_only=True)) == ["variant ######.. 0.80  Tom Cartos/Forest Road/Gridded"]
    narrow = plain(why_lines(why, 24, 5, ascii_only=True))
    assert len(narrow) == 2 and narrow[1] == "  ...Forest Road/Gridded"
    assert plain(why_lines(Why((), "by words"), 70, 5)) == ["No labelled folder is like this one yet."]
    assert plain(why_lines(Why((), "", "the model ended"), 70, 5)) == ["the model ended"]
