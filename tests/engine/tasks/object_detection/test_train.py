"""Training a detector: it learns, it resumes to the same weights, it hands over what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.datasets.store import Dataset
from engine.errors import InputError, StopRequested
from engine.files import read_json
from engine.runs.checkpoints import newest_valid
from engine.runs.paths import RunPaths
from engine.tasks.contract import Stop
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.predict import agree
from engine.training.snapshot import read_snapshot
from tests.engine.interruptions import Killed, after, events, kill
from tests.engine.jobs import MakeJob, job_maker

from .drawn import SIZE, drawn_dataset

pytestmark = pytest.mark.slow

CLASSES = ("bar", "square")
TILES = {"tiles": "both", "tile_size": 48, "tiles_per_image": 1}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return drawn_dataset(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def make_job(tmp_path: Path, dataset: Dataset, no_pulse: None) -> MakeJob:
    defaults = {"epochs": 2, "batch_size": 4, "image_size": SIZE, "precision": "fp32"}
    return job_maker(tmp_path, TASK.config_class, defaults, dataset=dataset, headline="map50_95")


@pytest.mark.parametrize(
    ("calls", "answer", "raised", "tiles"),
    [(7, kill, Killed, {}), (9, lambda: Stop.NOW, StopRequested, {}), (13, kill, Killed, TILES | {"epochs": 1})],
    ids=["killed", "stopped", "killed with tiles"],
)
def test_cut_off_anywhere_and_resumed_the_weights_are_those_of_an_uninterrupted_run(
    make_job: MakeJob, calls: int, answer: Callable[[], Stop], raised: type[BaseException], tiles: dict[str, Any]
) -> None:
    settings = {"mosaic": 1.0, "copy_paste": 0.5, "repeat_threshold": 0.5, "checkpoint_every_s": 0} | tiles
    whole, cut = make_job("whole", **settings), make_job("cut", should_stop=after(calls, answer), **settings)
    TASK.train(whole)
    with pytest.raises(raised):
        TASK.train(cut)
    checkpoint = newest_valid(cut.paths.checkpoints)
    assert checkpoint is not None
    resumed = make_job("cut", resume_from=checkpoint.path, **settings)
    TASK.train(resumed)
    one, other = (load_file(job.paths.model / "model.safetensors") for job in (whole, resumed))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_killed_and_resumed_the_weights_are_the_same_whoever_prepares_the_images(
    make_job: MakeJob, tmp_path: Path
) -> None:
    settings = {"epochs": 1, "mosaic": 1.0, "copy_paste": 0.5, "checkpoint_every_s": 0}
    middle = RunPaths(tmp_path / "cut").checkpoints / "step-00000003"
    whole = make_job("whole", loader_workers=0, **settings)
    cut = make_job("cut", loader_workers=3, should_stop=lambda: kill() if middle.exists() else Stop.NO, **settings)
    TASK.train(whole)
    with pytest.raises(Killed):
        TASK.train(cut)
    TASK.train(make_job("cut", loader_workers=1, resume_from=middle, **settings))
    # What was trained, not the best so far, which may be the start.
    ends = [job.paths.checkpoints / "step-00000006" for job in (whole, cut)]
    one, other = (read_snapshot(end).model for end in ends)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_it_learns_and_a_fresh_reader_of_the_model_predicts_the_same(make_job: MakeJob) -> None:
    job = make_job("run", epochs=30, learning_rate=5e-3, warmup_ratio=0.1, mosaic=0.0, scale=0.1)
    TASK.train(job)
    last = events(job, "metrics")[-1]["values"]
    assert last["square/recall"] >= 0.5
    assert {f"{label}/{name}" for label in CLASSES for name in ("map50_95", "precision", "recall")} <= set(last)
    expected = read_json(job.paths.model / "expected.json")
    got = TASK.load(job.paths.model, "cpu").predict(expected["samples"])
    assert any(row["objects"] for row in got)
    assert all(agree(*pair) for pair in zip(expected["predictions"], got, strict=True))
    assert set(read_json(job.paths.model / "finetop.json")["thresholds"]) == set(CLASSES)
    report = TASK.evaluate(job.paths.model, job.dataset, "validation", "cpu")
    best = max(event["values"]["map50_95"] for event in events(job, "metrics") if "map50_95" in event["values"])
    assert report.metrics["map50_95"] == pytest.approx(best, abs=0.01)
    assert {table.title for table in report.tables} >= {"Confusion of classes", "Precision over recall"}
    assert report.pictures
    rows = job.dataset.rows("validation")
    samples = [{**row, "image": str(job.dataset.path / row["image"])} for row in rows]
    trained, untrained = (
        TASK.comparable(load(job.paths.model, "cpu"), rows, samples).metrics(np.arange(len(rows)))
        for load in (TASK.load, TASK.load_baseline)
    )
    assert trained == pytest.approx({name: report.metrics[name] for name in trained})
    assert untrained["map50_95"] < trained["map50_95"]


def test_repeated_images_make_epochs_longer_and_the_list_is_named(make_job: MakeJob) -> None:
    job = make_job("run", epochs=1, repeat_threshold=1.0)
    TASK.train(job)
    [said] = [event["message"] for event in events(job, "log") if "an epoch sees" in event["message"]]
    assert " images of 24, list " in said
    assert events(job, "progress")[-1]["steps"] > 6


def test_a_model_trained_with_tiles_reads_by_tiles_wherever_it_is_used(make_job: MakeJob, dataset: Dataset) -> None:
    job = make_job("run", epochs=2, learning_rate=5e-3, mosaic=0.0, eval_batch_size=8, **TILES)
    TASK.train(job)
    said = [event["message"] for event in events(job, "log")]
    assert any("tiles of 48 px" in message for message in said)
    assert not any("no effect" in message for message in said)
    [phase] = job.config.phases({"train": 24})
    assert events(job, "progress")[-1]["steps"] == phase.steps == 24
    assert read_json(job.paths.model / "finetop.json")["tiling"] == {"size": 48, "overlap": 0.2}
    read: list[int] = []
    predictor = TASK.load(job.paths.model, "cpu")
    predictor.detector.model.register_forward_hook(lambda *given: read.append(len(given[1][0])))
    expected = read_json(job.paths.model / "expected.json")
    got = predictor.predict(expected["samples"])
    assert all(agree(*pair) for pair in zip(expected["predictions"], got, strict=True))
    assert sum(read) == 4 * (1 + 4)
    report = TASK.evaluate(job.paths.model, dataset, "test", "cpu")
    assert any("tiles of 48 px" in note for note in report.notes)
    card = read_json(job.paths.model / "finetop.json")
    (job.paths.model / "finetop.json").write_text(json.dumps(card | {"tiling": {"size": 0, "overlap": 0.2}}))
    with pytest.raises(InputError, match="tiles must be of 32 pixels"):
        TASK.load(job.paths.model, "cpu")


def test_tiles_that_are_no_smaller_than_the_images_are_said_to_have_no_effect(make_job: MakeJob) -> None:
    job = make_job("run", epochs=0, tiles="both")
    TASK.train(job)
    [warning] = [event["message"] for event in events(job, "log") if event.get("level") == "warning"]
    assert "tiles have no effect; set tile_size below 64" in warning
