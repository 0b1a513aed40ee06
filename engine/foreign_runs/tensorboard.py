"""Scalars of TensorBoard event files, without TensorBoard.

A file is a row of records: length (uint64), a checksum of it, the content, a checksum of that; the content is an
`Event` message (tensorflow/core/util/event.proto): wall time 1, step 2, summary 5; a summary's values (1) have a tag
(1) and a simple value (2) or a tensor (8).
"""

from __future__ import annotations

import heapq
import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import DataError
from engine.events.splits import SPLITS, split_and_name
from engine.foreign_runs.protobuf import fields, number, signed
from engine.foreign_runs.recording import Facts, Point

IS_EVENTS = re.compile(r"\.tfevents\.")
_HEADER = struct.Struct("<QI")
LARGEST_SCALAR = 64 * 1024
"""Bytes of a record; a longer one holds pictures or histograms, which are stepped over."""
_DTYPES = {1: "<f", 2: "<d", 3: "<i", 9: "<q", 19: "<e"}
"""TensorFlow's DataType → `struct`."""
_TYPED = {5: "<f", 6: "<d"}
"""Fields of a tensor that hold its numbers packed."""


@dataclass
class _File:
    path: Path
    split: str | None
    """Of the folder, where the split is told by that: Keras writes `train/` and `validation/`."""
    offset: int = 0


@dataclass
class _Group:
    """Values of one step of one split, as they come one by one."""

    step: int
    t: float = 0.0
    epoch: float = 0.0
    values: dict[str, float] = field(default_factory=dict)

    def point(self, split: str) -> Point:
        return Point(self.step, self.t, split, self.values, self.epoch)


class TensorBoardRun:
    """The event files of one folder, and of its folders that are named after splits."""

    kind = "tensorboard"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.resolve().name
        self._files: dict[Path, _File] = {}

    def facts(self) -> Facts:
        return Facts()

    def read(self) -> Iterator[Point]:
        for path, split in event_files(self.path):
            self._files.setdefault(path, _File(path, split))
        # Files of one split follow each other, those of several grow side by side: their times tell the order.
        splits = {file.split for file in self._files.values()}
        yield from heapq.merge(*map(self._of_split, splits), key=lambda point: point.t)

    def _of_split(self, split: str | None) -> Iterator[Point]:
        for file in [file for file in self._files.values() if file.split == split]:
            yield from self._read(file)

    def _read(self, file: _File) -> Iterator[Point]:
        groups: dict[str, _Group] = {}
        for t, step, tag, value in _scalars(file):
            split, name = (file.split, tag) if file.split else split_and_name(tag)
            group = groups.get(split)
            if group is None or group.step != step or name in group.values:
                if group is not None and group.values:
                    yield group.point(split)
                group = groups[split] = _Group(step)
            group.t = t
            if name == "epoch":
                group.epoch = value
            else:
                group.values[name] = value
        yield from (group.point(split) for split, group in groups.items() if group.values)


def event_files(folder: Path) -> list[tuple[Path, str | None]]:
    """Event files of one run with the split that their folder tells, in the order in which they were begun."""
    found: list[tuple[Path, str | None]] = []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_file() and IS_EVENTS.search(entry.name):
            found.append((Path(entry.path), None))
        elif entry.name.lower() in SPLITS and entry.is_dir(follow_symlinks=False):
            split = SPLITS[entry.name.lower()]
            inner = sorted(each.name for each in os.scandir(entry.path) if each.is_file())
            found += [(Path(entry.path) / name, split) for name in inner if IS_EVENTS.search(name)]
    return found


def _scalars(file: _File) -> Iterator[tuple[float, int, str, float]]:
    """(t, step, tag, value) of what was appended; a record that is not whole yet waits."""
    with file.path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        while file.offset + _HEADER.size <= size:
            stream.seek(file.offset)
            length, checksum = _HEADER.unpack(stream.read(_HEADER.size))
            if checksum != masked_crc(struct.pack("<Q", length)):
                raise DataError(
                    f"damaged at byte {file.offset}: a record's length does not fit its checksum",
                    where=str(file.path),
                    fix="import a copy that is whole",
                )
            end = file.offset + _HEADER.size + length + 4
            if end > size:
                return
            content = stream.read(length) if length <= LARGEST_SCALAR else b""
            try:
                yield from _scalars_of(content)
            except ValueError as problem:
                raise DataError(
                    f"damaged at byte {file.offset}: {problem}",
                    where=str(file.path),
                    fix="import a copy that is whole",
                ) from None
            file.offset = end


def _scalars_of(event: bytes) -> list[tuple[float, int, str, float]]:
    t, step, found = 0.0, 0, []
    for key, value in fields(event):
        if key == 1:
            t = number(value, "<d")
        elif key == 2 and isinstance(value, int):
            step = signed(value)
        elif key == 5 and isinstance(value, bytes):
            found += [_scalar(inner) for place, inner in fields(value) if place == 1 and isinstance(inner, bytes)]
    return [(t, step, tag, value) for tag, value in filter(None, found)]


def _scalar(summary: bytes) -> tuple[str, float] | None:
    tag, value = "", None
    for key, raw in fields(summary):
        if key == 1 and isinstance(raw, bytes):
            tag = raw.decode("utf-8", "replace")
        elif key == 2:
            value = number(raw, "<f")
        elif key == 8 and isinstance(raw, bytes):
            value = _one_number(raw)
    return (tag, value) if tag and value is not None else None


def _one_number(tensor: bytes) -> float | None:
    """The value of a tensor that holds one; None for every other."""
    form, content, found = "", b"", None
    for key, raw in fields(tensor):
        if key == 1 and isinstance(raw, int):
            form = _DTYPES.get(raw, "")
        elif key == 4 and isinstance(raw, bytes):
            content = raw
        elif key in _TYPED and isinstance(raw, bytes) and len(raw) == struct.calcsize(_TYPED[key]):
            found = number(raw, _TYPED[key])
    if found is None and form and len(content) == struct.calcsize(form):
        found = number(content, form)
    return found


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC = _crc_table()


def masked_crc(data: bytes) -> int:
    """CRC-32C, rotated and shifted as records have it (tensorflow/core/lib/hash/crc32c.h)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
