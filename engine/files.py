"""Writing that survives a crash: aside, fsync, rename; whole lines only."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec


def fsync_directory(path: Path) -> None:
    """Make a rename or a new name inside `path` durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def fsync_file(path: Path) -> None:
    """Make the content of a file that is written durable."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def aside(path: Path) -> Path:
    """A name beside `path`, hidden and unique, to write to before renaming."""
    return path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(3).hex()}.tmp")


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path; on success it is fsynced and renamed to `path`, else removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = aside(path)
    try:
        yield temporary
        fsync_file(temporary)
        temporary.replace(path)
        fsync_directory(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """Yield a new directory; on success its files are fsynced and it takes the place of `path`, else it goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staging, displaced = aside(path), aside(path)
    staging.mkdir()
    try:
        yield staging
        for file in staging.rglob("*"):
            if file.is_file():
                fsync_file(file)
            else:
                fsync_directory(file)
        fsync_directory(staging)
        if path.exists():
            path.rename(displaced)
        staging.rename(path)
        fsync_directory(path.parent)
        shutil.rmtree(displaced, ignore_errors=True)
    finally:
        if displaced.exists() and not path.exists():
            displaced.rename(path)
        shutil.rmtree(staging, ignore_errors=True)


def write_atomic(path: Path, content: bytes | str) -> None:
    """Replace `path` by `content`: a reader sees the old content or the new, never a part."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


def write_json(path: Path, value: object) -> None:
    """Write any msgspec-encodable value as indented JSON, atomically. NaN and infinity become null."""
    write_atomic(path, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def write_durably(path: Path, content: bytes) -> None:
    """Write and fsync a file that nobody reads yet."""
    path.write_bytes(content)
    fsync_file(path)


def read_json(path: Path) -> dict:
    """Read a JSON object written by `write_json`."""
    value = msgspec.json.decode(path.read_bytes())
    if not isinstance(value, dict):
        raise ValueError(f"{path}: expected a JSON object")
    return value
