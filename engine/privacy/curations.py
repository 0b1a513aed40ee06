"""What becomes of the curation of a dataset that was written anew: its decisions name rows by split and line."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from pathlib import Path

from engine.datasets.replaced import replacement_of
from engine.datasets.store import Dataset, open_dataset
from engine.files import write_atomic
from engine.privacy.datasets import remove_directory, remove_leftovers
from engine.privacy.mending import encoding_of
from engine.privacy.survey import picture_of
from engine.workspace import Workspace

FOLDER = "curation"
DECISIONS = "decisions.csv"
_NEEDED = ("picture", "split", "line")

Lines = dict[tuple[str, str], list[int]]
"""Split and name of a picture → its lines there, from 1."""


def curation_of(workspace: Workspace, dataset: str) -> Path:
    """Where the curation of a dataset lies."""
    return workspace.root / FOLDER / dataset


def carry_over(workspace: Workspace, old: str) -> None:
    """Let the decisions on the others' pictures hold for the dataset that stands in place of the old one."""
    folder, new = curation_of(workspace, old), replacement_of(workspace.datasets, old)
    if folder.is_dir():
        if not new:
            remove_directory(folder)
        elif new != old:
            sheet = folder / DECISIONS
            if sheet.is_file():
                content = sheet.read_bytes()
                encoding = encoding_of(content)
                text = content.decode(encoding, "surrogateescape")
                mended = renumbered(text, _lines_of(open_dataset(workspace, new)))
                write_atomic(sheet, mended.encode(encoding, "surrogateescape"))
            target = curation_of(workspace, new)
            if target.exists():  # somebody curated it meanwhile
                remove_directory(folder)
            else:
                folder.rename(target)
    remove_leftovers(workspace.root / FOLDER, old)


def renumbered(sheet: str, lines: Lines) -> str:
    """The sheet with each row's line in the new dataset; a row whose picture is not there goes. Done again it
    changes nothing."""
    delimiter = max(",;\t", key=sheet.partition("\n")[0].count)
    rows = list(csv.reader(io.StringIO(sheet, newline=""), delimiter=delimiter))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    if not all(name in header for name in _NEEDED):
        return sheet
    picture, split, line = (header.index(name) for name in _NEEDED)
    left = {place: list(numbers) for place, numbers in lines.items()}
    kept = [rows[0]]
    for row in rows[1:]:
        numbers = left.get((row[split], row[picture].rpartition("/")[2])) if len(row) == len(header) else None
        if numbers:
            row[line] = str(numbers.pop(0))
            kept.append(row)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(kept)
    return out.getvalue()


def _lines_of(dataset: Dataset) -> Lines:
    lines: Lines = defaultdict(list)
    for split in dataset.splits:
        for number, row in enumerate(dataset.iterate(split), 1):
            if name := picture_of(row):
                lines[split, name].append(number)
    return lines
