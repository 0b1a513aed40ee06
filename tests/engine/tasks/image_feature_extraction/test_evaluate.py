"""The report: figures with intervals, before and after, slices, conditions, figures, notes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataError
from engine.evaluation.report import Report
from engine.tasks.contract import Job
from engine.tasks.image_feature_extraction import TASK
from tests.engine.tasks.image_feature_extraction.conftest import pictures, stored

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(trained: Job) -> Report:
    return TASK.evaluate(trained.paths.model, trained.dataset, "test", "cpu")


def test_training_is_seen_beside_what_there_was(report: Report) -> None:
    accuracy, before = report.metrics["accuracy"], report.baseline["accuracy"]
    assert accuracy is not None and before is not None and accuracy > before
    low, high = report.intervals["accuracy"]
    assert low <= accuracy <= high
    assert {"map", "macro_f1", "calibration_error", "brier", "answered", "ring/accuracy"} <= report.metrics.keys()


def test_what_is_compared_is_what_the_report_says(trained: Job, report: Report) -> None:
    rows = trained.dataset.rows("test")
    samples = [{**row, "image": str(trained.dataset.path / row["image"])} for row in rows]
    made = TASK.comparable(TASK.load(trained.paths.model, "cpu"), rows, samples)
    found = made.metrics(np.arange(len(rows)))
    assert found == pytest.approx({name: report.metrics[name] for name in found}) and "map" in found
    assert made.errors is not None and made.errors.mean() == pytest.approx(1 - found["accuracy"])


def test_the_report_breaks_figures_down(report: Report) -> None:
    assert set(report.slices) == {"seen", "unseen"}
    tables = {table.title: table for table in report.tables}
    assert {"Before and after", "Classes", "Calibration", "Conditions", "Similarity", "Thresholds"} <= tables.keys()
    values = [row[:2] for row in tables["Conditions"].rows]
    assert values == [["time", "day"], ["time", "night"]]
    assert any(picture.name.endswith(".svg") for picture in report.pictures)


def test_errors_are_those_that_the_model_was_surest_of(report: Report) -> None:
    sure = [error["confidence"] for error in report.errors]
    assert sure == sorted(sure, reverse=True)
    assert all(error["label"] != error["answer"] for error in report.errors)


def test_a_missed_target_and_what_chance_alone_makes_are_said(report: Report) -> None:
    assert any(note.startswith("Target missed: accuracy") for note in report.notes) or report.metrics["accuracy"] == 1
    assert any("even a perfectly calibrated model" in note for note in report.notes)


def test_strangers_count_as_wrong_and_are_told_of(trained: Job, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    strange = [{**row, "label": "star"} for row in pictures(10, 9, files)]
    dataset = stored(tmp_path, files, test=[*strange, *pictures(10, 8, files)])
    made = TASK.evaluate(trained.paths.model, dataset, "test", "cpu")
    assert made.metrics["accuracy"] <= 0.5
    assert any("10 pictures are of classes without a reference" in note for note in made.notes)
    assert not made.baseline


def test_a_split_without_pictures_is_told(trained: Job, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no pictures"):
        TASK.evaluate(trained.paths.model, stored(tmp_path, {}), "test", "cpu")
