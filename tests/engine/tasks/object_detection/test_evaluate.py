"""The report of a detector: made of predictions, whatever made these."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.evaluation.report import Report, as_markdown, pictures_of, read_report, write_report
from engine.labelled_pictures import picture_path
from engine.tasks.object_detection.evaluate import report_of
from engine.tasks.object_detection.tiles import Tiling
from engine.workspace import Workspace

Row = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """What a model directory says of itself."""

    labels: list[str] = field(default_factory=lambda: ["crossarm", "pole", "bird"])
    thresholds: dict[str, float] = field(default_factory=lambda: {"crossarm": 0.3, "pole": 0.6, "bird": 0.25})
    targets: list[Row] = field(default_factory=list)
    dataset: str = ""
    baseline: dict[str, dict[str, float]] = field(default_factory=dict)
    kept_start: bool = False
    tiling: Tiling | None = None


def scene(number: int) -> tuple[Row, str, bytes]:
    """A pole in every image and a thin crossarm in every second: the row, and its image."""
    objects = [{"label": "pole", "box": [10.0, 5.0, 20.0, 90.0]}]
    if number % 2:
        objects.append({"label": "crossarm", "box": [3.0, 20.0, 33.0, 23.0]})
    file = io.BytesIO()
    Image.new("RGB", (128, 96), (100, 150, number)).save(file, "PNG")
    name = content_name(file.getvalue(), ".png")
    group = "rain" if number % 3 else "sun"
    return (
        {"image": f"files/{name}", "width": 128, "height": 96, "objects": objects, "group": group},
        name,
        file.getvalue(),
    )


def write_scenes(directory: Path) -> Dataset:
    scenes = [scene(number) for number in range(12)]
    return write_dataset(
        Workspace(directory),
        task="object-detection",
        profile="utility",
        model="yolo",
        splits={"test": [row for row, _, _ in scenes]},
        classes={},
        source="recipe",
        files={name: content for _, name, content in scenes},
    )


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_scenes(tmp_path_factory.mktemp("workspace"))


def predictions(rows: list[Row], *, miss: str = "", seed: int = 0) -> list[Row]:
    """What the truth says, all but one class, and a pole in the sky of every fourth image."""
    draws = random.Random(seed)
    made = []
    for number, row in enumerate(rows):
        objects = [
            {**thing, "confidence": draws.uniform(0.7, 0.95)} for thing in row["objects"] if thing["label"] != miss
        ]
        if number % 4 == 0:
            objects.append({"label": "pole", "box": [90.0, 5.0, 100.0, 60.0], "confidence": 0.65})
        objects.append({"label": "pole", "box": [60.0, 5.0, 70.0, 60.0], "confidence": 0.05})
        made.append({"objects": sorted(objects, key=lambda thing: -float(thing["confidence"]))})
    return made


def report(dataset: Dataset, card: Card, **facts: Any) -> Report:
    rows = dataset.rows("test")
    paths = [picture_path(dataset.path, row) for row in rows]
    return report_of(dataset, "test", rows, paths, predictions(rows, **facts), card)


@pytest.fixture(scope="module")
def crossarms_missed(dataset: Dataset) -> Report:
    """Where two targets stand that no crossarm and no bird can reach, too."""
    targets = [{"metric": "crossarm/recall", "at_least": 0.5}, {"metric": "bird/recall", "at_least": 0.5}]
    return report(dataset, Card(targets=targets, kept_start=True), miss="crossarm")


def test_the_report_has_metrics_intervals_and_slices(dataset: Dataset) -> None:
    made = report(dataset, Card())
    assert made.metrics["recall"] == 1 and made.metrics["crossarm/precision"] == 1
    assert made.metrics["pole/precision"] == pytest.approx(12 / 15)
    low, high = made.intervals["pole/precision"]
    assert low < 12 / 15 < high
    assert set(made.slices) == {"rain", "sun"} and made.slices["sun"]["crossarm/recall"] == 1
    assert made.examples == 12 and made.baseline == {}


def test_slices_of_the_rows_stand_beside_their_groups(dataset: Dataset) -> None:
    rows = [{**row, "slice": "original" if at < 9 else "feedback"} for at, row in enumerate(dataset.rows("test"))]
    paths = [picture_path(dataset.path, row) for row in rows]
    made = report_of(dataset, "test", rows, paths, predictions(rows), Card())
    assert set(made.slices) == {"rain", "sun", "original", "feedback"}


def test_the_tables_show_classes_thin_boxes_background_and_curves(crossarms_missed: Report) -> None:
    tables = {table.title: table for table in crossarms_missed.tables}
    [crossarm, pole, bird] = tables["Classes"].rows
    assert crossarm[:6] == ["crossarm", 6, 0.0, 0.0, 0.0, 0.0] and bird[1:4] == [0, None, None]
    assert pole[-3] == 0.6
    assert tables["Recall by the shorter side"].rows[0] == ["crossarm", "0.000 of 6", "", "", ""]
    assert tables["Confusion of classes"].rows == [
        ["crossarm", 0, 0, 0, 6], ["pole", 0, 12, 0, 0], ["bird", 0, 0, 0, 0], ["(background)", 0, 3, 0, 0]
    ]  # fmt: skip
    assert tables["Precision over recall"].columns == ["recall", "crossarm", "pole"]
    assert tables["Precision over recall"].figure == "curves"


def test_missed_targets_and_silent_classes_are_noted(crossarms_missed: Report) -> None:
    notes = crossarms_missed.notes
    assert notes[0] == (
        "Target missed: crossarm/recall ≥ 0.5 is not reached, crossarm/recall is 0.000 (rain 0.000, sun 0.000). "
        "The 95 % interval is 0.000 – 0.000, all of which misses it."
    )
    assert notes[1].startswith("The target bird/recall ≥ 0.5 names a metric that this report does not have")
    assert "this is the untrained model" in notes[2]
    assert notes[3].startswith("The split has no box of bird")


def test_classes_that_the_model_does_not_know_are_left_out_and_named(dataset: Dataset) -> None:
    made = report(dataset, Card(labels=["pole"]))
    assert "The model does not know crossarm: boxes of these classes are left out of account." in made.notes
    assert "crossarm/recall" not in made.metrics


def test_the_untrained_models_figures_stand_beside_those_of_its_own_data(dataset: Dataset) -> None:
    card = Card(dataset=dataset.id, baseline={"test": {"map50": 0.01}})
    assert report(dataset, card).baseline == {"map50": 0.01}


def test_the_worst_misses_are_pictures_beside_the_page(crossarms_missed: Report, tmp_path: Path) -> None:
    made = crossarms_missed
    # Six images lack their crossarm, three have a pole too many; a missed crossarm is rarer, and so worse.
    assert [("missed" in error["errors"][0]) for error in made.errors] == [True] * 6 + [False] * 3
    assert made.errors[0]["errors"] == ["crossarm 30 × 3 px at 3, 20 missed"]
    assert made.errors[6]["errors"] == ["pole 0.65 where none is, 10 × 55 px at 90, 5"]
    path = tmp_path / "out" / "report.json"
    write_report(made, path)
    names = sorted(
        str(file.relative_to(pictures_of(path))) for file in pictures_of(path).rglob("*") if file.is_file()
    )
    assert names == [*(f"misses/{number:02d}.jpg" for number in range(1, 10)), "precision-recall.svg"]
    with Image.open(pictures_of(path) / "misses/01.jpg") as picture:
        assert picture.size == (640, 480)
    assert (
        "![1. crossarm 30 × 3 px at 3, 20 missed](report-pictures/misses/01.jpg)"
        in path.with_suffix(".md").read_text()
    )
    assert all(not picture.content for picture in read_report(path).pictures)
    assert "precision-recall.svg" in as_markdown(read_report(path))


def test_an_image_that_is_gone_costs_its_picture_and_not_the_report(tmp_path: Path) -> None:
    dataset = write_scenes(tmp_path)
    picture_path(dataset.path, dataset.rows("test")[1]).unlink()
    made = report(dataset, Card(), miss="crossarm")
    assert [("picture" in error) for error in made.errors].count(False) == 1
    assert len(made.pictures) == 1 + len(made.errors) - 1
