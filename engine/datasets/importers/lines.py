"""Reads a text file line by line: encodings, sizes, bytes that no text has. Never the whole file at once."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from pathlib import Path

from engine.datasets.importers.found import Problems
from engine.errors import DataError

MAX_LINE_BYTES = 1 << 20
MAX_FILE_BYTES = 2 << 30
ENCODINGS = {"utf-8": "utf-8", "latin-1": "latin-1", "cp1252": "cp1252", "iso-8859-15": "iso-8859-15"}
"""One byte or more per letter, ASCII inside: a line ends where the byte 10 stands."""


class Lines:
    """The lines of a file with their numbers; afterwards its size and SHA-256."""

    def __init__(self, path: Path, encoding: str, problems: Problems) -> None:
        if encoding.lower() not in ENCODINGS:
            raise DataError(
                f"the encoding {encoding!r} is not known", where=str(path), fix=f"use one of {', '.join(ENCODINGS)}"
            )
        self.path, self.encoding = path, ENCODINGS[encoding.lower()]
        self.bytes_read = 0
        self._problems, self._digest = problems, hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def where(self, number: int) -> str:
        """A line's place, for messages."""
        return f"{self.path}:{number}"

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Line numbers and lines without their end. A line that is no text is a bad row."""
        for number, raw in self._raw():
            if number == 1:
                raw = self._without_mark(raw)
            text = self._decoded(number, raw)
            if text is not None:
                yield number, text

    def _raw(self) -> Iterator[tuple[int, bytes]]:
        try:
            size = self.path.stat().st_size
            if size > MAX_FILE_BYTES:
                raise DataError(
                    f"the file has {size >> 20} MiB, more than the {MAX_FILE_BYTES >> 20} that are read",
                    where=str(self.path),
                    fix="split it into several files",
                )
            number = 0
            with self.path.open("rb") as file:
                while line := self._read(file):
                    number += 1
                    if len(line) <= MAX_LINE_BYTES:
                        yield number, line.removesuffix(b"\n").removesuffix(b"\r")
                        continue
                    while not line.endswith(b"\n") and (line := self._read(file)):
                        pass
                    self._problems.add(
                        self.where(number),
                        f"the line is longer than {MAX_LINE_BYTES >> 10} KiB",
                        "check that the file has line ends",
                    )
        except OSError as problem:
            raise DataError(
                f"cannot be read ({problem.strerror})", where=str(self.path), fix="check the path and its permissions"
            ) from problem

    def _read(self, file: object) -> bytes:
        line: bytes = file.readline(MAX_LINE_BYTES + 1)  # type: ignore[attr-defined]
        self._digest.update(line)
        self.bytes_read += len(line)
        return line

    def _without_mark(self, raw: bytes) -> bytes:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise DataError("the file is UTF-16", where=str(self.path), fix="save it as UTF-8")
        return raw.removeprefix(codecs.BOM_UTF8)

    def _decoded(self, number: int, raw: bytes) -> str | None:
        if b"\0" in raw:
            self._problems.add(self.where(number), "the line holds a NUL byte, which no text has", "remove it")
            return None
        try:
            return raw.decode(self.encoding)
        except UnicodeDecodeError as problem:
            self._problems.add(
                self.where(number),
                f"the line is not {self.encoding} (byte 0x{raw[problem.start]:02x} at position {problem.start + 1})",
                "name the file's encoding with --encoding (latin-1, cp1252)",
            )
            return None
