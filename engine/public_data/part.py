"""The part of a file that a broken download left, and of which version of which URL it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from engine.errors import WorkError
from engine.files import fsync_directory, fsync_file, read_json, write_json
from engine.runs.locks import lock


class Part:
    """Beside the file that it is to become. Another URL's part counts as nothing."""

    def __init__(self, file: Path, url: str) -> None:
        self._file, self._url = file, url
        self.path = file.with_name(f".{file.name}.part")
        self._marker = file.with_name(f".{file.name}.part.json")

    @property
    def size(self) -> int:
        """Bytes that can be gone on from."""
        if not self.validator:
            return 0
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def validator(self) -> str:
        """By what the server tells whether its file is the same still; empty where nothing tells."""
        try:
            told = read_json(self._marker)
        except (OSError, ValueError):
            return ""
        found = told.get("validator") if told.get("url") == self._url else None
        return found if isinstance(found, str) else ""

    def open(self, start: int, validator: str) -> BinaryIO:
        """To append after `start` bytes; from 0 it begins anew. Raises WorkError while another writes."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644), "wb", 0)
        try:
            if not lock(file.fileno()) or (start and os.fstat(file.fileno()).st_size != start):
                raise WorkError("another fetch is downloading it", where=str(self._file), fix="wait for it")
            if not start:
                file.truncate(0)
                write_json(self._marker, {"url": self._url, "validator": validator})
        except BaseException:
            file.close()
            raise
        return file

    def become_file(self) -> None:
        """The part is whole: it takes the file's place."""
        fsync_file(self.path)
        self.path.replace(self._file)
        self._marker.unlink(missing_ok=True)
        fsync_directory(self._file.parent)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._marker.unlink(missing_ok=True)
