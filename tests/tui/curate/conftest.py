"""A dataset of solar modules in which something is wrong, and the console on it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFilter

from engine.curation.decisions import Decision, write_decisions
from engine.curation.paths import CurationPaths
from engine.curation.review import Review
from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.labelled_pictures import count_classes

LABELS = ("hot-spot", "cell", "diode")


def module(number: int, *, blur: float = 0, dark: bool = False) -> bytes:
    """A module of fifteen cells, of which some are hot; the same bytes on every machine."""
    picture = Image.new("L", (48, 80), 120)
    pen = ImageDraw.Draw(picture)
    hot = {"hot-spot": (number % 15,), "cell": (0, 3, 6, number % 15), "diode": tuple(range(0, 15, 3))}
    for at in range(15):
        x, y = at % 3 * 16, at // 3 * 16
        level = 235 if at in hot[LABELS[number % 3]] else 95 + 3 * at
        pen.rectangle((x + 1, y + 1, x + 14, y + 14), fill=level)
    if blur:
        picture = picture.filter(ImageFilter.GaussianBlur(blur))
    if dark:
        picture = picture.point(lambda value: value // 8)
    file = io.BytesIO()
    picture.save(file, "BMP")
    return file.getvalue()


@dataclass(frozen=True)
class Faulty:
    """A dataset whose faults were found."""

    workspace: Any
    dataset: Dataset

    def review(self) -> Review:
        """As it stands on the disk."""
        return Review(self.workspace, self.dataset)

    def decisions(self) -> dict[tuple[str, int], str]:
        """What people decided."""
        return {item.place: item.decision for item in self.review().items if item.decision}


def make_dataset(workspace: Any, count: int = 12, *, model: str = "targets") -> Dataset:
    """Train has `count` modules, among them a copy of one of test, one of its own, a blurred and a dark one."""
    pictures: dict[tuple[str, int], bytes] = {("train", at): module(at) for at in range(1, count + 1)}
    pictures |= {("test", at): module(at + 100) for at in range(1, 5)}
    pictures["train", 3] = module(101)
    pictures["train", 5] = module(2, blur=0.4)
    pictures["train", 9] = module(9, blur=4)
    pictures["train", 10] = module(10, dark=True)
    files: dict[str, bytes | Path] = {}
    splits: dict[str, list[dict[str, Any]]] = {"train": [], "test": []}
    for (split, at), content in pictures.items():
        name = content_name(content, ".bmp")
        files[name] = content
        number = at if split == "train" else at + 100
        if (split, at) == ("train", 3):
            number = 101
        row = {"image": f"files/{name}", "width": 48, "height": 80, "label": LABELS[number % 3]}
        splits[split].append(row)
    return write_dataset(
        workspace,
        task="image-feature-extraction",
        profile="infrared",
        model=model,
        splits=splits,
        classes={split: count_classes(rows) for split, rows in splits.items()},
        source="import",
        files=files,
    )


def found(dataset: Dataset) -> list[Decision]:
    """What a search says of it."""
    rows = {split: list(dataset.iterate(split)) for split in dataset.splits}

    def line(split: str, at: int, problem: str, score: float, suggested: str, why: str, other: str = "") -> Decision:
        row = rows[split][at - 1]
        name = row["image"].removeprefix("files/")
        return Decision(name, split, at, row["label"], (problem,), score, other, why, suggested)

    def name(split: str, at: int) -> str:
        return str(rows[split][at - 1]["image"]).removeprefix("files/")

    return [
        line("train", 3, "leak", 1.0, "drop", "shows the same as line 1 of test", name("test", 1)),
        line("train", 7, "label", 0.83, "relabel:diode", "looks like diode (91% against 4%)"),
        line("train", 5, "duplicate", 0.97, "drop", "doubles line 2 of train", name("train", 2)),
        line("train", 10, "exposure", 0.88, "drop", "the brightest part reaches 0.11 of the range"),
        line("train", 9, "blur", 0.94, "drop", "as soft as blurred copies (variance of the Laplacian 4)"),
        line("test", 2, "blur", 0.75, "keep", "as soft as blurred copies (variance of the Laplacian 21)"),
    ]


@pytest.fixture
def faulty(workspace: Any) -> Faulty:
    """A dataset that was searched."""
    dataset = make_dataset(workspace)
    path = CurationPaths.of(workspace, dataset).decisions
    path.parent.mkdir(parents=True)
    write_decisions(path, found(dataset))
    return Faulty(workspace, dataset)


@pytest.fixture
def curate(console: Any, until: Any, shows: Any) -> Callable[..., Any]:
    """Opens the console on the review of the newest dataset: `async with curate() as (app, pilot)`."""

    @contextlib.asynccontextmanager
    async def opened(size: tuple[int, int] = (120, 40), **options: Any) -> Any:
        app = console(**options)
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.press("7")
            await until(pilot, lambda: "infrared-targets" in shows(app), "the datasets")
            await pilot.press("enter")
            await until(pilot, lambda: "decided" in shows(app), "the review")
            await pilot.pause()
            yield app, pilot

    return opened
