"""A tiny random BERT with a vocabulary of its own, labelled texts in its words, and jobs that train it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.datasets.store import Dataset, write_dataset
from engine.runs.spec import Target
from engine.tasks.contract import Job, Row
from engine.tasks.text_classification.config import Config
from engine.workspace import Workspace
from tests.engine.jobs import MakeJob, job_maker
from tests.engine.tiny_bert import save_tiny_bert_of_words

TOPICS = {
    "maps": ["map", "grid", "dungeon", "road", "cave"],
    "music": ["song", "loop", "drum", "chord", "choir"],
    "tokens": ["token", "orc", "elf", "dragon", "portrait"],
}
COMMON = ["pack", "set", "old", "new", "night", "day", "print", "free"]
WORDS = [*(word for words in TOPICS.values() for word in words), *COMMON]


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of a base model that trains in milliseconds."""
    return save_tiny_bert_of_words(tmp_path_factory.mktemp("base"), WORDS)


def labelled(count: int, seed: int) -> list[Row]:
    """Texts of a word or two of their topic among words that say nothing; two texts to a creator."""
    draws = random.Random(seed)
    rows: list[Row] = []
    for at in range(count):
        label = sorted(TOPICS)[at % len(TOPICS)]
        words = [*draws.sample(TOPICS[label], 2), *draws.sample(COMMON, 4)]
        draws.shuffle(words)
        rows.append({"text": " ".join(words), "label": label, "group": f"creator {seed}-{at // 2}"})
    return rows


def stored(where: Path, **splits: list[Row]) -> Dataset:
    """A dataset of these splits."""
    return write_dataset(
        Workspace(where / "workspace"),
        task="text-classification",
        profile="p",
        model="m",
        splits=splits,
        classes={},
        source="recipe",
    )


@pytest.fixture(scope="session")
def texts_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Three of the test rows are wrongly labelled."""
    test = [{**row, "slice": "seen" if at % 2 else "unseen"} for at, row in enumerate(labelled(60, 3))]
    test[0]["label"], test[1]["label"], test[2]["label"] = (test[at]["label"] for at in (1, 2, 0))
    where = tmp_path_factory.mktemp("texts")
    return stored(where, train=labelled(36, 1), validation=labelled(45, 2), test=test)


@pytest.fixture
def make_job(tmp_path: Path, make_job_in: Callable[[Path], MakeJob], no_pulse: None) -> MakeJob:
    return make_job_in(tmp_path)


@pytest.fixture(scope="session")
def make_job_in(tiny_base: Path, texts_dataset: Dataset) -> Callable[[Path], MakeJob]:
    defaults = {"base": str(tiny_base), "epochs": 4, "batch_size": 12, "learning_rate": 3e-3}
    return lambda directory: job_maker(directory, Config, defaults, dataset=texts_dataset, headline="macro_f1")


@pytest.fixture(scope="session")
def trained(make_job_in: Callable[[Path], MakeJob], tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A run that has ended: its model lies in `paths.model`. The base knows no words: these are to be learnt."""
    from engine.tasks.text_classification import TASK

    meanings = {label: " ".join(words) for label, words in TOPICS.items()}
    job = make_job_in(tmp_path_factory.mktemp("trained"))(
        epochs=8,
        train_embeddings=True,
        descriptions=meanings,
        targets=(Target("macro_f1", at_least=0.999),),
    )
    TASK.train(job)
    return job


@pytest.fixture
def few_validation(tmp_path: Path) -> Dataset:
    """Too few validation rows to spare some for calibration."""
    return stored(tmp_path, train=labelled(36, 1), validation=labelled(9, 2), test=labelled(9, 3))


@pytest.fixture
def no_validation(tmp_path: Path) -> Dataset:
    """The training and validation rows of `few_validation`, all for training."""
    return stored(tmp_path, train=[*labelled(36, 1), *labelled(9, 2)], validation=[], test=labelled(9, 3))


@pytest.fixture
def one_label(tmp_path: Path) -> Dataset:
    rows = [{**row, "label": "maps"} for row in labelled(9, 1)]
    return stored(tmp_path, train=rows, validation=rows, test=rows)
