"""Loading a model directory and predicting with it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BaseModelError, InputError
from engine.files import read_json, write_json
from engine.tasks.contract import Job
from engine.tasks.sentence_similarity import TASK
from engine.tasks.sentence_similarity.predict import SimilarityPredictor, agree, load
from engine.text_encoder import load_encoder

pytestmark = pytest.mark.slow

TEXTS = ["pole wire", "mast line", "rot", "old crooked crossarm tag tall new", ""]


@pytest.fixture
def model(make_job: Callable[..., Job]) -> Path:
    job = make_job(epochs=1)
    TASK.train(job)
    return job.paths.model


def test_a_saved_model_predicts_what_the_training_process_did(model: Path) -> None:
    expected = read_json(model / "expected.json")
    got = load(model, "cpu").predict(expected["samples"])
    assert len(got) == 8
    assert got == expected["predictions"]


def test_labels_are_not_needed_and_change_nothing(model: Path) -> None:
    predictor = load(model, "cpu")
    plain = predictor.predict([{"a": "pole", "b": "mast"}])
    assert plain == predictor.predict([{"a": "pole", "b": "mast", "score": 0.3, "kind": "paraphrase"}])


def test_the_same_text_twice_is_wholly_alike_and_order_does_not_matter(model: Path) -> None:
    predictor = load(model, "cpu")
    same, forth, back = predictor.predict(
        [{"a": "old pole", "b": "old pole"}, {"a": "pole", "b": "rot"}, {"a": "rot", "b": "pole"}]
    )
    assert same["similarity"] == pytest.approx(1.0, abs=1e-5)
    assert forth == back


def test_what_stands_beside_a_text_does_not_change_its_vector(model: Path) -> None:
    predictor = load(model, "cpu")
    together = predictor.embed([*TEXTS, *TEXTS], batch_size=3)
    alone = np.concatenate([predictor.embed([text]) for text in TEXTS])
    assert np.allclose(together[: len(TEXTS)], alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(alone, axis=1), 1, atol=1e-5)


def test_nothing_in_gives_nothing_out(model: Path) -> None:
    assert load(model, "cpu").predict([]) == []


def test_a_sample_without_a_text_is_a_sentence(model: Path) -> None:
    with pytest.raises(InputError, match="sample 2 has no text 'b'"):
        load(model, "cpu").predict([{"a": "pole", "b": "mast"}, {"a": "pole"}])


def test_a_directory_that_is_no_model_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a model"):
        load(tmp_path, "cpu")


def test_a_base_that_pools_in_an_unknown_way_is_refused(tiny_base: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    encoder = load_encoder(str(tiny_base))
    encoder.save(base)
    write_json(base / "1_Pooling" / "config.json", {"pooling_mode": "lasttoken"})
    with pytest.raises(BaseModelError, match="pools in a way"):
        load_encoder(str(base))
    assert load_encoder(str(base), pooling="cls").pooling == "cls"


def test_from_scratch_takes_the_architecture_alone(tiny_base: Path) -> None:
    trained, scratch = load_encoder(str(tiny_base)), load_encoder(f"scratch:{tiny_base}")
    assert scratch.transformer.config.hidden_size == trained.transformer.config.hidden_size
    assert not np.allclose(trained.embed(["pole"]), scratch.embed(["pole"]), atol=1e-3)


def test_long_text_is_cut_where_the_model_ends(tiny_base: Path) -> None:
    encoder = load_encoder(str(tiny_base), max_length=256)
    assert encoder.max_length == 32
    assert len(encoder.tokenize(["pole " * 100])[0]) == 32


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ({"similarity": 0.5}, {"similarity": 0.5005}, True),
        ({"similarity": 0.5}, {"similarity": 0.51}, False),
        ({"similarity": 0.5}, {"similarity": math.nan}, False),
        ({"similarity": None}, {"similarity": None}, False),
        ({"similarity": 0.5}, {}, False),
    ],
)
def test_predictions_agree_within_a_tolerance(expected: dict, got: dict, same: bool) -> None:  # type: ignore[type-arg]
    assert agree(expected, got) is same


@pytest.mark.parametrize(("pooling", "normalize"), [("mean", True), ("cls", False)])
def test_sentence_transformers_loads_what_we_save_with_the_same_vectors(
    tiny_base: Path, tmp_path: Path, pooling: str, normalize: bool
) -> None:
    from sentence_transformers import SentenceTransformer

    encoder = load_encoder(str(tiny_base), pooling=pooling, normalize=normalize, max_length=16)
    encoder.save(tmp_path / "model")
    theirs = SentenceTransformer(str(tmp_path / "model"), device="cpu")
    texts = [*TEXTS, "pole " * 40]
    assert np.allclose(theirs.encode(texts), SimilarityPredictor(encoder).embed(texts), atol=1e-5)
    assert theirs.max_seq_length == 16
