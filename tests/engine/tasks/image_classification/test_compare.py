"""`engine compare` on pictures of people: beside the model that training started from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.comparing import compare
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.tasks.contract import Job
from engine.tasks.image_classification import TASK
from engine.workspace import Workspace

pytestmark = pytest.mark.slow
RUN = "20261120-143215-p-m-0001"


def test_pictures_are_found_in_their_dataset_and_strangers_left_out(trained: Job, tmp_path: Path) -> None:
    paths = RunPaths(Workspace(tmp_path).runs / RUN)
    shutil.copytree(trained.paths.model, paths.model)
    dataset = str(trained.dataset.path)
    RunSpec(id=RUN, profile="p", model="m", task=TASK.name, dataset=dataset, config={}).write(paths.spec)
    done = compare(["baseline", RUN], workspace=Workspace(tmp_path))
    report = TASK.evaluate(trained.paths.model, trained.dataset, "test", "cpu")
    (found,) = done.challengers
    assert done.metric == "accuracy"
    assert found.headline.second_value == pytest.approx(report.metrics["accuracy"])
    assert found.headline.first_value == pytest.approx(report.baseline["accuracy"])
