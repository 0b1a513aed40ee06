"""Reads examples of a split, from any byte of it on: bounded in rows, bytes and time. Slow: call in threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import FinetopError
from engine.tasks.catalog import find_task
from tui.data.classes import NONE

Row = dict[str, Any]
MOST_LINE = 1 << 20
"""Bytes of a line that are read; a longer one is named, not shown."""
PATIENCE_S = 0.4
"""A rare class is looked for in slices this long."""


@dataclass(frozen=True)
class Place:
    """Where in a split an example stands."""

    offset: int = 0
    """Byte of the file."""
    number: int = 1
    """Line of the file."""


@dataclass(frozen=True)
class Example:
    """One row, and where it stands."""

    row: Row
    at: Place
    after: Place
    problem: str = ""


@dataclass(frozen=True)
class Page:
    """Examples in the order of the file."""

    examples: tuple[Example, ...]
    after: Place
    """Where reading ended."""
    ended: bool
    """Whether that is the end of the split."""


def read_page(
    file: Path, task: str, chosen: str, start: Place, most: int, *, clock: Callable[[], float] = time.monotonic
) -> Page:
    """At most so many examples from `start` on, those of the class `chosen` alone where one is named.

    Where that takes long, it ends before it has found any: the caller goes on from `after`.
    """
    deadline = clock() + PATIENCE_S
    needle = msgspec.json.encode(chosen) if chosen and chosen != NONE and _writes_classes(task) else b""
    has_class = _has_class(task, chosen)
    found: list[Example] = []
    number, offset = start.number, start.offset
    with file.open("rb") as lines:
        lines.seek(offset)
        while len(found) < most:
            if number % 256 == 0 and clock() > deadline:
                return Page(tuple(found), Place(offset, number), ended=False)
            line = lines.readline(MOST_LINE + 1)
            if not line:
                return Page(tuple(found), Place(offset, number), ended=True)
            whole = len(line) <= MOST_LINE
            size = len(line)
            while not whole and not line.endswith(b"\n") and (line := lines.readline(MOST_LINE + 1)):
                size += len(line)
            at, offset, number = Place(offset, number), offset + size, number + 1
            if whole and needle and needle not in line:
                continue
            example = _example(line, at, Place(offset, number), whole)
            if not chosen or (not example.problem and has_class(example.row)):
                found.append(example)
        ended = not lines.readline(1)
    return Page(tuple(found), Place(offset, number), ended)


def classes_of(task: str, row: Row) -> set[str]:
    """The classes that a row counts to, as its task counts them."""
    try:
        counts = find_task(task).count_classes([row])
    except (FinetopError, ImportError, KeyError, TypeError, ValueError, AttributeError):
        return set()
    return {name for name, count in counts.items() if count}


def labels_in(rows: Iterable[Row]) -> set[str]:
    """The labels that rows name themselves."""
    found: set[str] = set()
    for row in rows:
        if isinstance(row.get("label"), str):
            found.add(row["label"])
        for part in (*_parts(row.get("entities")), *_parts(row.get("objects"))):
            if isinstance(part.get("label"), str):
                found.add(part["label"])
    return found


def _parts(value: object) -> list[Row]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _has_class(task: str, chosen: str) -> Callable[[Row], bool]:
    if not chosen:
        return lambda row: True
    return lambda row: chosen in classes_of(task, row)


def _writes_classes(task: str) -> bool:
    """Whether a row's classes stand in it as they are named; pairs are counted in bands of their score."""
    return task != "sentence-similarity"


def _example(line: bytes, at: Place, after: Place, whole: bool) -> Example:
    if not whole:
        return Example({}, at, after, f"line {at.number:,} is longer than {MOST_LINE >> 10} KiB")
    try:
        return Example(msgspec.json.decode(line, type=dict), at, after)
    except msgspec.MsgspecError:
        return Example({}, at, after, f"line {at.number:,} is not a JSON object")
