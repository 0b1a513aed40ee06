"""A tiny random BERT with a vocabulary of its own, scored pairs in its words, and jobs that train it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.datasets.store import Dataset, write_dataset
from engine.events.writer import EventWriter
from engine.runs.paths import RunPaths
from engine.runs.spec import Target
from engine.tasks.contract import Job, Row, Stop
from engine.tasks.sentence_similarity.config import Config
from engine.workspace import Workspace

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
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    directory = tmp_path_factory.mktemp("base")
    vocabulary = directory / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]))
    BertTokenizerFast(vocab=str(vocabulary)).save_pretrained(directory)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS) + 5,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(directory)
    return directory


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


MakeJob = Callable[..., Job]


@pytest.fixture
def make_job(tmp_path: Path, make_job_in: Callable[[Path], MakeJob]) -> MakeJob:
    """`make_job("name", epochs=3, …)`: a job in a run directory of that name; the config may be changed."""
    return make_job_in(tmp_path)


@pytest.fixture(scope="session")
def make_job_in(tiny_base: Path, pairs_dataset: Dataset) -> Callable[[Path], MakeJob]:
    numbers = itertools.count()

    def for_directory(directory: Path) -> MakeJob:
        def make(name: str | None = None, *, targets: tuple[Target, ...] = (), **config: Any) -> Job:
            paths = RunPaths(directory / (name or f"run-{next(numbers)}"))
            settings = {"base": str(tiny_base), "epochs": 2, "batch_size": 8, "learning_rate": 1e-3} | config
            return Job(
                run_id="20261120-143215-p-m-0001",
                config=Config(**settings),
                dataset=pairs_dataset,
                device="cpu",
                paths=paths,
                events=EventWriter(paths.events),
                should_stop=lambda: Stop.NO,
                headline="correlation",
                targets=targets,
            )

        return make

    return for_directory
