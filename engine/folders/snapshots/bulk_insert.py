"""What the readers found, into the index: many rows by one statement, because a call costs as much as a row."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import Any

from engine.folders.snapshots.reader import FIRST_ID

ENTRY, FOLDER_FACTS = 6, 8
"""Values of an entry and of a folder in `reader`'s frames."""
_BATCHES = (100, 10, 1)
"""Rows in one statement. 100 take 0.6 of the time of single ones; more gain nothing."""


def store(
    connection: sqlite3.Connection, base: int, first: int, values: list[Any], folders: list[Any], problems: list[Any]
) -> None:
    """Store one part of an answer. `base`: the id before the first entry of the whole answer; `first`: the id of the
    first entry of this part."""
    begin = 0
    for begin, end, rows in _cut(values, ENTRY):
        connection.execute(_insert_nodes(rows), (base, first + begin // ENTRY, *values[begin:end]))
    for begin, end, rows in _cut(folders, FOLDER_FACTS):
        connection.execute(_insert_folders(rows), (base, *folders[begin:end]))
    connection.executemany(
        "INSERT OR IGNORE INTO problems VALUES(?, ?)", ((stored_id(number, base), what) for number, what in problems)
    )


def stored_id(number: int, base: int) -> int:
    """The id of what a reader numbers."""
    return number if number >= FIRST_ID else number + base


def _cut(values: list[Any], columns: int) -> list[tuple[int, int, int]]:
    """Begin, end and rows of each batch."""
    found, begin = [], 0
    for rows in _BATCHES:
        while begin + rows * columns <= len(values):
            found.append((begin, begin + rows * columns, rows))
            begin += rows * columns
    return found


@lru_cache
def _insert_nodes(rows: int) -> str:
    values = []
    for row in range(rows):
        parent, *others = (f"?{3 + row * ENTRY + column}" for column in range(ENTRY))
        values.append(f"(?2+{row},{_stored(parent)},{','.join(others)})")
    return f"INSERT INTO nodes(id,parent,depth,kind,size,mtime_ns,name) VALUES{','.join(values)}"


@lru_cache
def _insert_folders(rows: int) -> str:
    values = []
    for row in range(rows):
        number, first, *others = (f"?{2 + row * FOLDER_FACTS + column}" for column in range(FOLDER_FACTS))
        values.append(f"({_stored(number)},{first}+?1,{','.join(others)})")
    columns = "id,first,entries,files,folders,bytes,whole,extensions"
    return f"INSERT INTO folders({columns}) VALUES{','.join(values)}"


def _stored(number: str) -> str:
    return f"iif({number}<{FIRST_ID},{number}+?1,{number})"
