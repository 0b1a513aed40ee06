"""People drawn as patterns of light, pictures of them, and jobs that learn them in a second."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.runs.spec import Target
from engine.tasks.contract import Job, Row
from engine.tasks.image_classification.config import Config
from engine.workspace import Workspace
from tests.engine.jobs import MakeJob, job_maker

SIDE = 16
PEOPLE = ("ada", "ben", "cleo", "dan", "eve", "fay")
STRANGERS = ("gil", "hana", "ivo")
Split = list[tuple[str, int]]
"""People, and how many pictures of each."""


def picture(person: str, number: int) -> bytes:
    """A PNG: the person's own pattern, in another light and with noise in each picture."""
    own = np.random.default_rng(sum(map(ord, person)))
    pattern = np.kron(own.uniform(0.2, 0.8, (4, 4)), np.ones((4, 4)))
    each = np.random.default_rng((sum(map(ord, person)), number))
    light = 0.7 + 0.3 * (number % 3) / 2
    values = np.clip(pattern * light + each.normal(0, 0.04, (SIDE, SIDE)), 0, 1)
    made = io.BytesIO()
    Image.fromarray((values * 255).astype(np.uint8)).save(made, "PNG")
    return made.getvalue()


def rows_of(split: Split, files: dict[str, bytes], first: int = 0, **more: Any) -> list[Row]:
    """Rows of so many pictures of each person, from picture `first` on; their content goes into `files`."""
    rows = []
    for person, count in split:
        for number in range(first, first + count):
            content = picture(person, number)
            name = content_name(content, ".png")
            files[name] = content
            row: Row = {"image": f"files/{name}", "width": SIDE, "height": SIDE, "label": person, **more}
            rows.append({**row, "conditions": {"light": ("dim", "normal", "bright")[number % 3]}})
    return rows


def stored(where: Path, files: dict[str, bytes], **splits: list[Row]) -> Dataset:
    """A dataset of these splits."""
    return write_dataset(
        Workspace(where / "workspace"),
        task="image-classification",
        profile="p",
        model="m",
        splits=splits,
        classes={},
        source="recipe",
        files=files,
    )


def people_splits(where: Path, **counts: int) -> Dataset:
    """Six people, of whom each split has pictures, and three strangers in validation and test."""
    files: dict[str, bytes] = {}
    size = {"train": 6, "validation": 4, "test": 9} | counts
    everybody = lambda count: [(person, count) for person in PEOPLE]  # noqa: E731
    strange = [(person, size["test"]) for person in STRANGERS]
    return stored(
        where,
        files,
        train=rows_of(everybody(size["train"]), files),
        validation=rows_of(everybody(size["validation"]), files, 20),
        test=rows_of(everybody(size["test"]), files, 40) + rows_of(strange, files, 60),
    )


SETTINGS = {
    "base": "scratch:resnet-8",
    "image_size": SIDE,
    "trained_layers": "all",
    "hidden_size": 32,
    "epochs": 8,
    "batch_size": 12,
    "learning_rate": 5e-3,
    "head_rate_factor": 1.0,
    "patience": 0,
    "checkpoint_every_s": 0.0,
    "false_accept_rate": 0.1,
    "augment": {"gain": 0.1, "bias": 0.05, "noise": 0.01, "rotate": 0.0, "shift": 0.05, "scale": 0.0, "blur": 0.0},
}


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return people_splits(tmp_path_factory.mktemp("people"))


@pytest.fixture(scope="session")
def make_people_job(tmp_path_factory: pytest.TempPathFactory, people: Dataset) -> MakeJob:
    return job_maker(
        tmp_path_factory.mktemp("jobs"),
        Config,
        SETTINGS,
        dataset=people,
        headline="accuracy",
        targets=(Target("accuracy", at_least=0.8),),
    )


@pytest.fixture(scope="session")
def trained(make_people_job: MakeJob) -> Job:
    """A job that was trained to its end; `paths.model` holds its model."""
    from engine.tasks.image_classification.train import train

    job = make_people_job("trained")
    train(job)
    return job


MakeEncoder = Callable[[str], Path]


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> MakeEncoder:
    """Directories of tiny encoders with random weights, as transformers saves them."""
    made: dict[str, Path] = {}

    def make(kind: str) -> Path:
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp(kind)
            _tiny(kind).save_pretrained(made[kind])
        return made[kind]

    return make


def _tiny(kind: str) -> Any:
    import torch
    from transformers import Dinov2Config, Dinov2Model, ResNetConfig, ResNetModel, ViTConfig, ViTModel

    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 64}
    patches = {"image_size": SIDE, "patch_size": 4, "num_channels": 3}
    if kind == "vit":
        return ViTModel(ViTConfig(**size, **patches))
    if kind == "dinov2":
        return Dinov2Model(Dinov2Config(**size, **patches))
    return ResNetModel(
        ResNetConfig(embedding_size=16, hidden_sizes=[16, 32], depths=[1, 1], layer_type="basic", num_channels=3)
    )
