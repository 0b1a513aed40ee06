"""The report: figures beside the untrained base, tables, worst errors, notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.evaluation.report import as_markdown
from engine.files import read_json, write_json
from engine.tasks.contract import Job
from engine.tasks.text_classification import TASK
from tests.engine.tasks.text_classification.conftest import labelled, stored

pytestmark = pytest.mark.slow


def test_it_stands_beside_the_untrained_base(trained: Job) -> None:
    report = TASK.evaluate(trained.paths.model, trained.dataset, "test", "cpu")
    assert report.metrics["macro_f1"] is not None and report.baseline["macro_f1"] is not None
    assert report.metrics["macro_f1"] > report.baseline["macro_f1"]
    low, high = report.intervals["macro_f1"]
    assert low <= report.metrics["macro_f1"] <= high
    (beside,) = [table for table in report.tables if table.title == "Beside the untrained base"]
    assert [row[0] for row in beside.rows] == [
        "this model",
        "nearest mean of the training texts",
        "nearest description of a label",
    ]


def test_it_holds_labels_confusion_and_reliability(trained: Job) -> None:
    report = TASK.evaluate(trained.paths.model, trained.dataset, "test", "cpu")
    tables = {table.title: table for table in report.tables}
    assert [row[0] for row in tables["Labels"].rows] == ["maps", "music", "tokens"]
    assert sum(count for row in tables["Confusion of labels"].rows for count in row[1:]) == report.examples == 60
    assert sum(row[1] for row in tables["Calibration"].rows) == 60
    assert set(report.slices) == {"seen", "unseen"}
    assert report.metrics.keys() >= {"calibration_error", "accuracy", "maps/f1", "music/recall", "tokens/precision"}


def test_the_surest_errors_come_first_with_who_made_the_folder(trained: Job) -> None:
    report = TASK.evaluate(trained.paths.model, trained.dataset, "test", "cpu")
    assert report.errors and all(error["label"] != error["predicted"] for error in report.errors)
    assert [error["confidence"] for error in report.errors] == sorted(
        (error["confidence"] for error in report.errors), reverse=True
    )
    assert all(error["group"].startswith("creator") for error in report.errors)


def test_it_says_how_confidences_were_calibrated_and_what_was_missed(trained: Job) -> None:
    report = TASK.evaluate(trained.paths.model, trained.dataset, "test", "cpu")
    assert any("calibrated by temperature on" in note for note in report.notes)
    assert any("Target missed: macro_f1" in note for note in report.notes)
    assert "Confusion of labels" in as_markdown(report)


def test_labels_that_the_model_does_not_know_count_as_wrong(trained: Job, tmp_path: Path) -> None:
    rows = labelled(12, 5)
    strange = [{**row, "label": "fonts"} for row in rows[:3]]
    report = TASK.evaluate(trained.paths.model, stored(tmp_path, test=strange + rows[3:]), "test", "cpu")
    assert report.metrics["accuracy"] is not None and report.metrics["accuracy"] <= 9 / 12
    assert report.metrics["fonts/recall"] == 0
    assert any("does not know fonts: their 3 texts" in note for note in report.notes)


def test_without_the_base_the_report_says_so(trained: Job, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(trained.paths.model, tmp_path / "model")
    card = read_json(tmp_path / "model" / "finetop.json")
    card["config"]["base"] = "nobody/has-this"
    write_json(tmp_path / "model" / "finetop.json", card)
    report = TASK.evaluate(tmp_path / "model", trained.dataset, "test", "cpu")
    assert report.baseline == {}
    assert any("No figures of the untrained model" in note for note in report.notes)
