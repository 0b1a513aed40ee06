"""Comparing what stands in a workspace, whatever the task; real classifiers: tests of the tasks."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine.cli.main import main
from engine.comparing import compare
from engine.comparing.changes import changes
from engine.comparing.held_out import HeldOut
from engine.datasets.store import Dataset, write_dataset
from engine.errors import InputError
from engine.registry.store import register
from engine.tasks.comparable import Comparable
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run


@pytest.fixture
def workspace(tmp_path: Any) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    rows = {name: [{"text": f"{name} {at}", "label": "even"} for at in range(12)] for name in ("train", "test")}
    return write_dataset(workspace, task="noop", profile="plain", model="m", splits=rows, classes={}, source="recipe")


@pytest.fixture
def versions(workspace: Workspace, dataset: Dataset) -> list[str]:
    """Two versions, of which the second is better by 0.1."""
    scores = (0.8, 0.9)
    runs = [ended_run(workspace, dataset=dataset.id, metrics={"score": score}) for score in scores]
    return [register(workspace, run).name for run in runs]


def test_versions_and_runs_are_compared_alike(workspace: Workspace, versions: list[str]) -> None:
    done = compare(versions, workspace=workspace, latency=True)
    (one,) = done.challengers
    assert (one.first, one.second, done.rows) == ("plain/m@1", "plain/m@2", 12)
    assert one.headline.difference == pytest.approx(0.1) and one.headline.verdict == "better"
    assert one.headline.p_value is not None and one.headline.p_value < 0.05
    assert one.sentence.startswith("plain/m@2 is better than plain/m@1: score 0.900 against 0.800 (+0.100, 95 % ")
    assert all(took.rows == 12 and 0 <= took.p50_ms <= took.p95_ms for took in done.latency.values())
    run = register(workspace, ended_run(workspace, dataset=done.dataset)).manifest.run
    three = compare([*versions, run], workspace=workspace)
    assert three.values == {"plain/m@1": 0.8, "plain/m@2": 0.9, run: 0.9}
    assert [other.headline.level for other in three.challengers] == [0.975, 0.975]


def test_the_command_prints_the_table_or_json(
    workspace: Workspace, versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for more in (["--latency"], ["--json"]):
        with pytest.raises(SystemExit) as left:
            main(["compare", *versions, "--workspace", str(workspace.root), *more])
        assert left.value.code == 0
        said.append(capsys.readouterr().out)
    assert "Nobody can say which difference in score" in said[0] and "p95 ms" in said[0]
    assert json.loads(said[1])["challengers"][0]["headline"]["verdict"] == "better"


def test_a_dataset_that_is_gone_is_told_of(workspace: Workspace, versions: list[str], dataset: Dataset) -> None:
    gone = register(workspace, ended_run(workspace, dataset="20200101-plain-m-gone")).name
    (note,) = compare([versions[0], gone], workspace=workspace).notes
    assert note == (
        "The dataset 20200101-plain-m-gone is gone: nobody can say which of these rows plain/m@3 has learnt from."
    )


def test_a_task_without_an_untrained_model_says_so(workspace: Workspace, versions: list[str]) -> None:
    with pytest.raises(InputError, match="has no untrained model that predicts"):
        compare(["baseline", versions[0]], workspace=workspace)


def answers(errors: list[float]) -> Comparable:
    return Comparable(
        metrics=lambda at: {},
        errors=np.array(errors),
        wanted=lambda at: f"truth {at}",
        told=lambda at: f"answer {at}",
        noticeable=0.1,
    )


def test_rows_that_changed_are_named_in_both_directions_the_largest_first(dataset: Dataset) -> None:
    rows = dataset.rows("test")
    held_out = HeldOut(dataset, rows, [at + 100 for at in range(12)], [])
    kept = np.array([0, 2, 3, 4, 5])
    first, second = (
        answers([0.0, 9.0, 0.5, 1.0, 0.3, 0.0, *[0.0] * 6]),
        answers([1.0, 0.0, 0.4, 0.0, 0.0, 0.05, *[0.0] * 6]),
    )
    found = changes(first, second, held_out, kept)
    assert found is not None
    fixed, broken = found
    assert (fixed.count, [row.row for row in fixed.rows]) == (2, [103, 104])
    assert (broken.count, broken.rows[0].asked, broken.rows[0].wanted) == (1, "test 0", "truth 0")
    assert changes(first, Comparable(metrics=lambda at: {}), held_out, kept) is None
