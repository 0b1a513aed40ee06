from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from engine.network.client import Rules
from engine.public_data.download import Patience
from engine.public_data.fetch import FetchLimits
from engine.workspace import Workspace

from .publisher import Publisher


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    found = Publisher()
    yield found
    found.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def limits() -> FetchLimits:
    """Loopback is allowed; nothing is waited for."""
    return FetchLimits(Rules(allow_private=True, connect_timeout_s=2, idle_timeout_s=2), Patience(wait_s=0))


@pytest.fixture(scope="session")
def packed() -> bytes:
    """A zip of six labelled pictures inside one folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("poles-1.0/data.yaml", "names: [pole, crossarm]\n")
        archive.writestr("__MACOSX/poles-1.0/images/._0.png", b"a resource fork")
        for number in range(6):
            picture = io.BytesIO()
            Image.effect_noise((32, 24), 10 + number * 20).save(picture, "PNG")
            archive.writestr(f"poles-1.0/images/{number}.png", picture.getvalue())
            archive.writestr(f"poles-1.0/labels/{number}.txt", "0 0.5 0.5 0.2 0.5\n")
    return buffer.getvalue()


@pytest.fixture
def described(tmp_path: Path, publisher: Publisher) -> Callable[..., Path]:
    """A profile that names a public set, which the publisher has."""

    def make(content: bytes, /, at: str = "poles.zip", **changes: Any) -> Path:
        publisher.files[f"/{at}"] = content
        about = {
            "name": "poles",
            "licence": "CC BY 4.0",
            "homepage": "https://poles.example/",
            "url": publisher.url(f"/{at}"),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            **changes,
        }
        model = {"task": "object-detection", "config": {"base": "scratch:yolov8n"}}
        about = {key: value for key, value in about.items() if value is not None}
        content_of = {"finetop": 1, "name": "own", "models": {"yolo": {**model, "public_data": [about]}}}
        path = tmp_path / "own.yaml"
        path.write_text(yaml.safe_dump(content_of, sort_keys=False))
        return path

    return make
