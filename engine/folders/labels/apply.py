"""The labels of a sheet into the training database: all of them or nothing."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import DataError
from engine.folders.labels.settle import splits_of, with_splits
from engine.folders.labels.splits import Splitting
from engine.folders.samples.training_db import SPLITS, Label
from engine.folders.sheets.columns import LABEL, NOTE, TAXONOMY
from engine.folders.sheets.folder_refs import FolderRef, find_folders
from engine.profiles.problems import printable
from engine.sheet import Sheet, SheetRow

if TYPE_CHECKING:
    from engine.folders.samples.training_db import TrainingDb
    from engine.profiles.taxonomies import Taxonomy

MOST_SAID = 20
"""Problems that an error lists; of the others it says how many they are."""


@dataclass(frozen=True)
class Applied:
    """What a sheet brought."""

    new: int
    changed: int
    """Labels that took the place of others."""
    unchanged: int
    """Rows whose label was there already."""
    empty: int
    """Rows without a label."""
    splits: dict[str, dict[str, int]]
    """Taxonomy → split → labels, all that there are now."""


@dataclass(frozen=True)
class _Claim:
    """What a row says of a folder."""

    ref: FolderRef
    taxonomy: str
    label: str
    split: str
    who: str
    note: str


def apply_labels(
    db: TrainingDb,
    file: Path,
    taxonomies: Mapping[str, Taxonomy],
    *,
    taxonomy: str,
    how: Splitting,
    who: str = "",
    replace_others: bool = False,
) -> Applied:
    """Take over the labels of a sheet: its column `label`, in the taxonomy that its column `taxonomy` names, else in
    `taxonomy`; or columns named as taxonomies.

    Raises DataError that lists labels that are none with the nearest that is one, folders that are not in the
    database, and folders with two labels; those that contradict what is stored, unless `replace_others`. Then
    nothing is changed.
    """
    claims, empty, problems = _read(file, taxonomies, taxonomy)
    found, lost = find_folders(db, [claim.ref for claim in claims])
    problems += lost
    told: dict[tuple[str, int], _Claim] = {}
    for claim in claims:
        if claim.ref.line not in found:
            continue
        before = told.setdefault((claim.taxonomy, found[claim.ref.line]), claim)
        if before.label != claim.label:
            lines = f"{before.label} in line {before.ref.line}"
            problems.append((claim.ref.line, f"{claim.ref.shown} is {claim.label} here and {lines}"))
    stored = {name: db.labels(name) for name in taxonomies}
    changed = 0
    labels = []
    for (name, number), claim in told.items():
        there = stored[name].get(number)
        if there is not None and there.label != claim.label:
            changed += 1
            if not replace_others:
                by = f" by {there.who}" if there.who else ""
                what = f"{claim.ref.shown} is {there.label}{by} already, and {claim.label} here; --replace takes it"
                problems.append((claim.ref.line, what))
        if there is None or (there.label, there.note) != (claim.label, claim.note or there.note):
            split, note = claim.split or (there.split if there else ""), claim.note or (there.note if there else "")
            labels.append(Label(number, name, claim.label, split, file.name, claim.who or who, time.time(), note))
    if problems:
        raise DataError(_listed(problems), where=str(file), fix="correct the sheet; nothing was applied")
    settled = list(with_splits(db, labels, how))
    db.put_labels(settled)
    new = sum(label.sample not in stored[label.taxonomy] for label in labels)
    return Applied(new, changed, len(told) - len(labels), empty, splits_of(db, {label.taxonomy for label in labels}))


def _read(
    file: Path, taxonomies: Mapping[str, Taxonomy], taxonomy: str
) -> tuple[list[_Claim], int, list[tuple[int, str]]]:
    """Claims, rows without a label, and problems by line."""
    claims: list[_Claim] = []
    problems: list[tuple[int, str]] = []
    unknown: dict[tuple[str, str], list[int]] = {}
    empty = 0
    sheet = Sheet(file)
    for row in sheet:
        if not claims and not empty and not problems:
            _check_columns(sheet, taxonomies)
        said = _said(row, taxonomies, taxonomy)
        empty += not said
        for name, written in said:
            if name not in taxonomies:
                problems.append((row.line, f"there is no taxonomy {printable(name)!r}{_nearest(name, taxonomies)}"))
                continue
            label = known_as(written, taxonomies[name].labels)
            if label is None:
                unknown.setdefault((name, written), []).append(row.line)
                continue
            split = row.cell("split").lower()
            if split and split not in SPLITS:
                problems.append((row.line, f"there is no split {printable(split)!r}; use {', '.join(SPLITS)}"))
                continue
            ref = FolderRef(row.line, row.cell("key"), row.cell("path"))
            claims.append(_Claim(ref, name, label, split, row.cell("who"), row.cell(NOTE)))
    for (name, written), lines in unknown.items():
        more = f" (and in {len(lines) - 1} more rows)" if len(lines) > 1 else ""
        what = f"{printable(written)!r} is no label of {name}{_nearest(written, taxonomies[name].labels)}{more}"
        problems.append((lines[0], what))
    if not sheet.columns or (not claims and not problems):
        _check_columns(sheet, taxonomies)
    return claims, empty, problems


def _check_columns(sheet: Sheet, taxonomies: Mapping[str, Taxonomy]) -> None:
    if "key" not in sheet.columns and "path" not in sheet.columns:
        fix = "keep the column `key` of the sheet that was written"
        raise DataError("has neither a column `key` nor `path`", where=str(sheet.path), fix=fix)
    if LABEL not in sheet.columns and not set(taxonomies) & set(sheet.columns):
        raise DataError(
            "has no column `label`", where=str(sheet.path), fix=f"add it, or one of {', '.join(taxonomies)}"
        )


def _said(row: SheetRow, taxonomies: Mapping[str, Taxonomy], taxonomy: str) -> list[tuple[str, str]]:
    """(taxonomy, label as written) of a row."""
    said = [(row.cell(TAXONOMY).lower() or taxonomy, row.cell(LABEL))] if row.cell(LABEL) else []
    return [*said, *((name, row.cell(name)) for name in taxonomies if row.cell(name) and name != LABEL)]


def known_as(written: str, labels: Iterable[str]) -> str | None:
    """The label that is meant; blanks, hyphens and capitals make no difference."""
    return next((label for label in labels if _plain(label) == _plain(written)), None)


def _nearest(written: str, names: Iterable[str]) -> str:
    by_plain = {_plain(name): name for name in names}
    near = difflib.get_close_matches(_plain(written), by_plain, n=1, cutoff=0.5)
    return f"; write {by_plain[near[0]]}" if near else f"; use one of {', '.join(by_plain.values())}"


def _plain(label: str) -> str:
    return "_".join(label.casefold().replace("-", " ").replace("_", " ").split())


def _listed(problems: list[tuple[int, str]]) -> str:
    said = [f"line {line}: {what}" for line, what in sorted(problems)]
    if len(said) == 1:
        return said[0]
    more = [f"… and {len(said) - MOST_SAID} more"] if len(said) > MOST_SAID else []
    return "\n  ".join([f"{len(said)} problems:", *said[:MOST_SAID], *more]) + "\n "
