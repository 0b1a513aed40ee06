"""Answers of a trained model: neighbours, confidence, unknown, the index beside it, and what is refused."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.files import read_json, write_json
from engine.model_directory import read_expected
from engine.runs.verify import compare
from engine.tasks.contract import Job
from engine.tasks.image_feature_extraction import TASK
from engine.tasks.image_feature_extraction.predict import agree, load

pytestmark = pytest.mark.slow


@pytest.fixture
def model(trained: Job, tmp_path: Path) -> Path:
    """A copy of the model without its index."""
    return shutil.copytree(trained.paths.model, tmp_path / "model")


def samples(job: Job, count: int = 12) -> list[dict[str, str]]:
    return [{"image": str(job.dataset.path / row["image"])} for row in job.dataset.rows("test")[:count]]


def test_a_fresh_process_answers_the_same(trained: Job) -> None:
    compare(TASK, trained.paths.model, "cpu")


def test_a_model_that_one_thread_loaded_answers_on_another(trained: Job) -> None:
    with ThreadPoolExecutor(1) as loading, ThreadPoolExecutor(1) as predicting:
        model = loading.submit(load, trained.paths.model, "cpu").result()
        assert model.search is not None, "the index is asked"
        got = predicting.submit(model.predict, samples(trained)).result()
    assert got == model.predict(samples(trained))


def test_an_answer_names_its_neighbours_nearest_first(trained: Job) -> None:
    made = load(trained.paths.model, "cpu").predict(samples(trained))
    known = {row["image"]: row["label"] for row in trained.dataset.rows("train")}
    for row in made:
        near = row["neighbours"]
        assert len(near) == 5 and all(known[one["image"]] == one["label"] for one in near)
        assert [one["similarity"] for one in near] == sorted((one["similarity"] for one in near), reverse=True)
        assert row["calibrated"] and 0 <= row["confidence"] <= 1
        assert row["scores"][row["label"]] == max(row["scores"].values())
        assert sum(row["scores"].values()) == pytest.approx(1, abs=1e-4)


def test_most_answers_are_right(trained: Job) -> None:
    rows = trained.dataset.rows("test")
    made = load(trained.paths.model, "cpu").predict(samples(trained, len(rows)))
    right = np.mean([one["label"] == row["label"] for one, row in zip(made, rows, strict=True)])
    assert right > 0.6


def test_the_index_answers_like_an_exact_search(trained: Job) -> None:
    asked = samples(trained)
    indexed = load(trained.paths.model, "cpu").predict(asked)
    exact = load(trained.paths.model, "cpu", indexed=False).predict(asked)
    assert all(agree(one, two) for one, two in zip(indexed, exact, strict=True))
    assert [row["label"] for row in indexed] == [row["label"] for row in exact]


def test_a_model_without_its_index_makes_it_anew(model: Path, trained: Job) -> None:
    assert load(model, "cpu").predict(samples(trained))
    assert (model.with_name("model-index") / "index.json").exists()


def test_a_reference_picture_finds_itself(trained: Job) -> None:
    row = trained.dataset.rows("train")[0]
    made = load(trained.paths.model, "cpu").predict([{"image": str(trained.dataset.path / row["image"])}])[0]
    assert made["neighbours"][0]["image"] == row["image"]


def test_below_the_threshold_an_answer_is_unknown(model: Path, trained: Job) -> None:
    card = read_json(model / "finetop.json")
    write_json(model / "finetop.json", {**card, "threshold": {**card["threshold"], "value": 1.1}})
    assert not any(row["known"] for row in load(model, "cpu").predict(samples(trained)))


def test_references_of_another_model_are_refused(model: Path) -> None:
    card = read_json(model / "finetop.json")
    write_json(model / "finetop.json", {**card, "fingerprint": "0" * 64})
    with pytest.raises(InputError, match="embedded by another model"):
        load(model, "cpu")


@pytest.mark.parametrize(
    "damaged",
    [
        "backbone.safetensors",
        "backbone.json",
        "projection.safetensors",
        "similarity.json",
        "references/vectors.safetensors",
        "references/references.json",
        "confidence.json",
        "finetop.json",
    ],
)
def test_a_damaged_file_is_named(damaged: str, model: Path) -> None:
    (model / damaged).write_bytes(b"{}")
    with pytest.raises(InputError):
        load(model, "cpu")


@pytest.mark.parametrize("sample", [{}, {"image": 3}, {"image": "/nowhere.png"}, {"text": "a"}])
def test_a_sample_that_is_no_picture_is_told(sample: dict[str, object], trained: Job) -> None:
    with pytest.raises(InputError):
        load(trained.paths.model, "cpu").predict([sample])


def test_agreement_is_of_confidence_and_similarity(trained: Job) -> None:
    _, expected = read_expected(trained.paths.model)
    row = expected[0]
    assert agree(row, row)
    assert not agree(row, {**row, "confidence": row["confidence"] + 0.1})
    assert not agree(row, {**row, "confidence": None})
    assert not agree(row, {**row, "neighbours": []})
