"""The report on faces: known people and strangers, fairness, problem cases, what is beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import DataError
from engine.evaluation.report import Report, as_markdown
from engine.tasks.contract import Job
from engine.tasks.image_classification import TASK
from engine.tasks.image_classification.evaluate import evaluate, headline_over, truth_of
from tests.engine.tasks.image_classification.conftest import PEOPLE, STRANGERS, rows_of, stored


@pytest.fixture(scope="module")
def report(trained: Job) -> Report:
    return evaluate(trained.paths.model, trained.dataset, "test", "cpu")


@pytest.mark.slow
def test_it_tells_known_people_from_strangers_and_what_was_before(report: Report) -> None:
    assert set(report.slices) == {"seen", "unseen"}
    assert report.metrics["accuracy"] == report.slices["seen"]["accuracy"]
    assert report.slices["unseen"]["accuracy"] is None
    assert report.metrics["open_set_rejection"] == report.slices["unseen"]["open_set_rejection"]
    assert (report.metrics["accuracy"] or 0) > 0.8
    assert report.baseline["auc"] is not None and report.baseline["accuracy"] is not None
    assert report.slices["unseen"]["rank1"] is not None
    assert any("27 pictures show 3 people whom training never saw" in note for note in report.notes)


@pytest.mark.slow
def test_every_metric_is_one_that_a_target_can_name(report: Report) -> None:
    from fnmatch import fnmatchcase

    for name in report.metrics:
        assert any(fnmatchcase(name, pattern) for pattern in TASK.metrics), name


@pytest.mark.slow
def test_intervals_hold_their_metric(report: Report) -> None:
    assert {"accuracy", "auc", "eer"} <= set(report.intervals)
    for name, (low, high) in report.intervals.items():
        value = report.metrics[name]
        assert value is not None and low <= value + 1e-9 and value <= high + 1e-9, name


@pytest.mark.slow
def test_fairness_is_a_number_at_one_threshold_for_all(report: Report) -> None:
    titles = [table.title for table in report.tables]
    assert "Largest gaps" in titles and "Breakdown by conditions" in titles and "Accuracy by conditions" in titles
    assert report.metrics["largest_gap"] is not None
    assert any("The largest gap is" in note and "One threshold for all" in note for note in report.notes)


@pytest.mark.slow
def test_figures_are_drawn_and_the_page_can_be_read(report: Report) -> None:
    names = {picture.name for picture in report.pictures}
    assert {"figures/roc.svg", "figures/roc.png", "figures/calibration.svg"} <= names
    page = as_markdown(report)
    assert "Before training: Closest impostors" in page and "Known and unseen people, before and after" in page


@pytest.mark.slow
def test_problem_cases_are_rows_of_their_own(trained: Job, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    old = rows_of([(person, 3) for person in PEOPLE], files, 100, slice="original")
    failed = rows_of([("ada", 3), ("ben", 3)], files, 120, slice="feedback", kind="failed-recognition")
    new = rows_of([("zoe", 3)], files, 140, slice="feedback", kind="re-enrolment")
    dataset = stored(tmp_path, files, train=old, test=old + failed + new)
    report = evaluate(trained.paths.model, dataset, "test", "cpu")
    assert {"original", "feedback", "feedback/failed-recognition", "feedback/re-enrolment"} <= set(report.slices)
    assert report.slices["feedback/re-enrolment"]["accuracy"] == 0, "who came with feedback counts"
    (cases,) = [table for table in report.tables if table.title.startswith("Problem cases")]
    assert "feedback/failed-recognition" in [row[0] for row in cases.rows]
    assert any("does not know zoe" in note for note in report.notes)


@pytest.mark.slow
def test_a_split_of_strangers_alone_is_measured_by_pairs(trained: Job, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    dataset = stored(tmp_path, files, test=rows_of([(person, 7) for person in STRANGERS], files, 60))
    report = evaluate(trained.paths.model, dataset, "test", "cpu")
    assert report.metrics["accuracy"] is None and report.metrics["auc"] is not None
    assert any("nobody whom the model knows" in note for note in report.notes)


@pytest.mark.slow
def test_without_the_base_it_says_that_nothing_is_beside_it(trained: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.errors import BaseModelError

    def gone(model: Path, device: str) -> Any:
        raise BaseModelError("the base model is not on this machine", fix="fetch it")

    monkeypatch.setattr("engine.tasks.image_classification.evaluate.load_baseline", gone)
    report = evaluate(trained.paths.model, trained.dataset, "test", "cpu")
    assert report.baseline == {}
    assert any("No figures of the model that training started from" in note for note in report.notes)


@pytest.mark.slow
def test_an_empty_split_is_refused(trained: Job, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no pictures"):
        evaluate(trained.paths.model, stored(tmp_path, {}, test=[]), "test", "cpu")


def test_people_whom_the_model_does_not_know_are_strangers_except_in_feedback() -> None:
    rows: list[dict[str, Any]] = [{"label": "b"}, {"label": "z"}, {"label": "y", "slice": "feedback"}]
    truth = truth_of(rows, ["a", "b"])
    assert truth.numbers.tolist() == [1, -1, 2]
    assert truth.labels == ["a", "b", "y"]


def test_who_came_with_feedback_is_left_out_of_the_original_test_before_and_after() -> None:
    rows: list[dict[str, Any]] = [
        {"label": "a", "slice": "original"},
        {"label": "z", "slice": "original"},
        {"label": "z", "slice": "feedback"},
    ]
    before, after = truth_of(rows, ["a"], {"z"}), truth_of(rows, ["a", "z"], {"z"})
    for truth in (before, after):
        assert truth.known.tolist() == [True, False, True]
        assert not truth.strange.any()


def test_accuracy_over_rows_leaves_strangers_out() -> None:
    rows = [{"label": "a"}, {"label": "b"}, {"label": "z"}]
    predictions = [
        {"label": "a", "scores": {"a": 0.9, "b": 0.1}},
        {"label": "a", "scores": {"a": 0.9, "b": 0.1}},
        {"label": "a", "scores": {"a": 0.9, "b": 0.1}},
    ]
    accuracy = headline_over(rows, predictions)
    assert accuracy(np.array([0, 1, 2])) == 0.5
    assert np.isnan(accuracy(np.array([2])))
