"""Tiny pictures of three shapes, in sequences, and jobs that learn to tell them apart."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.runs.spec import Target
from engine.tasks.contract import Job, Row
from engine.tasks.image_feature_extraction.config import Config
from engine.workspace import Workspace
from tests.engine.jobs import MakeJob, job_maker

SHAPES = ("bar", "cross", "ring")
SIDE = 12
FRAMES = 2


def drawn(shape: str, source: np.random.Generator) -> bytes:
    """A bright shape somewhere on a dim background with noise, as PNG."""
    pixels = source.normal(0.3, 0.08, (SIDE, SIDE))
    top, left = source.integers(1, SIDE - 8, 2)
    match shape:
        case "bar":
            pixels[top : top + 7, left + 2 : left + 4] += 0.4
        case "cross":
            pixels[top + 2 : top + 4, left : left + 7] += 0.4
            pixels[top : top + 7, left + 2 : left + 4] += 0.4
        case _:
            pixels[top : top + 6, left : left + 6] += 0.4
            pixels[top + 2 : top + 4, left + 2 : left + 4] -= 0.4
    buffer = io.BytesIO()
    Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def pictures(count: int, seed: int, files: dict[str, bytes], shapes: tuple[str, ...] = SHAPES) -> list[Row]:
    """Rows, two pictures to a sequence, every other sequence by night."""
    source = np.random.default_rng(seed)
    rows: list[Row] = []
    for at in range(count):
        sequence = at // FRAMES
        label = shapes[sequence % len(shapes)]
        data = drawn(label, source)
        name = content_name(data, ".png")
        files[name] = data
        rows.append(
            {
                "image": f"files/{name}",
                "width": SIDE,
                "height": SIDE,
                "label": label,
                "group": f"sequence {seed}-{sequence}",
                "conditions": {"time": "night" if sequence // len(shapes) % 2 else "day"},
            }
        )
    return rows


def stored(where: Path, files: dict[str, bytes], **splits: list[Row]) -> Dataset:
    """A dataset of these splits."""
    return write_dataset(
        Workspace(where / "workspace"),
        task="image-feature-extraction",
        profile="p",
        model="m",
        splits={"train": [], "validation": [], "test": []} | splits,
        classes={},
        source="recipe",
        files=files,
    )


@pytest.fixture(scope="session")
def shapes_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Half of the test is called seen, half unseen; validation is large enough to spare some."""
    files: dict[str, bytes] = {}
    test = [{**row, "slice": "seen" if at % 2 else "unseen"} for at, row in enumerate(pictures(60, 3, files))]
    return stored(
        tmp_path_factory.mktemp("shapes"),
        files,
        train=pictures(72, 1, files),
        validation=pictures(96, 2, files),
        test=test,
    )


@pytest.fixture
def make_job(tmp_path: Path, make_job_in: Callable[[Path], MakeJob], no_pulse: None) -> MakeJob:
    return make_job_in(tmp_path)


@pytest.fixture(scope="session")
def make_job_in(shapes_dataset: Dataset) -> Callable[[Path], MakeJob]:
    defaults = {
        "base": "scratch:resnet-8",
        "image_size": SIDE,
        "epochs": 3,
        "batch_size": 24,
        "learning_rate": 3e-3,
        "projection": 16,
        "augment": {"rotate": 0.0, "blur": 0.2},
    }
    return lambda directory: job_maker(directory, Config, defaults, dataset=shapes_dataset, headline="map")


@pytest.fixture(scope="session")
def trained(make_job_in: Callable[[Path], MakeJob], tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A run that has ended: its model lies in `paths.model`, its index beside it."""
    from engine.tasks.image_feature_extraction import TASK

    job = make_job_in(tmp_path_factory.mktemp("trained"))(epochs=8, targets=(Target("accuracy", at_least=0.999),))
    TASK.train(job)
    return job
