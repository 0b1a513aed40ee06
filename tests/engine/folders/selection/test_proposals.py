import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.folders.samples.features import make_features
from engine.folders.samples.training_db import Label, TrainingDb, Which, training_db
from engine.folders.selection.pool import Wanted
from engine.folders.selection.proposals import labels_in_order, propose_samples

WORDS = ("Maps", "Music", "Tokens")


def embed(texts: Sequence[str]) -> np.ndarray:
    """A vector of length 1 for each text: which words it holds."""
    vectors = np.zeros((len(texts), 64), dtype=np.float32)
    for at, text in enumerate(texts):
        for word in text.lower().split():
            vectors[at, zlib.crc32(word.encode()) % 64] += 1
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def db(tmp_path: Path, snapshot: Callable[..., list]) -> TrainingDb:
    paths = [f"Creator {creator}/{word} {number}" for creator in range(8) for word in WORDS for number in range(10)]
    nodes = snapshot(paths)
    with training_db(tmp_path / "training.db", create=True) as opened:
        make_features(opened, lambda: nodes, root="/library", snapshot=1)
        yield opened


def label(db: TrainingDb, count: int, *, at: float = 0.0, split: str = "train") -> list[int]:
    """Label folders that have none by the word in their names."""
    found = []
    for sample in db.samples(Which("legacy", labelled=False, min_depth=2)):
        if len(found) < count and sample.id % 7 == 0:
            found.append(Label(sample.id, "legacy", sample.name.split()[0], split, at=at))
    db.put_labels(found)
    return [one.sample for one in found]


def wanted(**changes: object) -> Wanted:
    return Wanted(**{"size": 12, "min_depth": 2, "template": "{name} in {parent}", **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("strategy", ["uncertainty", "margin", "disagreement", "diverse", "mixed"])
def test_folders_without_a_label_are_proposed_with_what_the_model_takes_them_for(
    db: TrainingDb, strategy: str
) -> None:
    known = label(db, 24)
    made = propose_samples(db, wanted(), strategy, embed)  # type: ignore[arg-type]
    assert len({sample.id for sample in made.samples}) == 12
    assert not {sample.id for sample in made.samples} & set(known)
    assert set(made.suggestions) <= {word.lower() for word in WORDS} | set(WORDS)
    assert all(value is not None and 0 < value <= 1 for value in made.probabilities)
    assert made.labels == 24


def test_before_the_first_labels_nothing_is_suggested_and_it_says_go_on(db: TrainingDb) -> None:
    made = propose_samples(db, wanted(), "mixed", embed)
    assert len(made.samples) == 12
    assert set(made.suggestions) == {""}
    assert made.columns == {"suggestion": [""] * 12, "probability": [""] * 12}
    assert not made.verdict.stop


def test_once_predictions_no_longer_change_it_says_stop(db: TrainingDb) -> None:
    label(db, 30)
    made = propose_samples(db, wanted(size=2), "margin", embed)
    assert made.verdict.stop, made.verdict


def test_what_the_test_split_holds_does_not_steer_the_choice(db: TrainingDb) -> None:
    label(db, 10, split="test")
    assert propose_samples(db, wanted(), "margin", embed).labels == 0


def test_labels_come_in_the_order_in_which_they_were_given(db: TrainingDb) -> None:
    later, earlier = label(db, 5, at=2.0), label(db, 5, at=1.0)
    ids, names = labels_in_order(db, wanted())
    assert set(ids[:5]) == set(earlier) and set(ids[5:]) == set(later)
    assert len(names) == 10
    assert ids == labels_in_order(db, wanted())[0]


def test_where_everything_is_labelled_it_says_so(db: TrainingDb) -> None:
    db.put_labels(Label(sample.id, "legacy", "x") for sample in list(db.samples()))
    with pytest.raises(InputError, match="no folder"):
        propose_samples(db, wanted(), "margin", embed)


def test_no_creator_dominates_a_proposal(db: TrainingDb) -> None:
    label(db, 24)
    made = propose_samples(db, wanted(), "margin", embed)
    creators = [sample.creator for sample in made.samples]
    assert max(map(creators.count, creators)) <= 2
