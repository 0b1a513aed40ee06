"""Training of a classifier of people: what comes out, interruptions, frozen layers, heads that grow."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import DataError, StopRequested
from engine.model_directory import read_expected
from engine.runs.verify import compare
from engine.tasks.contract import Job, Stop
from engine.tasks.image_classification import TASK
from engine.tasks.image_classification.model import read_model_card, starting_labels, starting_network
from engine.tasks.image_classification.network import Recogniser
from engine.tasks.image_classification.predict import agree, load, load_baseline
from engine.tasks.image_classification.train import train
from tests.engine.interruptions import after, events, resumed, train_through, trainer
from tests.engine.jobs import MakeJob
from tests.engine.tasks.image_classification.conftest import PEOPLE, MakeEncoder, rows_of, stored

pytestmark = pytest.mark.slow


def handed_over(job: Job) -> dict[str, Any]:
    """What must be equal, whatever interrupted the training."""
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(job.paths.model.rglob("*.safetensors"))
    }
    return {"files": files, "card": json.loads((job.paths.model / "finetop.json").read_text())}


def test_it_learns_the_people_and_says_what_it_found_before(trained: Job) -> None:
    card = read_model_card(trained.paths.model)
    assert card.labels == sorted(PEOPLE)
    assert card.validation["accuracy"] >= 0.8
    said = " ".join(event["message"] for event in events(trained, "log"))
    assert "raining is" in said and "AUC" in said
    assert [table["title"] for table in card.before] == [
        "Distances of pairs",
        "Closest impostors",
        "Widest identities",
    ]
    assert card.confidence.rows > 0 and 0.02 < card.confidence.temperature < 50


def test_the_model_directory_predicts_elsewhere_what_it_predicted_here(trained: Job) -> None:
    compare(TASK, trained.paths.model, "cpu")
    samples, wanted = read_expected(trained.paths.model)
    got = load(trained.paths.model, "cpu").predict(samples)
    assert all(agree(one, other) for one, other in zip(wanted, got, strict=True))
    assert all(sample["image"].startswith("data:image/") for sample in samples)


def test_what_training_started_from_predicts_by_the_nearest_mean(trained: Job) -> None:
    samples, _ = read_expected(trained.paths.model)
    answers = load_baseline(trained.paths.model, "cpu").predict(samples)
    assert {answer["label"] for answer in answers} <= {*PEOPLE}


def test_killed_and_resumed_it_hands_over_the_same_model(make_people_job: MakeJob) -> None:
    settings = {"epochs": 4, "schedule": "plateau", "plateau_patience": 1}
    whole = make_people_job("whole", **settings)
    uninterrupted = train_through(TASK, whole, handed_over)
    for part in (0.4, 0.8):
        job = make_people_job(f"killed-{part}", **settings)
        ended = subprocess.run(trainer(job, calls=uninterrupted.at(part)), capture_output=True, text=True)
        assert ended.returncode == -9, ended.stderr[-2000:]
        train(resumed(job))
        assert handed_over(job) == uninterrupted.result


def test_stopped_now_before_the_first_step_it_leaves_no_model(make_people_job: MakeJob) -> None:
    job = make_people_job("stopped", should_stop=after(3, lambda: Stop.NOW))
    with pytest.raises(StopRequested):
        train(job)
    assert not job.paths.model.exists()


@pytest.mark.parametrize("kind", ["vit", "dinov2", "resnet"])
def test_frozen_layers_stay_as_they_are_and_are_asked_once_for_each_view(
    kind: str, make_people_job: MakeJob, encoder: MakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = str(encoder(kind))
    job = make_people_job(base=base, trained_layers=1, epochs=3, cached_views=2, image_size=16)
    start = starting_network(job.config, sorted(PEOPLE))  # type: ignore[arg-type]
    assert start.split is not None
    asked = _passes_in_training(monkeypatch)
    train(job)
    assert asked["training"] == 0, "no step passes the frozen layers"
    trained = load(job.paths.model, "cpu").network
    frozen = [layer for _, layer in start.backbone.layers()][: start.backbone.frozen_layers]
    same = [layer for _, layer in trained.backbone.layers()][: start.backbone.frozen_layers]
    for one, other in zip(frozen, same, strict=True):
        theirs = other.state_dict()
        assert all(torch.equal(tensor, theirs[name]) for name, tensor in one.state_dict().items())
    moved = dict(trained.backbone.layers()[-1][1].named_parameters())
    last = start.backbone.layers()[-1][1].named_parameters()
    assert any(not torch.equal(tensor, moved[name]) for name, tensor in last)


def test_with_no_trained_layer_the_head_alone_learns(make_people_job: MakeJob, encoder: MakeEncoder) -> None:
    job = make_people_job(base=str(encoder("dinov2")), trained_layers=0, epochs=30, learning_rate=1e-2)
    outcome = train(job)
    assert outcome.score is not None and outcome.start_score is not None and outcome.score > outcome.start_score
    start = starting_network(job.config, sorted(PEOPLE)).backbone.state_dict()  # type: ignore[arg-type]
    trained = load(job.paths.model, "cpu").network.backbone.state_dict()
    assert all(torch.equal(tensor, trained[name]) for name, tensor in start.items())


def test_cached_and_fresh_inputs_of_frozen_layers_train_the_same_without_augmentation(
    make_people_job: MakeJob, encoder: MakeEncoder
) -> None:
    still = {"gain": 0, "bias": 0, "noise": 0, "shift": 0, "scale": 0, "rotate": 0, "blur": 0}
    settings = {"base": str(encoder("vit")), "trained_layers": 1, "epochs": 2, "augment": still, "precision": "fp32"}
    cached, fresh = make_people_job(**settings), make_people_job(**settings, image_cache_mb=0)
    assert train(cached).score == train(fresh).score
    one, other = (load(job.paths.model, "cpu").network.head.state_dict() for job in (cached, fresh))
    assert all(torch.allclose(tensor, other[name], atol=1e-4) for name, tensor in one.items())


def test_a_base_with_a_head_keeps_the_rows_of_those_whom_it_knows(
    trained: Job, make_people_job: MakeJob, tmp_path: Path
) -> None:
    files: dict[str, bytes] = {}
    both = [(person, 6) for person in (*PEOPLE, "zoe")]
    dataset = stored(
        tmp_path,
        files,
        train=rows_of(both, files),
        validation=rows_of(both, files, 20),
        test=rows_of(both, files, 40),
    )
    job = make_people_job(base=str(trained.paths.model), dataset=dataset, epochs=6, image_size=None)
    labels, new = starting_labels(job.config, [row["label"] for row in dataset.rows("train")])  # type: ignore[arg-type]
    assert (labels, new) == ([*sorted(PEOPLE), "zoe"], ["zoe"])
    grown = starting_network(job.config, labels).head  # type: ignore[arg-type]
    known = load(trained.paths.model, "cpu").network.head
    assert torch.equal(grown.output.weight[:6], known.output.weight)
    assert torch.equal(grown.hidden.weight, known.hidden.weight)
    outcome = train(job)
    assert outcome.start_score is not None and outcome.start_score > 0.6, "it starts by what it knew"
    assert outcome.score is not None and outcome.score >= outcome.start_score
    assert read_model_card(job.paths.model).new_labels == ["zoe"]


def test_a_split_of_one_person_teaches_nothing(make_people_job: MakeJob, tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    alone = stored(tmp_path, files, train=rows_of([("ada", 4)], files), validation=[], test=[])
    with pytest.raises(DataError, match="pictures of 1 label"):
        train(make_people_job(dataset=alone))


def test_without_validation_it_trains_to_its_end_and_says_what_it_does_not_know(
    make_people_job: MakeJob, people: Any, tmp_path: Path
) -> None:
    files: dict[str, bytes] = {}
    bare = stored(tmp_path, files, train=rows_of([(person, 4) for person in PEOPLE], files), validation=[], test=[])
    job = make_people_job(dataset=bare, epochs=1)
    outcome = train(job)
    assert outcome.score is None
    card = read_model_card(job.paths.model)
    assert card.confidence.rows == 0 and card.pair_threshold is None
    assert any("not calibrated" in note for note in card.notes) and any("a guess" in note for note in card.notes)


def test_a_smaller_micro_batch_trains_to_the_same_size_of_step(make_people_job: MakeJob) -> None:
    job = dataclasses.replace(make_people_job(epochs=1), splits_of_batch=2)
    assert train(job).best_step > 0


def _passes_in_training(patch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often frozen layers are passed by a network that is being trained."""
    counted = {"training": 0}
    enter = Recogniser.enter

    def counting(self: Recogniser, images: torch.Tensor) -> torch.Tensor:
        counted["training"] += self.training
        return enter(self, images)

    patch.setattr(Recogniser, "enter", counting)
    return counted
