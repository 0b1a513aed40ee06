"""The report."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.datasets.store import Dataset
from engine.evaluation.report import Report, as_markdown
from engine.files import read_json, write_json
from engine.runs.spec import Target
from engine.tasks.sentence_similarity import TASK
from engine.tasks.sentence_similarity.evaluate import evaluate
from tests.engine.jobs import MakeJob

pytestmark = pytest.mark.slow

TARGETS = (Target("correlation", at_least=0.999), Target("mae", at_most=2.0))


@pytest.fixture(scope="module")
def model(make_job_in: Callable[[Path], MakeJob], tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = make_job_in(tmp_path_factory.mktemp("trained"))(
        epochs=8, learning_rate=3e-3, unsupervised_epochs=1, targets=TARGETS
    )
    TASK.train(job)
    return job.paths.model


@pytest.fixture
def report(model: Path, pairs_dataset: Dataset) -> Report:
    return evaluate(model, pairs_dataset, "test", "cpu")


def rows_of(report: Report, title: str) -> dict[str, list[object]]:
    table = next(table for table in report.tables if table.title.startswith(title))
    return {row[0]: row for row in table.rows}


def test_the_report_has_each_metric_with_its_interval_and_the_untrained_one(report: Report) -> None:
    assert set(report.metrics) == set(report.baseline) == set(TASK.metrics)
    assert set(report.intervals) == set(TASK.metrics)
    for name, (low, high) in report.intervals.items():
        value = report.metrics[name]
        assert value is not None and low <= value <= high
    trained, untrained = report.metrics["correlation"], report.baseline["correlation"]
    assert trained is not None and untrained is not None and trained > untrained


def test_parts_are_counted_apart_and_make_the_whole(report: Report) -> None:
    assert set(report.slices) == {"seen", "unseen"}
    kinds = rows_of(report, "Kinds")
    assert set(kinds) == {"paraphrase", "same_topic", "unrelated"}
    assert sum(row[1] for row in kinds.values() if isinstance(row[1], int)) == report.examples == 40
    assert [row[1] for row in rows_of(report, "Vocabulary").values()] == [20, 20]
    assert sum(row[1] for row in rows_of(report, "Calibration").values() if isinstance(row[1], int)) == 40


def test_the_worst_errors_come_first_with_both_texts(report: Report) -> None:
    gaps = [abs(error["score"] - error["similarity"]) for error in report.errors]
    assert gaps == sorted(gaps, reverse=True)
    assert {"a", "b", "kind", "slice"} <= set(report.errors[0])


def test_a_missed_target_is_said_plainly_and_a_reached_one_is_not(report: Report) -> None:
    missed = [note for note in report.notes if note.startswith("Target missed")]
    assert len(missed) == 1
    assert "correlation" in missed[0] and "0.999" in missed[0] and "interval" in missed[0]
    assert missed[0] in as_markdown(report)


def test_the_report_shows_whether_the_unsupervised_phase_helped(report: Report, model: Path) -> None:
    tried = rows_of(report, "What training tried")
    assert set(tried) == {"untrained", "supervised", "supervised alone"}
    assert [name for name, row in tried.items() if row[3] == "yes"] == [read_json(model / "finetop.json")["kept"]]
    assert any(note.startswith("The unsupervised phase was") for note in report.notes)


def test_without_its_base_the_report_says_that_the_untrained_figures_are_missing(
    model: Path, pairs_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    facts = read_json(model / "finetop.json")
    copy = tmp_path / "copy"
    shutil.copytree(model, copy)
    write_json(copy / "finetop.json", {**facts, "config": {**facts["config"], "base": "no-such/base"}})
    report = evaluate(copy, pairs_dataset, "test", "cpu")
    assert report.baseline == {}
    assert any("untrained" in note and "no-such/base" in note for note in report.notes)


def test_the_headline_over_rows_is_that_of_the_report_trained_and_untrained(
    model: Path, report: Report, pairs_dataset: Dataset
) -> None:
    rows = pairs_dataset.rows("test")
    for load, expected in ((TASK.load, report.metrics), (TASK.load_baseline, report.baseline)):
        score = TASK.headline_over(rows, load(model, "cpu").predict(rows))
        assert score(np.arange(len(rows))) == pytest.approx(expected["correlation"], abs=1e-3)
        found = TASK.comparable(load(model, "cpu"), rows, rows).metrics(np.arange(len(rows)))
        assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-3)
