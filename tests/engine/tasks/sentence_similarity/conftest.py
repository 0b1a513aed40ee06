"""A tiny random BERT with a vocabulary of its own, scored pairs in its words, and jobs that train it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.datasets.store import Dataset, write_dataset
from engine.tasks.contract import Row
from engine.tasks.sentence_similarity.config import Config
from engine.workspace import Workspace
from tests.engine.jobs import MakeJob, job_maker
from tests.engine.tiny_bert import save_tiny_bert_of_words

SYNONYMS = [
    ("pole", "mast"),
    ("wire", "line"),
    ("crossarm", "beam"),
    ("rot", "decay"),
    ("split", "crack"),
    ("tag", "label"),
    ("tall", "high"),
    ("bent", "crooked"),
    ("new", "fresh"),
    ("old", "aged"),
]
WORDS = [word for pair in SYNONYMS for word in pair]


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of a base model that trains in milliseconds."""
    return save_tiny_bert_of_words(tmp_path_factory.mktemp("base"), WORDS)


def scored_pairs(count: int, seed: int) -> list[Row]:
    """Pairs whose score is the share of meanings in common: no word stands in both texts, so that an
    untrained model knows nothing."""
    draws = random.Random(seed)
    rows: list[Row] = []
    for at in range(count):
        meanings = draws.sample(range(len(SYNONYMS)), 10)
        shared = draws.randint(0, 5)
        a = [SYNONYMS[meaning][0] for meaning in meanings[:5]]
        b = [SYNONYMS[meaning][1] for meaning in meanings[5 - shared : 10 - shared]]
        kind = "paraphrase" if shared > 3 else "same_topic" if shared > 1 else "unrelated"
        rows.append({"a": " ".join(a), "b": " ".join(b), "score": shared / 5, "kind": kind, "group": str(at // 2)})
    return rows


@pytest.fixture(scope="session")
def pairs_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    test = [{**row, "slice": "seen" if at % 2 else "unseen"} for at, row in enumerate(scored_pairs(40, 3))]
    plain = [{"text": row["a"]} for row in scored_pairs(30, 4)]
    where = tmp_path_factory.mktemp("pairs")
    return _store(where, scored_pairs(24, 1), scored_pairs(30, 2), test=test, unlabelled=plain)


@pytest.fixture
def misleading_dataset(tmp_path: Path) -> Dataset:
    """Validation counts the words in common, which an untrained model knows; training says the contrary."""
    train = [{**row, "score": 1 - row["score"]} for row in _pairs_with_words_in_common(40, 1)]
    return _store(tmp_path, train, _pairs_with_words_in_common(30, 2))


def _pairs_with_words_in_common(count: int, seed: int) -> list[Row]:
    draws = random.Random(seed)
    rows: list[Row] = []
    for _ in range(count):
        words, shared = draws.sample(WORDS, 10), draws.randint(0, 5)
        rows.append({"a": " ".join(words[:5]), "b": " ".join(words[5 - shared : 10 - shared]), "score": shared / 5})
    return rows


def _store(where: Path, train: list[Row], validation: list[Row], **others: list[Row]) -> Dataset:
    return write_dataset(
        Workspace(where / "workspace"),
        task="sentence-similarity",
        profile="p",
        model="m",
        splits={"train": train, "validation": validation, **others},
        classes={},
        source="recipe",
    )


@pytest.fixture
def make_job(tmp_path: Path, make_job_in: Callable[[Path], MakeJob], no_pulse: None) -> MakeJob:
    return make_job_in(tmp_path)


@pytest.fixture(scope="session")
def make_job_in(tiny_base: Path, pairs_dataset: Dataset) -> Callable[[Path], MakeJob]:
    defaults = {"base": str(tiny_base), "epochs": 2, "batch_size": 8, "learning_rate": 1e-3}
    return lambda directory: job_maker(directory, Config, defaults, dataset=pairs_dataset, headline="correlation")
