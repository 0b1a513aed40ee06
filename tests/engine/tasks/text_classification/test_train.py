"""Training: methods, choice of the best, stop, resume, and what is said of data that cannot be learnt from."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.numpy import load_file

from engine.datasets.store import Dataset
from engine.errors import DataError, InputError, NonFiniteError, StopRequested
from engine.files import read_json
from engine.runs.checkpoints import newest_valid
from engine.tasks.contract import Job, Stop
from engine.tasks.text_classification import TASK, setfit_pairs, train
from engine.tasks.text_classification.training import ClassTraining
from tests.engine.interruptions import Killed, Uninterrupted, after, events, kill, resumed, train_through, trainer
from tests.engine.jobs import MakeJob

pytestmark = pytest.mark.slow
MINED: dict[str, Any] = {"hard_negatives": {"k": 2, "min_similarity": -1.0}}
AT_EVERY_STEP: dict[str, Any] = {"checkpoint_every_s": 0.0, "train": MINED}


def handed_over(job: Job) -> dict[str, Any]:
    """What a run ends with: the card, and every array."""
    card = read_json(job.paths.model / "finetop.json")
    arrays = load_file(job.paths.model / "model.safetensors") | load_file(job.paths.model / "heads.safetensors")
    return {"card": card, "arrays": {name: array.tobytes() for name, array in arrays.items()}}


@pytest.mark.parametrize(
    "settings",
    [{"method": "triplet"}, {"method": "triplet", "triplets": "semi-hard"}, {"method": "supcon"}],
    ids=["batch-all", "semi-hard", "supcon"],
)
def test_training_teaches_the_classes(make_job: MakeJob, settings: dict[str, Any]) -> None:
    job = make_job(epochs=10, train=settings | MINED)
    outcome = TASK.train(job)
    assert outcome.score is not None and outcome.start_score is not None
    assert outcome.score > outcome.start_score
    first = next(event for event in events(job, "metrics") if event.get("split") == "validation")
    assert first["step"] == 0 and first["values"]["macro_f1"] == outcome.start_score


def test_frozen_fits_the_head_alone(make_job: MakeJob, tiny_base: Path) -> None:
    job = make_job(train={"method": "frozen"})
    outcome = TASK.train(job)
    start, end = load_file(tiny_base / "model.safetensors"), load_file(job.paths.model / "model.safetensors")
    assert all((start[name] == end[name]).all() for name in start)
    assert outcome.best_step == 0 and outcome.score == outcome.start_score
    assert read_json(job.paths.model / "finetop.json")["kept_start"] is False


def test_calibration_rows_never_say_when_to_stop(make_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[str] = []
    original = ClassTraining.evaluate

    def evaluate(self: ClassTraining, tick: Any) -> dict[str, float]:
        watched.extend(row["group"] for row in self.watched.rows)
        return original(self, tick)

    monkeypatch.setattr(ClassTraining, "evaluate", evaluate)
    job = make_job(epochs=1)
    TASK.train(job)
    groups = {row["group"] for row in job.dataset.rows("validation")}
    calibration = read_json(job.paths.model / "finetop.json")["calibration"]
    assert calibration["kind"] == "temperature" and 20 <= calibration["rows"] <= 25
    spared = groups - set(watched)
    assert sum(row["group"] in spared for row in job.dataset.rows("validation")) == calibration["rows"]


def test_the_final_head_learns_from_validation_too_but_never_from_what_calibrates_it(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[int] = []
    original = train.fit_head

    def fit_head(vectors: Any, classes: Any, count: int, **settings: Any) -> Any:
        fitted.append(len(vectors))
        return original(vectors, classes, count, **settings)

    monkeypatch.setattr(train, "fit_head", fit_head)
    job = make_job(epochs=1)
    TASK.train(job)
    rows = read_json(job.paths.model / "finetop.json")["calibration"]["rows"]
    assert fitted == [36 + 45 - rows]


def test_few_validation_rows_teach_and_training_texts_held_out_calibrate(
    make_job: MakeJob, few_validation: Dataset
) -> None:
    job = make_job(dataset=few_validation, epochs=2)
    outcome = TASK.train(job)
    calibration = read_json(job.paths.model / "finetop.json")["calibration"]
    assert calibration["kind"] == "temperature" and calibration["rows"] == 36 + 9
    assert any("fitted without it" in event["message"] for event in events(job, "log"))
    assert any("9 validation texts are too few" in event["message"] for event in events(job, "log"))
    assert outcome.score is None and outcome.best_step == 8
    assert not [event for event in events(job, "metrics") if event.get("split") == "validation"]


def test_without_validation_training_goes_to_its_end_and_hands_over_the_last_weights(
    make_job: MakeJob, few_validation: Dataset, no_validation: Dataset
) -> None:
    job = make_job(dataset=no_validation, epochs=2, patience=1)
    assert TASK.train(job).best_step == 8
    few = make_job("few", dataset=few_validation, epochs=2)
    TASK.train(few)
    assert handed_over(few)["arrays"] == handed_over(job)["arrays"]


def test_validation_rows_that_must_not_teach_say_when_to_stop_however_few(
    make_job: MakeJob, few_validation: Dataset
) -> None:
    job = make_job(dataset=few_validation, epochs=1, learn_from="train")
    assert TASK.train(job).score is not None
    assert read_json(job.paths.model / "finetop.json")["calibration"]["rows"] == 36


def test_word_embeddings_stay_as_they_are_unless_they_are_to_be_trained(make_job: MakeJob, tiny_base: Path) -> None:
    name = "embeddings.word_embeddings.weight"
    before = load_file(tiny_base / "model.safetensors")
    for trained in (False, True):
        job = make_job(f"words-{trained}", epochs=10, train=MINED, train_embeddings=trained)
        TASK.train(job)
        after_ = load_file(job.paths.model / "model.safetensors")
        assert (before[name] == after_[name]).all() is not trained
        assert any((before[other] != after_[other]).any() for other in before if "layer" in other)


def test_a_broken_encoder_is_never_handed_over(make_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    original = ClassTraining.collate

    def collate(self: ClassTraining, indices: Any, epoch: int) -> Any:
        with torch.no_grad():
            next(self.model.parameters()).fill_(float("nan"))
        return original(self, indices, epoch)

    monkeypatch.setattr(ClassTraining, "collate", collate)
    job = make_job()
    with pytest.raises(NonFiniteError):
        TASK.train(job)
    assert not job.paths.model.exists()


def test_one_label_alone_is_a_sentence(make_job: MakeJob, one_label: Dataset) -> None:
    with pytest.raises(DataError, match="texts of 1 label; label texts of two labels"):
        TASK.train(make_job(dataset=one_label))


def test_labels_without_a_training_text_are_named_and_left_out(make_job: MakeJob) -> None:
    job = make_job(epochs=0, labels=["tokens", "maps", "music", "fonts"])
    TASK.train(job)
    assert read_json(job.paths.model / "finetop.json")["labels"] == ["tokens", "maps", "music"]
    assert any("no training text is labelled fonts" in event["message"] for event in events(job, "log"))


def test_setfit_pairs_trains_with_setfits_own_trainer(make_job: MakeJob) -> None:
    job = make_job(max_steps=3, train={"method": "setfit-pairs"})
    outcome = TASK.train(job)
    assert outcome.score is not None and outcome.start_score is not None and outcome.score >= outcome.start_score
    progress = [event["step"] for event in events(job, "progress") if event["phase"] == "training"]
    assert progress[-1] == 3
    expected = read_json(job.paths.model / "expected.json")
    agree = TASK.module("predict").agree
    got = TASK.load(job.paths.model, "cpu").predict(expected["samples"])
    assert all(map(agree, expected["predictions"], got))


def test_setfit_pairs_stops_when_it_is_asked_to(make_job: MakeJob) -> None:
    job = make_job(train={"method": "setfit-pairs"})
    with pytest.raises(StopRequested):
        TASK.train(dataclasses.replace(job, should_stop=after(8, lambda: Stop.NOW)))
    assert not job.paths.model.exists()


def test_setfit_pairs_refuses_more_texts_than_there_is_memory_to_pair(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setfit_pairs, "BYTES_PER_PAIR", 1e12)
    with pytest.raises(InputError, match=r"pairs of 36 texts.*train\.method=triplet"):
        TASK.train(make_job(train={"method": "setfit-pairs"}))


@pytest.fixture(scope="session")
def uninterrupted(make_job_in: Callable[[Path], MakeJob], tmp_path_factory: pytest.TempPathFactory) -> Uninterrupted:
    job = make_job_in(tmp_path_factory.mktemp("uninterrupted"))(**AT_EVERY_STEP)
    return train_through(TASK, job, handed_over)


@pytest.mark.parametrize("part", [0.05, 0.35, 0.6, 0.95])
def test_killed_anywhere_and_resumed_it_ends_as_if_never_killed(
    make_job: MakeJob, uninterrupted: Uninterrupted, part: float
) -> None:
    """In the middle of an epoch, too: the hard negatives mined at its beginning come back with the checkpoint."""
    job = make_job("broken", **AT_EVERY_STEP)
    with pytest.raises(Killed):
        TASK.train(dataclasses.replace(job, should_stop=after(uninterrupted.at(part), kill)))
    TASK.train(resumed(job))
    assert handed_over(job) == uninterrupted.result


def test_stop_now_leaves_a_checkpoint_and_no_model(make_job: MakeJob, uninterrupted: Uninterrupted) -> None:
    job = make_job("stopped", **AT_EVERY_STEP | {"checkpoint_every_s": 1000.0})
    with pytest.raises(StopRequested):
        TASK.train(dataclasses.replace(job, should_stop=after(uninterrupted.at(0.5), lambda: Stop.NOW)))
    assert newest_valid(job.paths.checkpoints) is not None and not job.paths.model.exists()
    TASK.train(resumed(job))
    assert handed_over(job)["arrays"] == uninterrupted.result["arrays"]


def test_stop_after_the_step_hands_over_the_best_so_far(make_job: MakeJob, uninterrupted: Uninterrupted) -> None:
    job = make_job(**AT_EVERY_STEP)
    stop = after(uninterrupted.at(0.5), lambda: Stop.AFTER_STEP)
    outcome = TASK.train(dataclasses.replace(job, should_stop=stop))
    assert outcome.stopped and outcome.score is not None and outcome.start_score is not None
    assert outcome.score >= outcome.start_score
    assert (job.paths.model / "heads.safetensors").exists()


def test_sigkill_changes_nothing(make_job: MakeJob, uninterrupted: Uninterrupted) -> None:
    job = make_job("killed", **AT_EVERY_STEP)

    process = subprocess.run(trainer(job, calls=uninterrupted.at(0.5)), check=False)
    assert process.returncode == -signal.SIGKILL
    subprocess.run(trainer(job), check=True)
    assert handed_over(job) == uninterrupted.result
