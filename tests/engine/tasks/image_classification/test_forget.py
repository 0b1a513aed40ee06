"""Forgetting in a model: the person's template is gone, nobody is taken for them, the others are known as before."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine.errors import InputError
from engine.tasks.contract import Job
from engine.tasks.image_classification import TASK
from engine.tasks.object_detection import TASK as OBJECT_DETECTION

pytestmark = pytest.mark.slow


@pytest.fixture
def model(trained: Job, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained.paths.model, tmp_path / "model"))


def test_nothing_of_a_person_is_left_in_the_head(model: Path) -> None:
    label = TASK.load(model, "cpu").labels[1]  # type: ignore[attr-defined]
    before = load_file(model / "head.safetensors")
    assert TASK.forget(model, {label})
    after = load_file(model / "head.safetensors")
    for name in ("means", "start_means", "output.weight"):
        assert before[name][1].any() and not after[name][1].any()
        assert np.array_equal(np.delete(before[name], 1, 0), np.delete(after[name], 1, 0))
    assert not TASK.forget(model, {label}), "doing it again changes nothing"


def test_nobody_is_taken_for_somebody_forgotten(model: Path, trained: Job) -> None:
    rows = trained.dataset.rows("test")
    samples = [{"image": str(trained.dataset.path / row["image"])} for row in rows]
    labels = TASK.load(model, "cpu").labels  # type: ignore[attr-defined]
    label = next(row["label"] for row in TASK.load(model, "cpu").predict(samples) if row["label"] in labels)
    TASK.forget(model, {label})
    assert label not in {row["label"] for row in TASK.load(model, "cpu").predict(samples)}


def test_somebody_else_is_not_there_to_be_forgotten(model: Path) -> None:
    assert not TASK.forget(model, {"nobody of that name"})


def test_a_damaged_head_is_told(model: Path) -> None:
    (model / "head.safetensors").write_bytes(b"no tensors")
    with pytest.raises(InputError, match="the head cannot be read"):
        TASK.forget(model, {"anybody"})


def test_a_task_that_keeps_nothing_of_labels_has_nothing_to_forget(tmp_path: Path) -> None:
    assert not OBJECT_DETECTION.forget(tmp_path, {"pole"})
