"""A workspace with a dataset of each kind, and the console on it."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image, ImageDraw

from engine.datasets.files import content_name
from engine.datasets.preview import Preview
from engine.datasets.store import Dataset, write_dataset
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

NOW = 1_795_185_600.0
"""2026-11-20 14:40:00 UTC."""
HOUR = 3600.0
PATIENCE_S = 20.0
Row = dict[str, Any]
PROFILE = """\
finetop: 1
name: rehearsal
title: Numbered sentences
models:
  quick:
    task: noop
    data: {recipe: {examples: 40}}
    config: {script: []}
  ner:
    task: token-classification
    config: {labels: [MEASURE]}
presets:
  tiny:
    description: Fewer.
    models: {quick: {data: {recipe: {examples: 12}}}}
"""
ENTITIES: list[Row] = [
    {
        "text": "Maintain 18 feet from the crossarm, as G.O. 95 says.",
        "entities": [
            {"start": 9, "end": 16, "label": "MEASURE"},
            {"start": 26, "end": 34, "label": "EQUIPMENT"},
            {"start": 39, "end": 46, "label": "STANDARD"},
        ],
    },
    {"text": "The joint owner did not answer the letter.", "entities": []},
    {"text": "Replace the rotten pole.", "entities": [{"start": 19, "end": 23, "label": "EQUIPMENT"}]},
]
PAIRS: list[Row] = [
    {"a": "The pole shall stand.", "b": "The post must stand.", "score": 0.93, "kind": "paraphrase"},
    {"a": "The pole shall stand.", "b": "Rain is expected.", "score": 0.05, "kind": "unrelated"},
]
FOLDERS: list[Row] = [
    {"text": "tavern | in maps | holds day, night | depth 3", "label": "subject", "path": "Ada Studio/Maps/Tavern"},
    {"text": "webm | in tavern | depth 4", "label": "media_format", "path": "Ada Studio/Maps/Tavern/webm"},
]


def drawn(number: int) -> bytes:
    """A picture that is the same with every version of zlib."""
    picture = Image.new("RGB", (64, 48), (20, 30 + number * 8 % 90, 60))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((26, 6 + number % 5, 34, 44), fill=(170, 120, 70))
    pen.rectangle((14, 12, 46, 15), fill=(210, 180, 120))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def many(rows: Sequence[Row], count: int) -> list[Row]:
    """So many rows in turn, each with something of its own."""
    return [{**rows[number % len(rows)], "group": f"group {number}"} for number in range(count)]


@pytest.fixture
def store(workspace: Workspace) -> Callable[..., Dataset]:
    """`store(task, rows)` writes a dataset: most rows for training, the others for validation and the test."""

    def write(task: str, rows: Sequence[Row], model: str = "ner", profile: str = "utility", **more: Any) -> Dataset:
        held = max(1, len(rows) // 5)
        splits = {
            "train": list(rows[2 * held :]),
            "validation": list(rows[:held]),
            "test": list(rows[held : 2 * held]),
        }
        count = find_task(task).count_classes
        given: dict[str, Any] = {"source": "recipe", "seed": 7, "created": NOW - HOUR, "recipe_sha256": "5e" * 32}
        return write_dataset(
            workspace,
            task=task,
            profile=profile,
            model=model,
            splits=splits,
            classes={name: count(own) for name, own in splits.items()},
            **(given | more),
        )

    return write


@pytest.fixture
def shelf(workspace: Workspace, store: Callable[..., Dataset]) -> Workspace:
    """One dataset of each kind; that of entities is the newest."""
    pictures = [drawn(number) for number in range(15)]
    files = {content_name(data, ".png"): data for data in pictures}
    images = [{"image": f"files/{name}", "width": 64, "height": 48} for name in files]
    boxes = [
        {
            **image,
            "objects": [{"label": "pole", "box": [26, 6, 35, 45]}, {"label": "crossarm", "box": [14, 12, 47, 16]}],
        }
        for image in images
    ]
    labelled = [
        {**image, "label": ("hot-spot", "cell", "diode")[number % 3], "conditions": {"light": "dim"}}
        for number, image in enumerate(images)
    ]
    store("image-feature-extraction", labelled, "targets", "infrared", files=files, created=NOW - 400 * HOUR)
    store("object-detection", boxes, "yolo", files=files, created=NOW - 30 * HOUR)
    origins = [{"path": "/srv/folders.csv", "rows": 25, "sha256": "ab" * 32, "split": None, "format": "csv"}]
    store(
        "text-classification",
        many(FOLDERS, 25),
        "classifier",
        "folders",
        source="import",
        recipe_sha256="",
        origins=origins,
        created=NOW - 5 * HOUR,
    )
    store("sentence-similarity", many(PAIRS, 40), "embeddings", created=NOW - 2 * HOUR)
    store("token-classification", many(ENTITIES, 60))
    return workspace


@pytest.fixture
def until() -> Callable[..., Any]:
    """`await until(pilot, condition)`, looking more rarely: to read the screen costs more than to wait."""

    async def wait(pilot: Any, holds: Callable[[], object], what: str = "it") -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE_S:g} s"
            await pilot.pause(0.08)

    return wait


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one profile; the shipped ones are out of the way."""
    from engine.profiles import finding

    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "rehearsal.yaml").write_text(PROFILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(finding, "shipped_profiles", lambda: folder)
    return folder


FAKE = """\
import sys, time
sys.stdin.close()
if "--preview" in sys.argv:
    told = open({preview!r}).read()
    sys.stdout.write(told if "import" in sys.argv else told.replace('["conll"]', "[]"))
else:
    for number in range(1, 9):
        print(f"texts written: {{number * 100}} of 1,200", file=sys.stderr, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def fake_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that answers at once with what it would make, and takes for ever to make it."""
    from tui.data import making

    rows = many(ENTITIES, 10)
    preview = Preview(
        profile="utility",
        model="ner",
        task="token-classification",
        counts={"train": 840, "validation": 240, "test": 120},
        classes={
            "train": {"EQUIPMENT": 1066, "MEASURE": 613, "STANDARD": 383, "(none)": 101},
            "validation": {"EQUIPMENT": 302, "MEASURE": 176, "STANDARD": 103, "(none)": 29},
            "test": {"EQUIPMENT": 155, "MEASURE": 96, "STANDARD": 66, "(none)": 15},
        },
        examples=rows,
        formats=["conll"],
    )
    told = tmp_path / "preview.json"
    told.write_bytes(msgspec.json.encode([preview]))
    script = tmp_path / "fake_engine.py"
    script.write_text(FAKE.format(preview=str(told)))
    monkeypatch.setattr(making, "ENGINE", (sys.executable, "-S", str(script)))
