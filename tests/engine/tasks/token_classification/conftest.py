"""A tiny random BERT with the packaged tokenizer, a small dataset that it can learn, and jobs that train it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.base_models import packaged_minilm
from engine.datasets.store import Dataset, write_dataset
from engine.tasks.contract import Job, Row
from engine.tasks.token_classification.config import Config
from engine.workspace import Workspace
from tests.engine.jobs import MakeJob, job_maker
from tests.engine.tiny_bert import save_tiny_bert

TOOLS = ["hammer", "steel saw", "drill", "long ladder", "wrench"]
PLACES = ["barn", "old mill", "harbour", "north gate"]


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory, tokenizer: Any) -> Path:
    """Directory of a base model that trains in milliseconds."""
    return save_tiny_bert(tmp_path_factory.mktemp("base"), tokenizer, hidden_size=24, positions=64)


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(packaged_minilm())


def tool_rows(count: int, seed: int) -> list[Row]:
    """Sentences that name tools and places, and some that name neither."""
    draws = random.Random(seed)
    rows: list[Row] = []
    for number in range(count):
        tool, place = draws.choice(TOOLS), draws.choice(PLACES)
        if number % 5 == 4:
            text, names = "nothing was lost today.", []
        else:
            text = f"bring the {tool} to the {place}, " + "please " * draws.randint(0, 6) + "and hurry"
            names = [(tool, "TOOL"), (place, "PLACE")]
        entities = [
            {"start": text.index(name), "end": text.index(name) + len(name), "label": label} for name, label in names
        ]
        rows.append({"text": text, "entities": entities, "slice": "seen" if number % 2 else "unseen", "group": "g"})
    return rows


def joined(rows: list[Row], size: int) -> list[Row]:
    """Texts of `size` rows each: longer than a window of the tiny model."""
    made: list[Row] = []
    for start in range(0, len(rows), size):
        text, entities = "", []
        for row in rows[start : start + size]:
            shift = len(text)
            entities += [e | {"start": e["start"] + shift, "end": e["end"] + shift} for e in row["entities"]]
            text += row["text"] + ". "
        made.append({"text": text, "entities": entities, "slice": rows[start]["slice"], "group": "g"})
    return made


@pytest.fixture(scope="session")
def tools_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    splits = {"train": tool_rows(60, 1), "validation": tool_rows(20, 2), "test": tool_rows(24, 3)}
    return _store(tmp_path_factory.mktemp("tools"), splits)


@pytest.fixture(scope="session")
def long_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    splits = {"train": tool_rows(60, 1), "validation": tool_rows(20, 2), "test": tool_rows(24, 3)}
    splits["train"] += joined(tool_rows(120, 4), 6)
    return _store(tmp_path_factory.mktemp("long"), splits)


def _store(where: Path, splits: dict[str, list[Row]]) -> Dataset:
    return write_dataset(
        Workspace(where),
        task="token-classification",
        profile="p",
        model="ner",
        splits=splits,
        classes={},
        source="recipe",
    )


@pytest.fixture
def make_job(tmp_path: Path, make_job_in: Callable[[Path], MakeJob], no_pulse: None) -> MakeJob:
    return make_job_in(tmp_path)


@pytest.fixture(scope="session")
def make_job_in(tiny_base: Path, tools_dataset: Dataset) -> Callable[[Path], MakeJob]:
    sizes = {"epochs": 2, "batch_size": 8, "max_length": 32, "stride": 8}
    defaults = sizes | {"base": str(tiny_base), "learning_rate": 5e-3, "head_learning_rate": None}
    return lambda directory: job_maker(directory, Config, defaults, dataset=tools_dataset, headline="f1")


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, make_job_in: Callable[[Path], MakeJob], long_dataset: Dataset
) -> Job:
    """A finished training that has learnt the task."""
    from engine.tasks.token_classification import TASK

    job = make_job_in(tmp_path_factory.mktemp("trained"))("run", epochs=8, dataset=long_dataset)
    TASK.train(job)
    return job
