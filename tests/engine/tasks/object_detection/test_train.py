"""Training a detector: it learns, it resumes to the same weights, it hands over what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from engine.datasets.store import Dataset
from engine.errors import StopRequested
from engine.events.writer import EventWriter
from engine.files import read_json
from engine.runs.checkpoints import newest_valid
from engine.runs.paths import RunPaths
from engine.tasks.contract import Job, Stop
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.predict import agree

from .drawn import SIZE, drawn_dataset

pytestmark = pytest.mark.slow

MakeJob = Callable[..., Job]
CLASSES = ("bar", "square")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return drawn_dataset(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def make_job(tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> MakeJob:
    # Tests count the calls of `should_stop`: a slow machine must not add any.
    monkeypatch.setattr("engine.training.pulse.PULSE_EVERY_S", float("inf"))

    def make(
        name: str, *, should_stop: Any = lambda: Stop.NO, resume_from: Path | None = None, **settings: Any
    ) -> Job:
        paths = RunPaths(tmp_path / name)
        config = {
            "epochs": 2,
            "batch_size": 4,
            "image_size": SIZE,
            "precision": "fp32",
        } | settings
        return Job(
            run_id="20261120-143215-p-yolo-0001",
            config=TASK.config_class(**config),
            dataset=dataset,
            device="cpu",
            paths=paths,
            events=EventWriter(paths.events),
            should_stop=should_stop,
            headline="map50_95",
            resume_from=resume_from,
        )

    return make


def events(job: Job, kind: str) -> list[dict[str, Any]]:
    lines = [msgspec.json.decode(line) for line in job.paths.events.read_bytes().splitlines()]
    return [event for event in lines if event["type"] == kind]


def after(calls: int, answer: Callable[[], Stop]) -> Callable[[], Stop]:
    count = 0

    def should_stop() -> Stop:
        nonlocal count
        count += 1
        return answer() if count > calls else Stop.NO

    return should_stop


class Killed(BaseException):
    """Stands for SIGKILL inside one process: nothing of ours may catch it."""


def kill() -> Stop:
    raise Killed


@pytest.mark.parametrize(("calls", "answer", "raised"), [(7, kill, Killed), (9, lambda: Stop.NOW, StopRequested)])
def test_cut_off_anywhere_and_resumed_the_weights_are_those_of_an_uninterrupted_run(
    make_job: MakeJob, calls: int, answer: Callable[[], Stop], raised: type[BaseException]
) -> None:
    settings = {"mosaic": 1.0, "copy_paste": 0.5, "repeat_threshold": 0.5, "checkpoint_every_s": 0}
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


def test_repeated_images_make_epochs_longer_and_the_list_is_named(make_job: MakeJob) -> None:
    job = make_job("run", epochs=1, repeat_threshold=1.0)
    TASK.train(job)
    [said] = [event["message"] for event in events(job, "log") if "an epoch sees" in event["message"]]
    assert " images of 24, list " in said
    assert events(job, "progress")[-1]["steps"] > 6
