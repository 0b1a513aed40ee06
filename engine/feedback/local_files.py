"""Reads images that a payload names by path: from allowed folders only, whatever links say."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from engine.errors import DataError


def read_local(name: str, roots: Sequence[Path], max_bytes: int) -> bytes:
    """The content of a file inside one of the roots. Raises DataError.

    A relative path is looked for in each root in turn.
    """
    allowed = [root.resolve() for root in roots]
    if not allowed:
        raise DataError(
            "a path in a request that has no folder",
            fix="send a URL, or allow its folder with --allow-path or roots=",
        )
    path = _found(name, allowed)
    try:
        content = _read(path, max_bytes)
    except OSError as problem:
        raise DataError(f"cannot be read ({problem.strerror})", fix="check its permissions") from problem
    if len(content) > max_bytes:
        raise DataError(f"longer than the {max_bytes / 2**20:g} MiB that are read", fix="send a smaller image")
    return content


def _read(path: Path, max_bytes: int) -> bytes:
    """The content, or one byte more than the limit."""
    # The links are resolved: what is a link now was put there since. Without waiting, because a pipe that nobody
    # writes to would block for ever.
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise DataError("is not a file", fix="name an image file")
        with os.fdopen(fd, "rb", closefd=False) as file:
            return file.read(max_bytes + 1)
    finally:
        os.close(fd)


def _found(name: str, allowed: Sequence[Path]) -> Path:
    outside = False
    for root in allowed:
        try:
            path = (root / name).resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, RuntimeError, ValueError) as problem:  # a loop of links, a name too long
            raise DataError("is no path that can be followed", fix="name an image file") from problem
        if any(path.is_relative_to(each) for each in allowed):
            return path
        outside = True
    if outside:
        raise DataError("lies outside the allowed folders", fix="put it beside the payload, or use --allow-path DIR")
    raise DataError("no such file", fix="give a path relative to the payload's folder")
