"""Data as lines: the table, the classes, the facts, examples; read in slices."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from engine.runs.spec import RunSpec
from engine.runs.store import create_run
from engine.workspace import Workspace
from tests.tui.data.conftest import ENTITIES, NOW, many
from tui.data.classes import balance_lines
from tui.data.example_view import example_text, held_by
from tui.data.examples import Place, read_page
from tui.data.facts_view import facts_lines
from tui.data.reader import Reader, read_facts
from tui.data.shelf import DatasetSeen, matching
from tui.data.table import columns_of, fitting, table_lines
from tui.theme import DARK
from tui.widgets.cells import width_of


def said(lines: Any) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def seen(number: int, **more: Any) -> DatasetSeen:
    facts: dict[str, Any] = {"task": "noop", "profile": "p", "model": "m", "created": NOW - 60 * number}
    return DatasetSeen(
        f"p-m-{number:010x}", **(facts | {"counts": {"train": 1000 * number}, "source": "recipe"} | more)
    )


@pytest.mark.parametrize("width", [40, 60, 74, 116, 196])
def test_no_line_of_the_table_is_wider_than_the_table(width: int) -> None:
    rows = [seen(number, size=10**number, runs=("r",) * number) for number in range(1, 9)]
    lines = table_lines(rows, columns_of(rows, NOW), 3, 0, width, 6)
    assert {width_of(line) <= width for line in lines} == {True} and "4/8" in said(lines)[0]


def test_columns_go_by_their_rank() -> None:
    columns = columns_of([seen(1)], NOW)
    titles = [[column.title for column, _ in fitting(columns, width)] for width in (30, 60, 200)]
    assert titles[0] == ["dataset", "train", "age"] and "size" in titles[1] and len(titles[2]) == len(columns)


@pytest.mark.parametrize(("text", "count"), [("", 3), ("P-M", 3), ("p/m recipe", 3), ("0000000002", 1), ("yolo", 0)])
def test_every_word_of_a_filter_must_be_there(text: str, count: int) -> None:
    assert len(matching([seen(1), seen(2), seen(3)], text)) == count


def test_classes_are_bars_with_counts_the_largest_first() -> None:
    classes = {"train": {"a": 5, "b": 20, "(none)": 9}, "test": {"a": 1, "b": 0}}
    lines = said(balance_lines(classes, "train", "a", 60, 10))
    assert [line.split()[0] for line in lines[1:]] == ["b", "▸a", "(none)"]
    assert (
        "58.8 %" in lines[1]
        and lines[1].index("20") == lines[2].index(" 5")
        and lines[0].split() == ["train", "test"]
    )


def test_of_many_classes_the_rarest_are_shown_too() -> None:
    classes = {"train": {f"c{number:03}": number + 1 for number in range(400)}}
    lines = said(balance_lines(classes, "train", "", 50, 12, ascii_only=True))
    assert len(lines) == 12 and any("more" in line for line in lines) and "c000" in lines[-1] and "#" in lines[1]


def test_bands_of_scores_stay_in_their_order() -> None:
    lines = said(balance_lines({"train": {"0.0-0.2": 1, "0.8-1.0": 9}}, "train", "", 50, 9))
    assert "0.0-0.2" in lines[1]


@pytest.mark.parametrize(
    "row",
    [
        {"text": "a", "entities": [{"start": "x"}]},
        {"a": 1, "b": None, "score": "high"},
        {"objects": [{"box": [1]}]},
        {"label": {}, "path": 3},
        {},
    ],
)
def test_a_row_that_is_no_example_is_shown_as_it_is(row: dict[str, Any]) -> None:
    example_text(row, DARK, ["a"])


def test_what_a_folder_holds_is_told_from_its_features() -> None:
    assert held_by("tavern | in maps | holds day, night | depth 3") == ["day", "night"]
    assert held_by("tavern") == []


def test_codes_of_terminals_are_taken_out_of_examples() -> None:
    assert "\x1b" not in example_text({"text": "a\x1b[31mb", "label": "c\x07"}, DARK, []).plain


def test_a_page_begins_where_the_one_before_ended(store: Any) -> None:
    dataset = store("token-classification", many(ENTITIES, 60))
    file = dataset.path / "train.jsonl"
    first = read_page(file, "token-classification", "", Place(), 20)
    second = read_page(file, "token-classification", "", first.after, 20)
    assert [one.row["group"] for one in (*first.examples, *second.examples)] == [
        row["group"] for row in dataset.rows("train")
    ]
    assert (first.ended, second.ended) == (False, True)


@pytest.mark.parametrize(("chosen", "count"), [("STANDARD", 12), ("EQUIPMENT", 24), ("(none)", 12), ("MEAS", 0)])
def test_only_examples_of_a_class_are_read(store: Any, chosen: str, count: int) -> None:
    dataset = store("token-classification", many(ENTITIES, 60))
    page = read_page(dataset.path / "train.jsonl", "token-classification", chosen, Place(), 100)
    assert len(page.examples) == count and page.ended


def test_a_rare_class_is_looked_for_in_slices(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text('{"text": "x", "label": "common"}\n' * 2000)
    ticks = iter(range(10_000))
    page = read_page(file, "noop", "rare", Place(), 10, clock=lambda: next(ticks))
    assert not page.examples and not page.ended and 1 < page.after.number < 2000


def test_a_line_that_is_too_long_or_no_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text('{"text": "' + "x" * (1 << 20) + '"}\nnone\n{"text": "y"}\n')
    page = read_page(file, "noop", "", Place(), 10)
    assert [one.problem[:12] for one in page.examples] == ["line 1 is lo", "line 2 is no", ""]


def test_the_reader_tells_sizes_and_runs_and_then_is_still(workspace: Workspace, store: Any) -> None:
    dataset = store("token-classification", many(ENTITIES, 60))
    spec = RunSpec("20261120-143408-utility-ner-7f3a", "utility", "ner", "token-classification", dataset.id, {}, "f1")
    create_run(workspace, spec)
    reader = Reader(workspace)
    shelf = reader.read(5.0)
    assert shelf is not None and shelf.complete and shelf.datasets[0].runs == (spec.id,)
    on_disk = sum(path.stat().st_size for path in dataset.path.iterdir())
    assert shelf.datasets[0].size == on_disk and reader.read() is None
    (dataset.path / "manifest.json").unlink()
    (dataset.path).rename(dataset.path.with_name(".gone"))
    later = reader.read()
    assert later is not None and later.datasets == ()


@pytest.mark.slow
def test_thousands_of_datasets_are_read_in_slices(workspace: Workspace, store: Any) -> None:
    dataset = store("token-classification", many(ENTITIES, 10))
    manifest = (dataset.path / "manifest.json").read_text()
    for number in range(2000):
        place = workspace.datasets / f"utility-ner-{number:010x}"
        place.mkdir()
        (place / "manifest.json").write_text(manifest)
    reader, longest, looks = Reader(workspace), 0.0, 0
    while not reader.complete:
        began = time.monotonic()
        reader.read()
        longest, looks = max(longest, time.monotonic() - began), looks + 1
    assert looks > 1 and longest < 2.0


def test_facts_say_where_it_comes_from(shelf: Workspace) -> None:
    name = next(path.name for path in shelf.datasets.iterdir() if path.name.startswith("folders"))
    text = "\n".join(said(facts_lines(read_facts(shelf, name), seen(1, size=1500), NOW, 60, 30)))
    for part in ("folders/classifier", "imported, seed 7", "1.5 kB", "no run yet", "/srv/folders.csv, 25 rows"):
        assert part in text
