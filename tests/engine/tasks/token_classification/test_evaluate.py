"""The report of a tagger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.datasets.store import Dataset, write_dataset
from engine.evaluation.report import Report, as_markdown
from engine.runs.spec import Target
from engine.tasks.contract import Job
from engine.tasks.token_classification import TASK
from engine.tasks.token_classification.confusion import confuse, pair
from engine.tasks.token_classification.tags import Span
from engine.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(trained: Job) -> Report:
    return TASK.evaluate(trained.paths.model, trained.dataset, "test", "cpu")


def test_the_report_has_metrics_intervals_slices_and_the_untrained_model(report: Report) -> None:
    f1 = report.metrics["f1"]
    assert f1 is not None
    low, high = report.intervals["f1"]
    assert low <= f1 <= high
    assert set(report.slices) == {"seen", "unseen"}
    assert report.baseline["f1"] == 0
    assert report.examples == 24
    assert 0 <= (report.metrics["calibration_error"] or 0) < 0.3


def test_the_report_has_its_tables_and_can_be_read_as_a_page(report: Report) -> None:
    assert [table.title for table in report.tables] == ["Entity types", "Confusion of types", "Calibration"]
    assert "| TOOL |" in as_markdown(report)


def test_a_missed_target_is_said_with_its_slices(make_job: Callable[..., Job]) -> None:
    job = make_job(epochs=0, targets=(Target("f1", at_least=0.9), Target("loss", at_most=100.0)))
    TASK.train(job)
    report = TASK.evaluate(job.paths.model, job.dataset, "test", "cpu")
    [note] = [note for note in report.notes if "missed" in note]
    assert note == (
        "Target missed: f1 ≥ 0.9 is not reached, f1 is 0.000 (seen 0.000, unseen 0.000). "
        "The 95 % interval is 0.000 – 0.000, all of which misses it."
    )


def other_dataset(where: Path, rows: list[dict[str, Any]]) -> Dataset:
    return write_dataset(
        Workspace(where), task=TASK.name, profile="p", model="m", splits={"test": rows}, classes={}, source="import"
    )


def test_errors_show_the_text_and_what_went_wrong(trained: Job, tmp_path: Path) -> None:
    rows = [
        {
            "text": "bring the drill to the barn, please and hurry",
            "entities": [{"start": 0, "end": 5, "label": "TOOL"}],
        }
    ]
    report = TASK.evaluate(trained.paths.model, other_dataset(tmp_path, rows), "test", "cpu")
    [error] = report.errors
    assert error["text"] == rows[0]["text"]
    assert any(problem == "TOOL 'bring' read as nothing" for problem in error["errors"])
    assert any(problem.startswith("nothing read as PLACE 'barn'") for problem in error["errors"])
    assert report.baseline == {}


def test_types_that_the_model_does_not_know_and_entities_inside_words_are_noted(trained: Job, tmp_path: Path) -> None:
    entities = [{"start": 0, "end": 3, "label": "VERB"}, {"start": 10, "end": 13, "label": "TOOL"}]
    rows = [{"text": "bring the drill", "entities": entities}]
    report = TASK.evaluate(trained.paths.model, other_dataset(tmp_path, rows), "test", "cpu")
    assert any("does not know VERB" in note for note in report.notes)
    assert any(note.startswith("1 entities of the truth begin or end inside a word") for note in report.notes)


def test_entities_are_paired_by_overlap_each_once() -> None:
    wanted, got = [Span(0, 5, 0), Span(10, 20, 1), Span(30, 31, 0)], [Span(0, 5, 0), Span(12, 20, 0), Span(40, 45, 1)]
    assert pair(wanted, got) == [
        (wanted[0], got[0]),
        (wanted[1], got[1]),
        (wanted[2], None),
        (None, got[2]),
    ]
    confusion = confuse([wanted], [got], 2)
    assert confusion.table.tolist() == [[1, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert confuse([[Span(0, 5, 0)]], [[Span(0, 4, 0)]], 1).wrong_boundary.tolist() == [1]


def test_the_headline_over_rows_is_that_of_the_report(trained: Job, report: Report) -> None:
    rows = trained.dataset.rows("test")
    score = TASK.headline_over(rows, TASK.load(trained.paths.model, "cpu").predict(rows))
    assert score(np.arange(len(rows))) == pytest.approx(report.metrics["f1"])
    untrained = TASK.headline_over(rows, TASK.load_baseline(trained.paths.model, "cpu").predict(rows))
    assert untrained(np.arange(len(rows))) < score(np.arange(len(rows))) / 2
    assert score(np.zeros(3, dtype=np.int64)) == score(np.zeros(1, dtype=np.int64))


def test_what_is_compared_is_what_the_report_says(trained: Job, report: Report) -> None:
    rows = trained.dataset.rows("test")
    made = TASK.comparable(TASK.load(trained.paths.model, "cpu"), rows, rows)
    found = made.metrics(np.arange(len(rows)))
    assert found == pytest.approx({name: report.metrics[name] for name in found}) and next(iter(found)) == "f1"
    assert made.errors is not None and (made.errors > 0).sum() >= len(report.errors)
    right = int(np.flatnonzero(made.errors == 0)[0])
    assert made.wanted(right) == made.told(right)
