"""Prediction: what a text is, how sure that is, and that SetFit loads the same model."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine.encoder_fingerprint import fingerprint
from engine.errors import InputError
from engine.files import read_json, write_json
from engine.tasks.contract import Job
from engine.tasks.text_classification import TASK
from engine.tasks.text_classification.predict import agree, load, load_baseline
from tests.engine.tasks.text_classification.conftest import TOPICS, labelled

pytestmark = pytest.mark.slow


def test_a_prediction_names_the_label_its_confidence_and_all_scores(trained: Job) -> None:
    (made,) = load(trained.paths.model, "cpu").predict([{"text": "dungeon map with a grid"}])
    assert made["label"] == "maps"
    assert made["confidence"] == made["scores"]["maps"] == max(made["scores"].values())
    assert set(made["scores"]) == set(TOPICS) and sum(made["scores"].values()) == pytest.approx(1, abs=1e-5)


def test_setfit_loads_the_directory_and_predicts_the_same_labels(trained: Job) -> None:
    from setfit import SetFitModel

    texts = [row["text"] for row in labelled(60, 9)]
    theirs = [str(label) for label in SetFitModel.from_pretrained(str(trained.paths.model)).predict(texts)]
    ours = [made["label"] for made in load(trained.paths.model, "cpu").predict([{"text": text} for text in texts])]
    assert ours == theirs


def test_the_pickle_is_never_read(trained: Job, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(trained.paths.model, copy)
    (copy / "model_head.pkl").write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    sample = [{"text": "drum loop"}]
    assert load(copy, "cpu").predict(sample) == load(trained.paths.model, "cpu").predict(sample)


def test_the_loaded_model_predicts_what_the_trained_one_did(trained: Job) -> None:
    expected = read_json(trained.paths.model / "expected.json")
    got = load(trained.paths.model, "cpu").predict(expected["samples"])
    assert all(map(agree, expected["predictions"], got))


def test_texts_given_twice_or_in_another_order_get_the_same_answer(trained: Job) -> None:
    classifier = load(trained.paths.model, "cpu")
    texts = [row["text"] for row in labelled(30, 4)] * 2
    judged = classifier.classify(texts)
    assert (judged.numbers[:30] == judged.numbers[30:]).all()
    backwards = classifier.classify(texts[::-1], batch_size=7)
    assert np.allclose(backwards.shares[::-1], judged.shares, atol=1e-5)


def test_embeddings_can_be_kept_and_judged_later(trained: Job) -> None:
    classifier = load(trained.paths.model, "cpu")
    texts = ["orc token", "choir song"]
    vectors = classifier.embed(texts)
    assert vectors.dtype == np.float32 and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(classifier.judge(vectors).shares, classifier.classify(texts).shares)


def test_nothing_to_predict_is_no_error(trained: Job) -> None:
    classifier = load(trained.paths.model, "cpu")
    assert classifier.predict([]) == [] and len(classifier.classify([]).numbers) == 0


def test_a_sample_without_text_is_a_sentence(trained: Job) -> None:
    with pytest.raises(InputError, match="sample 2 has no text"):
        load(trained.paths.model, "cpu").predict([{"text": "map"}, {"name": "map"}])


def test_half_a_surrogate_pair_in_a_text_is_no_crash(trained: Job) -> None:
    (made,) = load(trained.paths.model, "cpu").predict([{"text": "map \udcff"}])
    assert made["label"] in TOPICS


def test_the_fingerprint_names_the_encoder(trained: Job) -> None:
    first, second = (load(trained.paths.model, "cpu") for _ in range(2))
    assert fingerprint(first.encoder) == fingerprint(second.encoder)
    assert fingerprint(load_baseline(trained.paths.model, "cpu").encoder) != fingerprint(first.encoder)


@pytest.mark.parametrize("kind", ["centroids", "descriptions"])
def test_the_baseline_is_the_untrained_base_with_prototypes(trained: Job, kind: str) -> None:
    baseline = load_baseline(trained.paths.model, "cpu", kind)  # type: ignore[arg-type]
    made = baseline.predict([{"text": " ".join(words)} for words in TOPICS.values()])
    assert sum(one["label"] == label for one, label in zip(made, TOPICS, strict=True)) >= 2


def test_a_kind_of_prototypes_that_is_not_there_is_a_sentence(trained: Job, tmp_path: Path) -> None:
    shutil.copytree(trained.paths.model, tmp_path / "model")
    card = read_json(tmp_path / "model" / "finetop.json")
    del card["prototypes"]["descriptions"]
    write_json(tmp_path / "model" / "finetop.json", card)
    with pytest.raises(InputError, match="no prototypes from descriptions; use centroids"):
        load_baseline(tmp_path / "model", "cpu", "descriptions")


def test_a_head_that_does_not_fit_the_labels_is_refused(trained: Job, tmp_path: Path) -> None:
    shutil.copytree(trained.paths.model, tmp_path / "model")
    heads = load_file(tmp_path / "model" / "heads.safetensors")
    save_file(heads | {"head.weight": heads["head.weight"][:2].copy()}, tmp_path / "model" / "heads.safetensors")
    with pytest.raises(InputError, match="does not fit 3 labels"):
        load(tmp_path / "model", "cpu")
    (tmp_path / "model" / "heads.safetensors").write_bytes(b"no safetensors")
    with pytest.raises(InputError, match=r"heads\.safetensors claims a description that is longer than the file"):
        load(tmp_path / "model", "cpu")


def test_another_tasks_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a model of text-classification"):
        TASK.load(tmp_path, "cpu")
