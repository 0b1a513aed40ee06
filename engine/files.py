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


def append_line(path: Path, line: bytes) -> None:
    """Add a whole line (without its end) to a log, durably. A torn line that a crash left is ended first, so that it
    stays a line of its own."""
    is_new = not path.exists()
    fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        rest = memoryview((b"\n" if _is_torn(fd) else b"") + line + b"\n")
        while rest:
            rest = rest[os.write(fd, rest) :]
        os.fsync(fd)
    finally:
        os.close(fd)
    if is_new:
        fsync_directory(path.parent)


def end_torn_line(path: Path) -> None:
    """End a last line that a crash left without its end, for a log whose next line depends on it."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if _is_torn(fd):
            os.write(fd, b"\n")
            os.fsync(fd)
    finally:
        os.close(fd)


def _is_torn(fd: int) -> bool:
    end = os.fstat(fd).st_size
    return end > 0 and os.pread(fd, 1, end - 1) != b"\n"


def read_json(path: Path) -> dict:
    """Read a JSON object written by `write_json`."""
    value = msgspec.json.decode(path.read_bytes())
    if not isinstance(value, dict):
        raise ValueError(f"{path}: expected a JSON object")
    return value
