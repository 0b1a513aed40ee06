"""Local images come from allowed folders only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import DataError
from engine.feedback.local_files import read_local


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.png"
    path.write_bytes(b"secret")
    return path


def refusal(name: str, roots: list[Path], max_bytes: int = 10**6) -> str:
    with pytest.raises(DataError) as refused:
        read_local(name, roots, max_bytes)
    return str(refused.value)


def test_a_file_in_the_folder_is_read_by_either_path(photos: Path) -> None:
    data = (photos / "a.png").read_bytes()
    assert read_local("a.png", [photos], 10**6) == data
    assert read_local(str(photos / "a.png"), [photos], 10**6) == data


def test_a_link_within_the_folder_is_followed(photos: Path) -> None:
    (photos / "link.png").symlink_to("a.png")
    assert read_local("link.png", [photos], 10**6) == (photos / "a.png").read_bytes()


def test_each_allowed_folder_is_looked_in(photos: Path, tmp_path: Path, secret: Path) -> None:
    assert read_local("secret.png", [photos, tmp_path], 10**6) == b"secret"


@pytest.mark.parametrize("name", ["../secret.png", "{secret}", "link.png", "folder/secret.png"])
def test_nothing_leads_out_of_the_folder(photos: Path, secret: Path, name: str) -> None:
    (photos / "link.png").symlink_to(secret)
    (photos / "folder").symlink_to(secret.parent)
    assert "lies outside the allowed folders" in refusal(name.format(secret=secret), [photos])


def test_what_is_no_file_is_told(photos: Path) -> None:
    (photos / "folder").mkdir()
    (photos / "loop").symlink_to("loop")
    os.mkfifo(photos / "pipe.png")
    assert "no such file; give a path relative to the payload's folder" in refusal("nothing.png", [photos])
    assert "no such file" in refusal("a.png/b.png", [photos])
    assert "is not a file" in refusal("folder", [photos])
    assert "is not a file" in refusal("pipe.png", [photos])
    assert "is no path that can be followed" in refusal("loop", [photos])
    assert "is no path that can be followed" in refusal("x" * 300, [photos])


def test_a_file_that_is_too_long_is_not_read(photos: Path) -> None:
    with (photos / "huge.png").open("wb") as file:
        file.truncate(1 << 24)
    assert "longer than the 1 MiB that are read" in refusal("huge.png", [photos], 1 << 20)


def test_a_request_without_a_folder_reads_nothing_local() -> None:
    assert "allow its folder with --allow-path" in refusal("/etc/passwd", [])
