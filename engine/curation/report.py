"""The report of a curation: what was found, in tables for people and programs, with pictures of the worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.curation.balance import Balance
from engine.curation.findings import GRAVEST_FIRST, Entry, Finding
from engine.curation.settings import Settings
from engine.curation.suggestions import Flagged
from engine.errors import FinetopError
from engine.evaluation.report import Picture, Table

if TYPE_CHECKING:
    from PIL import Image

SHOWN = 20
DRAWN = 6
"""Pictures of each problem."""
_SIDE = 320
_GAP = 8
_MEANINGS = {
    "leak": "the same shot stands in another split: what is measured was seen in training",
    "conflict": "the same shot has another label elsewhere",
    "label": "heads that did not see the row are sure of another label",
    "duplicate": "the same shot stands in the split already",
    "unreadable": "the file is no picture that can be decoded",
    "exposure": "too dark, too bright, cut off or without contrast",
    "blur": "as soft as pictures of this data set are when they are blurred",
}


def tables_of(
    flagged: Sequence[Flagged], entries: Sequence[Entry], balance: Balance | None, settings: Settings
) -> list[Table]:
    """All tables of the report."""
    made = [_overview(flagged, entries)]
    for problem in GRAVEST_FIRST:
        found = _of(flagged, problem)
        if found:
            made.append(_worst(problem, found, entries))
    if balance is not None:
        made.append(_balance(balance))
    thresholds = [[name, value] for name, value in vars(settings.thresholds).items()]
    said = f"Looked for: {', '.join(settings.searches)}."
    made.append(Table("Thresholds", ["threshold", "value"], thresholds, note=said))
    return made


def pictures_of(flagged: Sequence[Flagged], entries: Sequence[Entry], folder: Path) -> list[Picture]:
    """The worst of each problem as pictures, duplicates beside what they double; what cannot be read is left out."""
    made = []
    for problem in GRAVEST_FIRST:
        for at, (flag, finding) in enumerate(_of(flagged, problem)[:DRAWN], 1):
            entry = entries[flag.entry]
            shown = [folder / entry.picture]
            shown += [folder / entries[finding.other].picture] if finding.other >= 0 else []
            try:
                content = _side_by_side(shown)
            except FinetopError:
                continue
            caption = f"{problem} {at}. {_where(entry)}: {finding.reason}"
            made.append(Picture(f"{problem}/{at:02d}.jpg", caption, content))
    return made


def _overview(flagged: Sequence[Flagged], entries: Sequence[Entry]) -> Table:
    splits = list(dict.fromkeys(entry.split for entry in entries))
    counts = Counter(
        (problem, entries[flag.entry].split)
        for flag in flagged
        for problem in {finding.problem for finding in flag.findings}
    )
    rows = [
        [problem, *(counts[problem, split] for split in splits), _MEANINGS[problem]]
        for problem in GRAVEST_FIRST
        if any(counts[problem, split] for split in splits)
    ]
    acts = Counter(flag.suggested.partition(":")[0] for flag in flagged)
    said = ", ".join(f"{name} {count}" for name, count in sorted(acts.items())) or "nothing"
    note = (
        f"{len(flagged)} of {len(entries)} rows; suggested: {said}. `decisions.csv` has a line for each: write "
        "`keep`, `drop` or `relabel:NAME` into the column decision where the suggestion is wrong."
    )
    return Table("What was found", ["problem", *splits, "meaning"], rows, note=note)


def _worst(problem: str, found: Sequence[tuple[Flagged, Finding]], entries: Sequence[Entry]) -> Table:
    rows = [
        [
            entries[flag.entry].picture,
            _place(entries[flag.entry]),
            entries[flag.entry].label,
            finding.score,
            finding.reason,
            entries[finding.other].picture if finding.other >= 0 else "",
            flag.suggested,
        ]
        for flag, finding in found[:SHOWN]
    ]
    note = f"The {len(rows)} surest of {len(found)}." if len(found) > len(rows) else ""
    columns = ["picture", "line", "label", "score", "why", "other picture", "suggested"]
    return Table(f"Rows with the problem {problem}", columns, rows, note=note)


def _balance(balance: Balance) -> Table:
    rows = [[label, *(counts[split] for split in balance.splits)] for label, counts in balance.counts.items()]
    said = " ".join(f"{warning}." for warning in balance.warnings) or "No label is too rare to learn from."
    return Table("Balance", ["label", *balance.splits], rows, note=f"The rarest in training first. {said}")


def _of(flagged: Sequence[Flagged], problem: str) -> list[tuple[Flagged, Finding]]:
    """The rows with a problem, the surest first."""
    found = [(flag, finding) for flag in flagged for finding in flag.findings if finding.problem == problem]
    return sorted(found, key=lambda one: -one[1].score)


def _side_by_side(paths: Sequence[Path]) -> bytes:
    from PIL import Image

    from engine.pictures.boxes import as_jpeg

    parts = [_shown(path) for path in paths]
    width = sum(part.width for part in parts) + _GAP * (len(parts) - 1)
    sheet = Image.new("RGB", (width, max(part.height for part in parts)))
    left = 0
    for part in parts:
        sheet.paste(part, (left, 0))
        left += part.width + _GAP
    return as_jpeg(sheet)


def _shown(path: Path) -> Image.Image:
    """Brought to one height; deep pictures stretched over what they use of their range."""
    import numpy as np
    from PIL import Image

    from engine.curation.reading import Unreadable, read_grey
    from engine.errors import DataError
    from engine.pictures.boxes import open_picture

    try:
        grey, deep = read_grey(path, _SIDE)
    except Unreadable as problem:
        raise DataError(str(problem), where=str(path)) from problem
    if deep:
        low, high = float(grey.min()), float(grey.max())
        picture = Image.fromarray(np.uint8((grey - low) / max(high - low, 1e-6) * 255)).convert("RGB")
    else:
        picture = open_picture(path)
    scale = _SIDE / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS)


def _place(entry: Entry) -> str:
    return f"{entry.split}:{entry.line}"


def _where(entry: Entry) -> str:
    return f"{entry.picture} ({_place(entry)}{f', {entry.label}' if entry.label else ''})"
