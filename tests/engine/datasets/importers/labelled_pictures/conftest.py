"""Small labelled pictures, each unlike every other one, and their import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.datasets.importers import ImportSummary, PictureOptions, import_dataset
from engine.datasets.store import Dataset
from engine.workspace import Workspace

Import = Callable[..., tuple[Dataset, ImportSummary]]
OPTIONS = set(PictureOptions.__dataclass_fields__)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the pictures lie: its name means no split, as that of `tmp_path` might."""
    path = tmp_path / "pictures"
    path.mkdir()
    return path


@pytest.fixture
def draw(folder: Path) -> Callable[..., Path]:
    """Writes a picture of noise under the folder."""
    made = 0

    def make(name: str, size: tuple[int, int] = (8, 6)) -> Path:
        nonlocal made
        made += 1
        pixels = np.random.default_rng(made).integers(0, 255, (size[1], size[0]), dtype=np.uint8)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        return path

    return make


@pytest.fixture
def classes(folder: Path, draw: Callable[..., Path]) -> Callable[..., Path]:
    """Class folders `prefix/LABEL/N.png`."""

    def make(labels: str = "ab", pictures: int = 10, prefix: str = "") -> Path:
        for label in labels:
            for number in range(pictures):
                draw(f"{prefix}{label}/{number}.png")
        return folder

    return make


@pytest.fixture
def manifest(folder: Path, draw: Callable[..., Path]) -> Callable[..., Path]:
    """`labels.csv` beside the ten pictures `0.png` … `9.png`; its lines are given."""
    for number in range(10):
        draw(f"{number}.png")

    def make(content: str | bytes, name: str = "labels.csv") -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def import_pictures(workspace: Workspace) -> Import:
    """Imports sources; options of pictures and of the import side by side."""

    def run(
        *sources: Path | str, task: str = "image-classification", **options: Any
    ) -> tuple[Dataset, ImportSummary]:
        own = {name: value for name, value in options.items() if name in OPTIONS}
        others = {name: value for name, value in options.items() if name not in OPTIONS}
        pictures = PictureOptions(**own) if own else None
        return import_dataset(workspace, "p", "m", task, [str(one) for one in sources], pictures=pictures, **others)

    return run


@pytest.fixture
def rows_of() -> Callable[[Dataset], list[dict[str, Any]]]:
    """Every row of a dataset, with its split."""

    def read(dataset: Dataset) -> list[dict[str, Any]]:
        return [{**row, "split": split} for split in dataset.splits for row in dataset.rows(split)]

    return read
