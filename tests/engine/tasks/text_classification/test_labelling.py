"""What the report says of labelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.tasks.contract import Job
from engine.tasks.text_classification import TASK
from tests.engine.tasks.text_classification.conftest import labelled, stored

pytestmark = pytest.mark.slow


def test_the_report_holds_a_learning_curve_and_doubtful_labels(trained: Job) -> None:
    report = TASK.evaluate(trained.paths.model, trained.dataset, "test", "cpu")
    tables = {table.title: table for table in report.tables}
    curve, doubts = tables["Learning curve"], tables["Labels that look wrong"]
    assert curve.figure == "curves"
    assert curve.rows[-1][0] == len(trained.dataset.rows("train"))
    assert all(0 <= value <= 1 for row in curve.rows for value in row[1:])
    assert all(row[1] != row[2] for row in doubts.rows)


def test_a_label_turned_round_is_among_the_doubtful_ones(trained: Job, tmp_path: Path) -> None:
    rows = labelled(60, 3)
    wrong = {**rows[0], "label": next(row["label"] for row in rows if row["label"] != rows[0]["label"])}
    changed = stored(tmp_path, train=[wrong, *rows[1:]], test=labelled(30, 4))
    report = TASK.evaluate(trained.paths.model, changed, "test", "cpu")
    (doubts,) = [table for table in report.tables if table.title == "Labels that look wrong"]
    assert rows[0]["text"] in [row[0] for row in doubts.rows]


def test_without_training_texts_there_is_neither(trained: Job, tmp_path: Path) -> None:
    report = TASK.evaluate(trained.paths.model, stored(tmp_path, test=labelled(12, 5)), "test", "cpu")
    assert not {"Learning curve", "Labels that look wrong"} & {table.title for table in report.tables}
