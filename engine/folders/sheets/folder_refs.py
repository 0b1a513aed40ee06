"""Which folders the rows of a sheet speak of: by key, or by path where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.folders.samples.escapes import unescaped
from engine.folders.sheets.columns import checksum_of, key_for, number_of
from engine.profiles.problems import printable
from engine.sheet import as_written

if TYPE_CHECKING:
    from engine.folders.samples.training_db import TrainingDb


@dataclass(frozen=True)
class FolderRef:
    """How a row names its folder."""

    line: int
    key: str
    path: str

    @property
    def shown(self) -> str:
        """For messages."""
        return printable(as_written(self.path) or self.key)[:200] or "a row without key and path"


def find_folders(db: TrainingDb, refs: Sequence[FolderRef]) -> tuple[dict[int, int], list[tuple[int, str]]]:
    """Line → id of the folder; and what is wrong, by line, with rows whose folder is not to be found."""
    numbers = {number for ref in refs if (number := number_of(ref.key)) is not None}
    paths = db.paths_of(sorted(numbers))
    by_path = db.ids_of(list(dict.fromkeys(path for ref in refs for path in _spellings(ref.path))))
    found: dict[int, int] = {}
    problems: dict[int, str] = {}
    for ref in refs:
        number = number_of(ref.key)
        if number is not None and number in paths and key_for(number, paths[number]) == ref.key.strip().lower():
            found[ref.line] = number
            continue
        # A key of another database still says by its checksum whether the path is the one that was written.
        known = [path for path in _spellings(ref.path) if path in by_path]
        if number is not None:
            known = [path for path in known if checksum_of(path) == ref.key.strip().lower()[-8:]]
        if known and (number is not None or not ref.key):
            found[ref.line] = by_path[known[0]]
        else:
            problems[ref.line] = _problem(ref, number)
    return found, sorted(problems.items())


def _problem(ref: FolderRef, number: int | None) -> str:
    if ref.key and number is None:
        return f"{printable(ref.key)[:60]!r} is no key; copy it from the sheet that was written, or leave it empty"
    where = "was written for another training database" if ref.key else "is not in the training database"
    return f"{ref.shown} {where}"


def _spellings(cell: str) -> Iterator[str]:
    """Paths that a cell may stand for: what the sheet was given before it made that readable and harmless; and as it
    is, where somebody else wrote it."""
    if not cell:
        return
    plain = as_written(cell).strip("/")
    if "\\x" in plain:
        yield unescaped(plain)
    yield plain
    if plain != cell:
        yield cell
