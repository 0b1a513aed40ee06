"""Training: losses, choice of the best, what is fitted on which rows, stop and resume."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from engine.errors import DataError, InputError, StopRequested
from engine.files import read_json
from engine.runs.checkpoints import newest_valid
from engine.tasks.contract import Job, Stop
from engine.tasks.image_feature_extraction import TASK
from engine.tasks.image_feature_extraction.training import ContrastiveTraining
from tests.engine.interruptions import Killed, Uninterrupted, after, events, kill, resumed, train_through, trainer
from tests.engine.jobs import MakeJob
from tests.engine.tasks.image_feature_extraction.conftest import pictures, stored

pytestmark = pytest.mark.slow
AT_EVERY_STEP: dict[str, Any] = {"checkpoint_every_s": 0.0}


def handed_over(job: Job) -> dict[str, Any]:
    """What a run ends with: the card, what was chosen, and every array."""
    names = ("backbone.safetensors", "projection.safetensors", "references/vectors.safetensors")
    arrays = {name: load_file(job.paths.model / name) for name in names}
    return {
        "card": read_json(job.paths.model / "finetop.json"),
        "confidence": read_json(job.paths.model / "confidence.json"),
        "arrays": {
            f"{name} {key}": array.tobytes() for name, found in arrays.items() for key, array in found.items()
        },
    }


@pytest.mark.parametrize(
    "loss",
    [{"loss": "supcon"}, {"loss": "triplet"}, {"loss": "triplet", "triplets": "batch-all"}, {"loss": "arcface"}],
)
def test_training_moves_classes_apart(make_job: MakeJob, loss: dict[str, Any]) -> None:
    job = make_job(epochs=6, train=loss)
    outcome = TASK.train(job)
    assert outcome.score is not None and outcome.start_score is not None
    assert outcome.score > outcome.start_score + 0.05
    first = next(event for event in events(job, "metrics") if event.get("split") == "validation")
    assert first["step"] == 0 and first["values"]["map"] == outcome.start_score


def test_rows_that_the_confidence_is_fitted_on_never_say_when_to_stop(
    make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: set[str] = set()
    original = ContrastiveTraining.evaluate

    def evaluate(self: ContrastiveTraining, tick: Any) -> dict[str, float]:
        watched.update(row["group"] for row in self.watched.rows)
        return original(self, tick)

    monkeypatch.setattr(ContrastiveTraining, "evaluate", evaluate)
    job = make_job(epochs=1)
    TASK.train(job)
    rows = job.dataset.rows("validation")
    spared = [row for row in rows if row["group"] not in watched]
    calibrator = read_json(job.paths.model / "confidence.json")["calibrator"]
    assert calibrator["rows"] == len(spared) and 30 <= len(spared) < len(rows)


def test_calibration_alone_leaves_the_embedding_as_it_was(trained: Job, make_job: MakeJob) -> None:
    job = make_job(base=str(trained.paths.model), train={"loss": "none"}, epochs=0)
    outcome = TASK.train(job)
    before, after_it = handed_over(trained), handed_over(job)
    assert before["arrays"] == after_it["arrays"]
    assert before["card"]["fingerprint"] == after_it["card"]["fingerprint"]
    assert outcome.score == outcome.start_score and not after_it["card"]["kept_start"]


def test_a_model_is_trained_further_from_its_directory(trained: Job, make_job: MakeJob) -> None:
    start = read_json(trained.paths.model / "finetop.json")["validation"]["map"]
    outcome = TASK.train(make_job(base=str(trained.paths.model), epochs=1, learning_rate=1e-6))
    assert outcome.start_score == pytest.approx(start, abs=1e-6)


def test_without_validation_training_goes_to_its_end_and_the_confidence_is_a_heuristic(
    make_job: MakeJob, tmp_path: Path
) -> None:
    files: dict[str, bytes] = {}
    dataset = stored(tmp_path, files, train=pictures(36, 1, files))
    job = make_job(epochs=1, dataset=dataset)
    outcome = TASK.train(job)
    assert outcome.score is None
    card = read_json(job.paths.model / "finetop.json")
    assert card["threshold"] is None
    assert read_json(job.paths.model / "confidence.json")["kind"] == "heuristic"
    assert any("heuristic" in event["message"] for event in events(job, "log"))


def test_few_validation_pictures_are_used_twice_and_the_report_says_so(make_job: MakeJob, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    dataset = stored(tmp_path, files, train=pictures(36, 1, files), validation=pictures(40, 2, files))
    job = make_job(epochs=1, dataset=dataset)
    TASK.train(job)
    card = read_json(job.paths.model / "finetop.json")
    assert any("too few to spare some" in note for note in card["notes"])


def test_one_class_cannot_be_told_apart(make_job: MakeJob, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    dataset = stored(tmp_path, files, train=pictures(8, 1, files, ("bar",)))
    with pytest.raises(DataError, match="shows 1 class"):
        TASK.train(make_job(dataset=dataset))


def test_a_picture_that_is_gone_is_named(make_job: MakeJob, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    dataset = stored(tmp_path, files, train=pictures(12, 1, files))
    gone = dataset.path / dataset.rows("train")[3]["image"]
    gone.unlink()
    with pytest.raises(InputError, match=gone.name):
        TASK.train(make_job(dataset=dataset))


def test_a_class_that_has_no_reference_is_told_of(make_job: MakeJob, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    train, validation = pictures(24, 1, files, ("bar", "cross")), pictures(80, 2, files)
    job = make_job(epochs=1, dataset=stored(tmp_path, files, train=train, validation=validation))
    TASK.train(job)
    assert any("no training picture shows ring" in event["message"] for event in events(job, "log"))


# -- stop and resume


@pytest.fixture(scope="module")
def uninterrupted(make_job_in: Callable[[Path], MakeJob], tmp_path_factory: pytest.TempPathFactory) -> Uninterrupted:
    return train_through(TASK, make_job_in(tmp_path_factory.mktemp("whole"))(**AT_EVERY_STEP), handed_over)


@pytest.mark.parametrize("part", [0.3, 0.7])
def test_killed_anywhere_and_resumed_it_ends_as_if_never_killed(
    make_job: MakeJob, uninterrupted: Uninterrupted, part: float
) -> None:
    job = make_job("broken", **AT_EVERY_STEP)
    with pytest.raises(Killed):
        TASK.train(dataclasses.replace(job, should_stop=after(uninterrupted.at(part), kill)))
    TASK.train(resumed(job))
    assert handed_over(job) == uninterrupted.result


def test_stop_now_leaves_a_checkpoint_and_no_model(make_job: MakeJob, uninterrupted: Uninterrupted) -> None:
    job = make_job("stopped", checkpoint_every_s=1000.0)
    with pytest.raises(StopRequested):
        TASK.train(dataclasses.replace(job, should_stop=after(uninterrupted.at(0.5), lambda: Stop.NOW)))
    assert newest_valid(job.paths.checkpoints) is not None and not job.paths.model.exists()
    TASK.train(resumed(job))
    assert handed_over(job)["arrays"] == uninterrupted.result["arrays"]


def test_sigkill_changes_nothing(make_job: MakeJob, uninterrupted: Uninterrupted) -> None:
    job = make_job("killed", **AT_EVERY_STEP)
    process = subprocess.run(trainer(job, calls=uninterrupted.at(0.5)), check=False)
    assert process.returncode == -signal.SIGKILL
    subprocess.run(trainer(job), check=True)
    assert handed_over(job) == uninterrupted.result


def test_a_checkpoint_says_epoch_and_loss(make_job: MakeJob) -> None:
    job = make_job(epochs=2, **AT_EVERY_STEP)
    TASK.train(job)
    newest = newest_valid(job.paths.checkpoints)
    assert newest is not None
    manifest = read_json(newest.path / "manifest.json")
    assert manifest["epoch"] == 2 and manifest["loss"] > 0 and manifest["score"] > 0


def test_a_calibration_that_is_asked_for_is_taken(make_job: MakeJob) -> None:
    job = make_job(epochs=1, answers={"calibration": "beta"})
    TASK.train(job)
    assert read_json(job.paths.model / "confidence.json")["calibrator"]["kind"] == "beta"
