"""The label log: every keystroke of people who label, beside the training database. Append-only JSON Lines.

One entry is one whole line, appended by one `write(2)` and fsynced before the screen goes on: what the operator saw
taken survives a crash, a full disk and a cut connection. A torn end of a killed writer stays where it is, on a line
of its own that readers pass over and count. Several people may append to the same log.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import msgspec

from engine.errors import WorkError
from engine.files import fsync_directory

Act = Literal["label", "skip", "note", "undo", "batch", "pass"]
MAX_LINE_BYTES = 1 << 20
"""A longer line is none of ours: it is passed over without being decoded."""


class Before(msgspec.Struct, frozen=True, omit_defaults=True):
    """The label that the training database had before the console's first one: an undo brings it back."""

    label: str
    split: str = ""
    source: str = ""
    who: str = ""
    at: float = 0.0
    note: str = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the log."""

    id: str
    """Unique in the log: an undo names it."""
    t: float
    """Unix seconds."""
    act: Act
    taxonomy: str
    who: str
    turn: int = 1
    """Number of the pass over the folders: 1 is the first, later ones label the same folders again, blind."""
    path: str = ""
    """Of the folder, below the root; bytes that are no UTF-8 are surrogates."""
    label: str = ""
    text: str = ""
    """The note; of a batch, how it was chosen."""
    of: str = ""
    """The entry that an undo takes back."""
    paths: tuple[str, ...] = ()
    """Of a batch or a pass: the folders in the order in which they are shown."""
    suggested: str = ""
    """What the model had suggested when the label was given."""
    confidence: float = 0.0
    run: str = ""
    """The model that suggested it."""
    before: Before | None = None


@dataclass(frozen=True)
class ReadLog:
    """The whole lines of a log."""

    entries: tuple[Entry, ...] = ()
    unreadable: int = 0
    """Lines that are no entry: torn by a kill, or written by something else."""


def log_path(database: Path) -> Path:
    """`training.labels.jsonl` beside `training.db`."""
    return database.with_name(f"{database.stem}.labels.jsonl")


def read_log(path: Path) -> ReadLog:
    """Every entry. A log that does not exist is empty; a torn end is not read, and not counted until it is followed:
    it may be an entry that is just being written."""
    try:
        with path.open("rb") as file:
            entries, unreadable = [], 0
            for line in _lines(file):
                entry = _decode(line) if len(line) <= MAX_LINE_BYTES else None
                if entry is not None:
                    entries.append(entry)
                elif line.endswith(b"\n") and line.strip():
                    unreadable += 1
    except FileNotFoundError:
        return ReadLog()
    return ReadLog(tuple(entries), unreadable)


class LabelLog:
    """Appends entries. One object for each process that labels."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._session = os.urandom(4).hex()
        self._count = 0

    def next_id(self) -> str:
        """An id that no other entry has."""
        self._count += 1
        return f"{self._session}-{self._count}"

    def append(self, entry: Entry) -> None:
        """Write one line; it is on the disk when this returns. Raises WorkError where it cannot be."""
        line = encode(entry)
        try:
            new = not self.path.exists()
            # Read too: the last byte says whether a killed writer left a torn end.
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            try:
                line = _separator(fd) + line
                written = os.write(fd, line)
                os.fsync(fd)
            finally:
                os.close(fd)
            if new:
                fsync_directory(self.path.parent)
        except OSError as problem:
            raise _not_saved(self.path, problem.strerror or str(problem)) from problem
        if written < len(line):
            # What was written has no newline: the next entry begins on a line of its own.
            raise _not_saved(self.path, "the disk is full")


def encode(entry: Entry) -> bytes:
    """The line of an entry. Escapes carry surrogates, which UTF-8 cannot."""
    return json.dumps(msgspec.to_builtins(entry), separators=(",", ":")).encode("ascii") + b"\n"


def _decode(line: bytes) -> Entry | None:
    try:
        # msgspec's own reader refuses the escapes of lone surrogates.
        value: Any = json.loads(line)
        return msgspec.convert(value, Entry)
    except (ValueError, RecursionError):
        return None


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines with their newline, where they have one; of a line that is too long no more than says so."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES + 1)


def _separator(fd: int) -> bytes:
    size = os.fstat(fd).st_size
    return b"\n" if size and os.pread(fd, 1, size - 1) != b"\n" else b""


def _not_saved(path: Path, why: str) -> WorkError:
    return WorkError(f"nothing could be saved ({why})", where=str(path), fix="make room, then press the key again")
