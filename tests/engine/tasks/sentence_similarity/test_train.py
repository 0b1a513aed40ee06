"""Training: phases, choice, stop, resume."""

from __future__ import annotations

import dataclasses
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from safetensors.torch import load_file

from engine.datasets.store import Dataset
from engine.errors import DataError, StopRequested
from engine.files import read_json
from engine.runs.checkpoints import newest_valid
from engine.runs.spec import Target
from engine.tasks.contract import Job, Stop
from engine.tasks.sentence_similarity import TASK
from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.phases import plan_phases
from tests.engine.interruptions import Killed, Uninterrupted, after, events, kill, resumed, train_through, trainer
from tests.engine.jobs import MakeJob

pytestmark = pytest.mark.slow

ALL_PHASES: dict[str, Any] = {"unsupervised_epochs": 2, "checkpoint_every_s": 0.0}
"""Three phases, and a checkpoint at every step."""


def newest_checkpoint(job: Job) -> Path:
    checkpoint = newest_valid(job.paths.checkpoints)
    assert checkpoint is not None
    return checkpoint.path


def handed_over(job: Job) -> dict[str, Any]:
    """What a run ends with: weights, and the facts but for times."""
    facts = read_json(job.paths.model / "finetop.json")
    for phase in facts["phases"]:
        phase.pop("seconds")
    weights = load_file(job.paths.model / "model.safetensors")
    return {"facts": facts, "weights": {name: tensor.numpy().tobytes() for name, tensor in weights.items()}}


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, ["supervised alone"]),
        ({"unsupervised_epochs": 1}, ["unsupervised", "supervised", "supervised alone"]),
        ({"unsupervised_epochs": 1, "unsupervised_check": "never"}, ["unsupervised", "supervised"]),
    ],
)
def test_phases_follow_from_the_config(settings: dict[str, Any], names: list[str]) -> None:
    assert [phase.name for phase in plan_phases(Config(**settings))] == names


def test_the_model_directory_tells_what_was_tried(make_job: MakeJob) -> None:
    job = make_job(unsupervised_epochs=1, targets=(Target("correlation", at_least=0.85),))
    outcome = TASK.train(job)
    facts = read_json(job.paths.model / "finetop.json")
    assert set(facts["candidates"]) == {"untrained", "supervised", "supervised alone"}
    assert facts["candidates"][facts["kept"]] == max(facts["candidates"].values()) == outcome.score
    assert facts["candidates"]["untrained"] == outcome.start_score
    assert facts["targets"][0]["at_least"] == 0.85
    assert [phase["name"] for phase in facts["phases"]] == ["unsupervised", "supervised", "supervised alone"]
    figures = [event["message"] for event in events(job, "log") if "the unsupervised phase" in event["message"]]
    assert len(figures) == 1
    assert f"{facts['candidates']['supervised']:.4f} with it" in figures[0]


def test_training_pairs_teaches_the_order_of_the_scores(make_job: MakeJob) -> None:
    outcome = TASK.train(make_job(epochs=12, learning_rate=3e-3))
    assert outcome.score is not None and outcome.start_score is not None
    assert outcome.score > outcome.start_score


def test_steps_count_over_all_phases_and_each_phase_is_named(make_job: MakeJob) -> None:
    job = make_job(unsupervised_epochs=1)
    TASK.train(job)
    steps = [event["step"] for event in events(job, "metrics") if event.get("split", "train") == "train"]
    assert steps == list(range(1, len(steps) + 1))
    progress = [event for event in events(job, "progress") if not event["phase"].startswith("tokenizing")]
    assert {"unsupervised", "supervised", "supervised alone"} <= {event["phase"] for event in progress}
    assert {event["steps"] for event in progress} == {len(steps)}


def test_validation_begins_with_the_untrained_model(make_job: MakeJob) -> None:
    job = make_job()
    outcome = TASK.train(job)
    first = next(event for event in events(job, "metrics") if event.get("split") == "validation")
    assert first["step"] == 0
    assert first["values"]["correlation"] == outcome.start_score


@pytest.mark.parametrize("unsupervised_epochs", [0, 2])
def test_training_that_does_harm_hands_over_the_untrained_model_and_says_why(
    make_job: MakeJob, tiny_base: Path, misleading_dataset: Dataset, unsupervised_epochs: int
) -> None:
    job = make_job(
        epochs=10,
        unsupervised_epochs=unsupervised_epochs,
        unsupervised_learning_rate=0.1,
        unsupervised_check="never",
    )
    outcome = TASK.train(dataclasses.replace(job, dataset=misleading_dataset))
    assert outcome.score == outcome.start_score
    assert outcome.best_step == 0
    start, end = load_file(tiny_base / "model.safetensors"), load_file(job.paths.model / "model.safetensors")
    assert all(start[name].equal(end[name]) for name in start)
    signals = [event for event in events(job, "signal") if event["kind"] == "kept_start"]
    assert "likely cause" in signals[-1]["message"]


def test_the_curve_ends_where_the_model_that_is_handed_over_stands(make_job: MakeJob) -> None:
    job = make_job(unsupervised_epochs=1)
    outcome = TASK.train(job)
    last = [event for event in events(job, "metrics") if event.get("split") == "validation"][-1]
    assert last["values"]["correlation"] == pytest.approx(outcome.score)


def test_without_plain_text_the_unsupervised_phase_learns_from_the_training_texts(
    make_job: MakeJob, pairs_dataset: Dataset
) -> None:
    counts = {name: count for name, count in pairs_dataset.manifest.counts.items() if name != "unlabelled"}
    dataset = dataclasses.replace(
        pairs_dataset, manifest=msgspec.structs.replace(pairs_dataset.manifest, counts=counts)
    )
    job = dataclasses.replace(make_job(unsupervised_epochs=1, epochs=1), dataset=dataset)
    TASK.train(job)
    assert any("no split 'unlabelled'" in event["message"] for event in events(job, "log"))


def test_a_dataset_without_training_pairs_is_a_sentence(
    make_job: MakeJob, pairs_dataset: Dataset, tmp_path: Path
) -> None:
    shutil.copytree(pairs_dataset.path, tmp_path / "copy")
    (tmp_path / "copy" / "train.jsonl").write_bytes(b"")
    dataset = dataclasses.replace(pairs_dataset, path=tmp_path / "copy")
    with pytest.raises(DataError, match="'train' has no pairs"):
        TASK.train(dataclasses.replace(make_job(), dataset=dataset))


@pytest.fixture(scope="session")
def uninterrupted(make_job_in: Callable[[Path], MakeJob], tmp_path_factory: pytest.TempPathFactory) -> Uninterrupted:
    job = make_job_in(tmp_path_factory.mktemp("uninterrupted"))(**ALL_PHASES)
    return train_through(TASK, job, handed_over)


IN_EACH_PHASE = [0.15, 0.55, 0.85]


@pytest.mark.parametrize("part", [0.02, 0.3, *IN_EACH_PHASE, 0.97])
def test_killed_anywhere_and_resumed_it_ends_as_if_never_killed(
    make_job: MakeJob, uninterrupted: Uninterrupted, part: float
) -> None:
    job = make_job("broken", **ALL_PHASES)
    with pytest.raises(Killed):
        TASK.train(dataclasses.replace(job, should_stop=after(uninterrupted.at(part), kill)))
    TASK.train(resumed(job))
    assert handed_over(job) == uninterrupted.result


def test_killed_twice_after_the_first_phase_it_does_not_repeat_it(
    make_job: MakeJob, uninterrupted: Uninterrupted
) -> None:
    job = make_job(**ALL_PHASES | {"checkpoint_every_s": 1000.0})
    end = uninterrupted.result["facts"]["phases"][0]["steps"]
    for part in (0.6, 0.2):
        with pytest.raises(Killed):
            TASK.train(resumed(job, after(uninterrupted.at(part), kill)))
    TASK.train(resumed(job))
    steps = [event["step"] for event in events(job, "metrics") if event.get("split", "train") == "train"]
    assert [step for step in steps if step <= end] == list(range(1, end + 1))
    assert steps.count(end + 1) == 3


def test_a_damaged_outcome_of_a_phase_is_trained_anew(make_job: MakeJob, uninterrupted: Uninterrupted) -> None:
    job = make_job("broken", **ALL_PHASES)
    with pytest.raises(Killed):
        TASK.train(dataclasses.replace(job, should_stop=after(uninterrupted.at(0.85), kill)))
    weights = next(job.paths.checkpoints.glob("phase-0/*/encoder.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    TASK.train(resumed(job))
    assert handed_over(job) == uninterrupted.result


@pytest.mark.parametrize("part", IN_EACH_PHASE)
def test_stop_now_leaves_a_checkpoint_in_every_phase(
    make_job: MakeJob, uninterrupted: Uninterrupted, part: float
) -> None:
    job = make_job("stopped", **ALL_PHASES | {"checkpoint_every_s": 1000.0})
    with pytest.raises(StopRequested):
        TASK.train(dataclasses.replace(job, should_stop=after(uninterrupted.at(part), lambda: Stop.NOW)))
    position = read_json(newest_checkpoint(job) / "position.json")
    assert position["phase_index"] == IN_EACH_PHASE.index(part)
    assert not job.paths.model.exists()
    TASK.train(resumed(job))
    assert handed_over(job)["weights"] == uninterrupted.result["weights"]


@pytest.mark.parametrize("part", IN_EACH_PHASE)
def test_stop_after_the_step_hands_over_the_best_so_far_in_every_phase(
    make_job: MakeJob, uninterrupted: Uninterrupted, part: float
) -> None:
    job = make_job(**ALL_PHASES)
    stop = after(uninterrupted.at(part), lambda: Stop.AFTER_STEP)
    outcome = TASK.train(dataclasses.replace(job, should_stop=stop))
    assert outcome.stopped
    assert outcome.score is not None and outcome.start_score is not None
    assert outcome.score >= outcome.start_score
    expected = read_json(job.paths.model / "expected.json")
    assert TASK.load(job.paths.model, "cpu").predict(expected["samples"]) == expected["predictions"]


def test_two_steps_are_enough_for_a_model(make_job: MakeJob) -> None:
    job = make_job(unsupervised_epochs=1, max_steps=2)
    TASK.train(job)
    steps = [event["step"] for event in events(job, "metrics") if event.get("split", "train") == "train"]
    assert steps == [1, 2, 3, 4, 5, 6]
    assert (job.paths.model / "model.safetensors").exists()


def test_sigkill_in_every_phase_changes_nothing(make_job: MakeJob, uninterrupted: Uninterrupted) -> None:
    job = make_job("killed", **ALL_PHASES)

    for part in (0.15, 0.5, 0.3):
        process = subprocess.run(trainer(job, calls=uninterrupted.at(part)), check=False)
        assert process.returncode == -signal.SIGKILL
    subprocess.run(trainer(job), check=True)
    assert handed_over(job) == uninterrupted.result
