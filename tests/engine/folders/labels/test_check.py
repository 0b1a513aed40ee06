from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.folders.labels.check import check_labels, columns_of
from engine.folders.samples.features import make_features
from engine.folders.samples.training_db import Label, TrainingDb, Which, training_db

WORDS = ("maps", "music", "tokens")


def embed(texts: Sequence[str]) -> np.ndarray:
    """A vector for each text: which of the words it holds."""
    vectors = np.array([[float(word in text.lower()) for word in WORDS] for text in texts], dtype=np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def db(tmp_path: Path, snapshot: Callable[..., list]) -> TrainingDb:
    nodes = snapshot(
        [f"Creator {creator}/{word} {number}" for creator in range(6) for word in WORDS for number in "12"]
    )
    with training_db(tmp_path / "training.db", create=True) as opened:
        make_features(opened, lambda: nodes, root="/library", snapshot=1)
        yield opened


def label_all(db: TrainingDb) -> None:
    samples = list(db.samples(Which(min_depth=2)))
    db.put_labels(Label(sample.id, "legacy", sample.name.split()[0]) for sample in samples)


@pytest.mark.slow
def test_a_label_that_contradicts_all_others_is_doubted_and_the_others_are_not(db: TrainingDb) -> None:
    label_all(db)
    wrong = db.ids_of(["Creator 3/maps 1"])["Creator 3/maps 1"]
    db.put_labels([Label(wrong, "legacy", "music")])
    checked = check_labels(db, "legacy", "{name}", embed, regularization=100)
    (doubt,) = checked.doubts
    assert checked.agreed == pytest.approx(35 / 36)
    assert (doubt.sample.id, doubt.label, doubt.looks_like) == (wrong, "music", "maps")
    assert doubt.probability > doubt.label_probability
    assert columns_of([doubt])["looks like"] == ["maps"]


def test_right_labels_are_not_doubted(db: TrainingDb) -> None:
    label_all(db)
    assert check_labels(db, "legacy", "{name}", embed).doubts == []


def test_too_few_labels_are_not_judged(db: TrainingDb) -> None:
    with pytest.raises(InputError, match="too few to doubt any"):
        check_labels(db, "legacy", "{name}", embed)
