"""A dataset whose pictures are encrypted at rest is the same dataset to everybody who has the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.errors import InputError
from engine.pictures.boxes import open_picture
from engine.privacy.keys import ENVIRONMENT_VARIABLE, new_key
from engine.privacy.sealing import file_is_sealed, read_bytes
from engine.tasks.object_detection.decoded import DecodedImages
from engine.tasks.object_detection.reading import read_image
from engine.vision.pixels import read_pixels
from engine.workspace import Workspace
from tests.engine.feedback.sent import picture

FACE = picture()
NAME = content_name(FACE, ".png")
ROW = {"image": f"files/{NAME}", "width": 64, "height": 48, "label": "lee"}


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "key"))
    new_key(tmp_path / "key")
    return tmp_path / "key"


def stored(tmp_path: Path, *, encrypt: bool, source: bytes | Path = FACE) -> Dataset:
    return write_dataset(
        Workspace(tmp_path / "workspace"),
        task="image-classification",
        profile="faces",
        model="recogniser",
        splits={"train": [ROW]},
        classes={"train": {"lee": 1}},
        source="import",
        files={NAME: source},
        encrypt=encrypt,
    )


def test_pictures_are_sealed_and_read_through_one_function(tmp_path: Path) -> None:
    dataset = stored(tmp_path, encrypt=True)
    file = dataset.path / ROW["image"]
    assert dataset.manifest.sealed and dataset.is_intact() and file_is_sealed(file)
    assert all(FACE not in path.read_bytes() for path in dataset.path.rglob("*") if path.is_file())
    assert read_bytes(file) == FACE
    assert open_picture(file).size == (64, 48)
    assert read_pixels(file).shape[:2] == (48, 64)
    assert read_image(str(file)).shape == DecodedImages([file], None, 0)[0][0].shape == (48, 64, 3)


def test_one_that_stands_in_plain_is_sealed_when_that_is_asked_for(tmp_path: Path) -> None:
    plain = stored(tmp_path, encrypt=False)
    assert not plain.manifest.sealed
    sealed = stored(tmp_path, encrypt=True, source=plain.path / ROW["image"])
    assert sealed.id == plain.id and sealed.manifest.sealed and file_is_sealed(sealed.path / ROW["image"])
    assert stored(tmp_path, encrypt=False).manifest.sealed  # what is encrypted stays so
    assert len(list(sealed.path.parent.iterdir())) == 1


def test_without_a_key_nothing_is_written(tmp_path: Path, key: Path) -> None:
    key.unlink()
    with pytest.raises(InputError, match="the key cannot be read"):
        stored(tmp_path, encrypt=True)
    assert not (tmp_path / "workspace").exists()
