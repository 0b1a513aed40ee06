"""Pictures and label files for the importers of detection data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.datasets.importers import ImportSummary, import_dataset
from engine.datasets.store import Dataset
from engine.workspace import Workspace

MakePicture = Callable[..., Path]


@pytest.fixture
def make_picture() -> MakePicture:
    """Writes a picture of noise that differs from every other one."""
    made = 0

    def make(path: Path, size: tuple[int, int] = (100, 80), **options: Any) -> Path:
        nonlocal made
        made += 1
        pixels = np.random.default_rng(made).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, **options)
        return path

    return make


@pytest.fixture
def import_boxes(workspace: Workspace) -> Callable[..., tuple[Dataset, ImportSummary]]:
    """Imports sources for object detection."""

    def run(*sources: Path | str, **options: Any) -> tuple[Dataset, ImportSummary]:
        return import_dataset(workspace, "p", "m", "object-detection", [str(source) for source in sources], **options)

    return run


@pytest.fixture
def yolo(tmp_path: Path, make_picture: MakePicture) -> Callable[..., Path]:
    """A YOLO folder of ten pictures; `labels` are those of picture 0."""

    def make(labels: str | bytes = "0 0.5 0.5 0.2 0.25\n", names: str = "names: [pole, crossarm]\n") -> Path:
        folder = tmp_path / "yolo"
        for number in range(10):
            make_picture(folder / "images" / f"{number}.jpg")
            path = folder / "labels" / f"{number}.txt"
            path.parent.mkdir(exist_ok=True)
            content = labels if number == 0 else "1 0.5 0.5 0.4 0.05\n"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        (folder / "data.yaml").write_text(names)
        return folder

    return make


@pytest.fixture
def coco(tmp_path: Path, make_picture: MakePicture) -> Callable[..., Path]:
    """A COCO document of ten pictures; `annotation` changes the first one's annotation."""

    def make(annotation: dict[str, Any] | None = None, **changes: Any) -> Path:
        folder = tmp_path / "coco"
        for number in range(10):
            make_picture(folder / "images" / f"{number}.png")
        document = {
            "images": [{"id": n, "file_name": f"{n}.png", "width": 100, "height": 80} for n in range(10)],
            "categories": [{"id": 3, "name": "pole"}, {"id": 7, "name": "crossarm"}],
            "annotations": [
                {"id": 100 + n, "image_id": n, "category_id": 3, "bbox": [10, 20, 30, 40]} for n in range(10)
            ],
            **changes,
        }
        if annotation is not None:
            document["annotations"][0] = {"id": 100, "image_id": 0, **annotation}
        path = folder / "labels.json"
        path.write_text(json.dumps(document))
        return path

    return make


@pytest.fixture
def rows_by_boxes() -> Callable[[Dataset], list[Any]]:
    """Every (label, box) of a dataset, sorted."""

    def read(dataset: Dataset) -> list[Any]:
        rows = [row for split in dataset.splits for row in dataset.rows(split)]
        return sorted((one["label"], one["box"]) for row in rows for one in row["objects"])

    return read
