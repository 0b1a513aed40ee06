"""Training: what is handed over, stop, resume."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.datasets.store import write_dataset
from engine.errors import DataError, StopRequested
from engine.files import read_json
from engine.tasks.contract import Job, Stop
from engine.tasks.token_classification import TASK
from engine.tasks.token_classification.config import Config
from engine.tasks.token_classification.train import tag_weights
from engine.workspace import Workspace
from tests.engine.interruptions import Killed, after, events, kill, resumed, trainer
from tests.engine.jobs import MakeJob

pytestmark = pytest.mark.slow


def validation_scores(job: Job) -> dict[int, float]:
    """Step → F1; a point that was repeated after a resume counts as it was last."""
    return {
        event["step"]: event["values"]["f1"] for event in events(job, "metrics") if event.get("split") == "validation"
    }


def weights_of(job: Job) -> dict[str, bytes]:
    return {
        name: tensor.numpy().tobytes() for name, tensor in load_file(job.paths.model / "model.safetensors").items()
    }


def test_training_learns_the_task_and_hands_over_a_model_that_says_what_it_is(trained: Job) -> None:
    scores = validation_scores(trained)
    assert max(scores.values()) > 0.95
    assert scores[0] == 0
    facts = read_json(trained.paths.model / "finetop.json")
    assert (facts["task"], facts["labels"], facts["kept_start"]) == ("token-classification", ["PLACE", "TOOL"], False)
    assert facts["baseline"]["test"]["f1"] == 0
    assert {path.name for path in trained.paths.model.iterdir()} >= {
        "model.safetensors",
        "tokenizer.json",
        "expected.json",
    }


def test_each_evaluation_shows_samples_with_truth_and_prediction(trained: Job) -> None:
    shown = list(events(trained, "sample"))
    assert len(shown) == 2 * len(validation_scores(trained))
    assert shown[-1]["sample"]["entities"]
    found = [(e["start"], e["end"], e["label"]) for e in shown[-1]["prediction"]["entities"]]
    assert found == [(e["start"], e["end"], e["label"]) for e in shown[-1]["sample"]["entities"]]


def test_a_head_starts_from_the_frequencies_of_the_tags(make_job: MakeJob) -> None:
    job = make_job(epochs=0)
    TASK.train(job)
    bias = load_file(job.paths.model / "model.safetensors")["classifier.bias"]
    assert torch.softmax(bias, 0)[0] == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_killed_at_any_call_and_resumed_the_weights_are_those_of_an_uninterrupted_run(
    make_job: MakeJob, method: str
) -> None:
    settings = {"method": method, "lora_rank": 4, "epochs": 2, "gradient_accumulation": 2, "checkpoint_every_s": 0.0}
    whole = make_job("whole", **settings)
    TASK.train(whole)
    for calls in (3, 9, 14):
        cut = make_job(f"cut-{calls}", should_stop=after(calls, kill), **settings)
        with pytest.raises(Killed):
            TASK.train(cut)
        TASK.train(resumed(cut))
        assert weights_of(cut) == weights_of(whole)
        assert validation_scores(cut) == validation_scores(whole)


@pytest.mark.parametrize("calls", [6, 11, 17])
def test_stopped_now_and_resumed_the_weights_are_those_of_an_uninterrupted_run(make_job: MakeJob, calls: int) -> None:
    whole = make_job("whole", gradient_accumulation=2)
    TASK.train(whole)
    stopped = make_job("stopped", gradient_accumulation=2, should_stop=after(calls, lambda: Stop.NOW))
    with pytest.raises(StopRequested):
        TASK.train(stopped)
    again = resumed(stopped)
    assert again.resume_from is not None
    TASK.train(again)
    assert weights_of(stopped) == weights_of(whole)


def test_stopped_after_a_step_it_hands_over_the_best_so_far_and_can_go_on_to_the_same_end(make_job: MakeJob) -> None:
    whole = make_job("whole")
    TASK.train(whole)
    stopped = make_job("stopped", should_stop=after(9, lambda: Stop.AFTER_STEP))
    outcome = TASK.train(stopped)
    assert outcome.stopped
    assert (stopped.paths.model / "model.safetensors").exists()
    assert not TASK.train(resumed(stopped)).stopped
    assert weights_of(stopped) == weights_of(whole)


@pytest.mark.parametrize(
    ("text", "entity", "unit"),
    [
        ("the old hammer, lost", (8, 14), "word"),
        ("one hammer/drill lost", (4, 10), "piece"),
        ("two hammers lost", (4, 10), "subtoken"),
    ],
)
def test_units_are_the_largest_in_which_no_training_entity_is_cut(
    make_job: MakeJob, tmp_path: Path, text: str, entity: tuple[int, int], unit: str
) -> None:
    row = {"text": text, "entities": [{"start": entity[0], "end": entity[1], "label": "TOOL"}]}
    dataset = write_dataset(
        Workspace(tmp_path / "rows"),
        task="token-classification",
        profile="p",
        model="ner",
        splits={"train": [row] * 4, "validation": [row], "test": [row]},
        classes={},
        source="recipe",
    )
    job = make_job(epochs=1, dataset=dataset)
    TASK.train(job)
    assert read_json(job.paths.model / "finetop.json")["unit"] == unit


def test_patience_ends_a_training_that_gains_nothing(make_job: MakeJob) -> None:
    job = make_job(epochs=30, patience=2, learning_rate=1e-9, weight_decay=0.0)
    TASK.train(job)
    assert len(validation_scores(job)) < 31
    assert any(signal["kind"] == "patience_exhausted" for signal in events(job, "signal"))


def test_an_untrained_model_that_was_not_beaten_is_handed_over_and_the_run_says_so(make_job: MakeJob) -> None:
    job = make_job(epochs=3, learning_rate=1e-12, weight_decay=0.0)
    outcome = TASK.train(job)
    assert outcome.best_step == 0
    assert read_json(job.paths.model / "finetop.json")["kept_start"]
    [said] = [signal["message"] for signal in events(job, "signal") if signal["kind"] == "kept_start"]
    assert "likely cause" in said


def test_max_steps_ends_the_training_in_the_middle_of_an_epoch_with_an_evaluation(make_job: MakeJob) -> None:
    job = make_job(max_steps=3)
    TASK.train(job)
    assert list(validation_scores(job)) == [0, 3]


def test_accumulated_batches_make_one_step_and_the_last_group_may_be_smaller(make_job: MakeJob) -> None:
    job = make_job(epochs=1, gradient_accumulation=3)  # 60 texts in batches of 8: 8 batches
    TASK.train(job)
    assert list(validation_scores(job)) == [0, 3]


def test_a_batch_split_after_a_lack_of_memory_has_the_same_loss(make_job: MakeJob, monkeypatch: Any) -> None:
    monkeypatch.setattr(torch.nn.Dropout, "forward", lambda self, values: values)
    losses = []
    for splits in (1, 4):
        job = make_job(max_steps=1, splits_of_batch=splits, precision="fp32")
        TASK.train(job)
        [step] = [event for event in events(job, "metrics") if event.get("split", "train") == "train"]
        losses.append([step["values"]["loss"], step["values"]["grad_norm"]])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_lora_trains_few_weights_and_leaves_none_of_itself_in_the_model(make_job: MakeJob) -> None:
    job = make_job(method="lora", epochs=8, learning_rate=2e-2, lora_rank=8)
    TASK.train(job)
    assert not [name for name in weights_of(job) if "lora" in name or "modules_to_save" in name]
    assert not (job.paths.model / "adapter_config.json").exists()
    assert max(validation_scores(job).values()) > 0.6


def test_a_higher_rate_reaches_the_head_alone(make_job: MakeJob) -> None:
    still = make_job(epochs=1, learning_rate=1e-12, weight_decay=0.0, warmup_ratio=0.0)
    moving = make_job(epochs=1, learning_rate=1e-12, weight_decay=0.0, warmup_ratio=0.0, head_learning_rate=1e-2)
    models = []
    for job in (still, moving):
        TASK.train(job)
        models.append(load_file(job.paths.model / "model.safetensors"))
    moved = {name for name in models[0] if (models[0][name] - models[1][name]).abs().max() > 1e-6}
    assert moved == {"classifier.weight", "classifier.bias"}


def test_word_embeddings_can_stay_as_they_are(make_job: MakeJob) -> None:
    name = "bert.embeddings.word_embeddings.weight"
    still, trained = make_job(epochs=1, train_embeddings=False), make_job(epochs=1)
    models = []
    for job in (still, trained, make_job(epochs=0)):
        TASK.train(job)
        models.append(load_file(job.paths.model / "model.safetensors"))
    assert torch.equal(models[0][name], models[2][name])
    assert not torch.equal(models[1][name], models[2][name])
    assert not torch.equal(models[0]["classifier.weight"], models[2]["classifier.weight"])


def test_class_weights_follow_their_definition() -> None:
    tags = [torch.tensor([0, 0, 0, 0, 0, 0, 1, 2, 3]).numpy()]
    assert tag_weights("none", tags, ["A", "B"]) is None
    assert tag_weights({"B": 3.0, "O": 0.5}, tags, ["A", "B"]) == [0.5, 1, 1, 3, 3]
    assert tag_weights("balanced", tags, ["A", "B"]) == pytest.approx([0.5, 1.5, 1.5, 3, 3])


def test_texts_without_entities_can_be_drawn_in_part(make_job: MakeJob) -> None:
    whole, part = make_job(epochs=1), make_job(epochs=1, outside_keep=0.25, class_weights="balanced")
    for job in (whole, part):
        TASK.train(job)
    steps = [max(validation_scores(job)) for job in (whole, part)]
    assert steps == [8, 7]  # 60 texts, 12 of them without entities, or 51


def test_a_training_split_without_entities_is_refused(make_job: MakeJob, tmp_path: Path) -> None:
    row = {"text": "nothing here", "entities": []}
    empty = write_dataset(
        Workspace(tmp_path),
        task=TASK.name,
        profile="p",
        model="m",
        splits={"train": [row], "validation": [row], "test": [row]},
        classes={},
        source="import",
    )
    with pytest.raises(DataError, match="no entity"):
        TASK.train(make_job(dataset=empty))


@pytest.mark.parametrize(
    "settings", [{"labels": ["A", "A"]}, {"labels": ["O"]}, {"class_weights": {"A": 0}}, {"stride": 200}]
)
def test_settings_that_cannot_be_used_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"labels|weights|stride"):
        Config(**settings)


def test_a_process_killed_at_any_step_and_started_again_ends_with_the_same_test_metrics(
    make_job: MakeJob,
) -> None:
    settings = {"epochs": 8, "checkpoint_every_s": 0}
    whole, cut = make_job("whole", **settings), make_job("cut", **settings)
    subprocess.run(trainer(whole), check=True, stderr=subprocess.DEVNULL)
    for step in (3, 27, 50):
        process = subprocess.Popen(trainer(cut), stderr=subprocess.DEVNULL)
        _wait_for_step(process, cut.paths.events, step)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    subprocess.run(trainer(cut), check=True, stderr=subprocess.DEVNULL)
    reports = [TASK.evaluate(job.paths.model, job.dataset, "test", "cpu") for job in (whole, cut)]
    assert reports[0].metrics == reports[1].metrics
    assert reports[0].metrics["f1"] > 0.5  # type: ignore[operator]
    weights = [job.paths.model / "model.safetensors" for job in (whole, cut)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def _wait_for_step(process: subprocess.Popen[bytes], path: Path, step: int) -> None:
    """Until the process has reported the step."""
    wanted = f'"step":{step},'.encode()
    while process.poll() is None:
        if path.exists() and wanted in path.read_bytes():
            return
    raise AssertionError(f"the training ended before step {step}")
