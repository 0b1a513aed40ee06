"""Predictions: what they hold, what they say of strangers, when two processes agree."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import InputError
from engine.tasks.contract import Job
from engine.tasks.image_classification.confidence import Confidence
from engine.tasks.image_classification.people import Threshold
from engine.tasks.image_classification.predict import agree, judged_by, load
from tests.engine.tasks.image_classification.conftest import PEOPLE, picture

THRESHOLD = Threshold(0.5, 0.01, 100, True)
LOGITS = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(2, 6)), elements=st.floats(-30, 30))


def inline(person: str, number: int) -> dict[str, str]:
    return {"image": "data:image/png;base64," + base64.b64encode(picture(person, number)).decode()}


@given(LOGITS)
def test_shares_add_up_to_one_in_the_order_of_the_scores_with_the_confidence_first(logits: Any) -> None:
    vectors = np.zeros((len(logits), 2), dtype=np.float32)
    means = np.zeros((logits.shape[1], 2), dtype=np.float32)
    timid = Confidence(3.0, 50)
    judged = judged_by(logits, vectors, means, timid, THRESHOLD)
    assert judged.shares.sum(axis=1) == pytest.approx(1)
    top = judged.shares[np.arange(len(logits)), judged.numbers]
    assert (top >= judged.shares.max(axis=1) - 1e-9).all()
    reachable = judged.confidences >= 1 / logits.shape[1] + 1e-6
    clear = np.diff(np.sort(logits, axis=1)[:, -2:], axis=1)[:, 0] > 1e-3
    assert top[reachable & clear] == pytest.approx(judged.confidences[reachable & clear], abs=1e-3)


def test_without_a_calibrator_the_confidence_is_that_of_softmax() -> None:
    vectors, means = np.ones((1, 1), dtype=np.float32), np.ones((2, 1), dtype=np.float32)
    judged = judged_by(np.array([[2.0, 0.0]]), vectors, means, Confidence(), THRESHOLD)
    assert judged.confidences == pytest.approx([1 / (1 + np.exp(-2))])
    assert judged.known.tolist() == [True] and judged.likeness == pytest.approx([1])


@pytest.mark.slow
def test_a_prediction_names_the_person_the_likeliest_five_and_whether_anybody_is_known(trained: Job) -> None:
    recognition = load(trained.paths.model, "cpu")
    answers = recognition.predict([inline(person, 80) for person in PEOPLE])
    assert sum(answer["label"] == person for answer, person in zip(answers, PEOPLE, strict=True)) >= 4
    for answer in answers:
        assert len(answer["scores"]) == 5
        assert next(iter(answer["scores"])) == answer["label"]
        assert isinstance(answer["known"], bool) and -1 <= answer["likeness"] <= 1
    assert recognition.predict([]) == []


@pytest.mark.slow
def test_a_path_and_a_data_url_of_a_picture_give_the_same(trained: Job, tmp_path: Path) -> None:
    file = tmp_path / "ada.png"
    file.write_bytes(picture("ada", 81))
    one, other = load(trained.paths.model, "cpu").predict([{"image": str(file)}, inline("ada", 81)])
    assert one == other


@pytest.mark.slow
@pytest.mark.parametrize("sample", [{}, {"image": 3}, {"image": ""}, {"text": "ada"}])
def test_a_sample_without_a_picture_is_refused(sample: dict[str, Any], trained: Job) -> None:
    with pytest.raises(InputError, match="sample 1 has no picture"):
        load(trained.paths.model, "cpu").predict([sample])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["head.safetensors", "backbone.safetensors", "finetop.json"])
def test_a_damaged_model_directory_is_refused_in_a_sentence(name: str, trained: Job, tmp_path: Path) -> None:
    import shutil

    broken = tmp_path / "model"
    shutil.copytree(trained.paths.model, broken)
    (broken / name).write_bytes(b"\0" * 40)
    with pytest.raises(InputError):
        load(broken, "cpu")


def answer(**parts: Any) -> dict[str, Any]:
    return {"label": "a", "confidence": 0.6, "known": True, "likeness": 0.8, "scores": {"a": 0.6, "b": 0.4}} | parts


def test_two_processes_agree_up_to_rounding_and_ties() -> None:
    assert agree(answer(), answer(scores={"a": 0.601, "b": 0.399}))
    assert agree(
        answer(scores={"a": 0.501, "b": 0.499}), answer(label="b", scores={"b": 0.5005, "a": 0.4995}, confidence=0.5)
    )


@pytest.mark.parametrize(
    "other",
    [
        {"label": "b"},
        {"scores": {"a": 0.7, "b": 0.3}},
        {"likeness": 0.7},
        {"likeness": float("nan")},
        {"scores": {"a": float("nan"), "b": 0.4}},
        {"scores": None},
    ],
)
def test_two_processes_that_differ_do_not_agree(other: dict[str, Any]) -> None:
    assert not agree(answer(), answer(**other))


def test_pictures_are_embedded_for_those_who_compare_them(trained: Job) -> None:
    """What `engine data curate --model` asks for."""
    rows = trained.dataset.rows("test")[:6]
    recogniser = load(trained.paths.model, "cpu")
    vectors = recogniser.embed([str(trained.dataset.path / row["image"]) for row in rows])
    assert len(vectors) == 6 and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert recogniser.embed([]).shape == (0, vectors.shape[1])
