"""The decisions file: what was found about each row, what is suggested, and what a person decided. A sheet.

It is read strictly: a decision that is misread would take pictures out of a dataset.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.curation.findings import Entry
from engine.curation.suggestions import DROP, KEEP, RELABEL, Flagged
from engine.errors import DataError, NotFoundError
from engine.sheet import Sheet, SheetRow, as_written, write_sheet

COLUMNS = (
    "picture",
    "split",
    "line",
    "label",
    "problems",
    "score",
    "other picture",
    "why",
    "suggested",
    "decision",
    "note",
)
_NEEDED = ("picture", "split", "line", "decision")
MOST_NOTE_LETTERS = 2000


@dataclass(frozen=True)
class Decision:
    """A line of the file."""

    picture: str
    split: str
    line: int
    label: str = ""
    problems: tuple[str, ...] = ()
    """The gravest first; empty for a row that a person decided on and of which nothing is found any more."""
    score: float | None = None
    other: str = ""
    """Name of the picture that this one doubles."""
    why: str = ""
    suggested: str = KEEP
    decision: str = ""
    """`keep`, `drop` or `relabel:NAME`; empty where the suggestion stands."""
    note: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """What tells rows apart."""
        return self.split, self.line

    @property
    def settled(self) -> str:
        """What will be done."""
        return self.decision or self.suggested

    @property
    def is_a_persons(self) -> bool:
        """Whether a person wrote into it."""
        return bool(self.decision or self.note)


@dataclass(frozen=True)
class Known:
    """What decisions are checked against."""

    pictures: Mapping[tuple[str, int], str]
    """Split and line → name of the picture."""
    labels: tuple[str, ...] = field(default=())
    """That a row may get; none of detection, whose labels are many to a picture."""

    @classmethod
    def of(cls, entries: Sequence[Entry], *, labelled: bool) -> Known:
        """All rows of a dataset."""
        labels = tuple(sorted({entry.label for entry in entries})) if labelled else ()
        return cls({entry.place: entry.picture for entry in entries}, labels)


def decisions_from(
    flagged: Iterable[Flagged], entries: Sequence[Entry], earlier: Iterable[Decision]
) -> list[Decision]:
    """A line for each flagged row. What a person wrote `earlier` stays, also about rows that are flagged no more."""
    theirs = {one.place: one for one in earlier if one.is_a_persons}
    made = []
    for flag in flagged:
        entry = entries[flag.entry]
        mine = theirs.pop(entry.place, None)
        made.append(
            Decision(
                picture=entry.picture,
                split=entry.split,
                line=entry.line,
                label=entry.label,
                problems=tuple(dict.fromkeys(one.problem for one in flag.findings)),
                score=round(flag.score, 3),
                other=entries[flag.other].picture if flag.other >= 0 else "",
                why="; ".join(one.reason for one in flag.findings),
                suggested=flag.suggested,
                decision=mine.decision if mine else "",
                note=mine.note if mine else "",
            )
        )
    left = [replace(one, problems=(), score=None, why="", suggested=KEEP) for one in theirs.values()]
    return made + left


def write_decisions(path: Path, decisions: Iterable[Decision]) -> int:
    """Write the file, whole or not at all; how many lines."""
    return write_sheet(path, COLUMNS, map(_cells, decisions))


def read_decisions(path: Path, known: Known) -> list[Decision]:
    """Every line, checked. Raises DataError that names file, line and column, NotFoundError without a file."""
    if not path.is_file():
        raise NotFoundError(
            "there is no such file of decisions", where=str(path), fix="run `engine data curate` first"
        )
    found: dict[tuple[str, int], Decision] = {}
    sheet = Sheet(path)
    for row in sheet:
        _check_columns(sheet, path)
        decision = _read(row, path, known)
        if decision.place in found:
            what = f"column `line`: line {decision.line} of {decision.split} is decided on twice"
            raise DataError(what, where=f"{path}:{row.line}", fix="remove one of the two")
        found[decision.place] = decision
    _check_columns(sheet, path)
    return list(found.values())


def checked_decision(written: str, labels: Sequence[str]) -> str:
    """A decision as it is kept: `keep`, `drop`, `relabel:NAME` or empty. Raises ValueError saying what to write."""
    plain = written.strip()
    word, colon, name = plain.partition(":")
    if plain.lower() in ("", KEEP, DROP):
        return plain.lower()
    if word.strip().lower() + colon == RELABEL:
        name = name.strip()
        if not labels:
            raise ValueError("pictures of object detection have boxes and no label to change; write keep or drop")
        if name in labels:
            return f"{RELABEL}{name}"
        near = difflib.get_close_matches(name, labels, n=1)
        known = near[0] if near else f"one of {', '.join(labels[:12])}"
        raise ValueError(f"{name[:60]!r} is no label of the dataset; write {known}")
    raise ValueError(f"{plain[:60]!r} is no decision; write keep, drop, relabel:NAME, or leave it empty")


def _read(row: SheetRow, path: Path, known: Known) -> Decision:
    where = f"{path}:{row.line}"
    cells = {name: as_written(value) for name, value in row.cells.items()}
    place = cells.get("split", ""), _whole(cells.get("line", ""), where)
    picture = cells.get("picture", "")
    if place not in known.pictures:
        what = f"column `line`: the dataset has no line {place[1]} in the split {place[0][:40]!r}"
        raise DataError(what, where=where, fix="leave split and line as they were written")
    if known.pictures[place] != picture:
        what = f"column `picture`: line {place[1]} of {place[0]} shows {known.pictures[place]}, not {picture[:60]!r}"
        raise DataError(what, where=where, fix="use the file that was written for this dataset")
    settled = {name: _decision(cells.get(name, ""), name, where, known) for name in ("suggested", "decision")}
    note = cells.get("note", "")
    if len(note) > MOST_NOTE_LETTERS:
        what = f"column `note`: it has {len(note)} letters, more than {MOST_NOTE_LETTERS}"
        raise DataError(what, where=where, fix="shorten it")
    return Decision(
        picture=picture,
        split=place[0],
        line=place[1],
        label=cells.get("label", ""),
        problems=tuple(filter(None, (one.strip() for one in cells.get("problems", "").split(",")))),
        score=_score(cells.get("score", "")),
        other=cells.get("other picture", ""),
        why=cells.get("why", ""),
        suggested=settled["suggested"] or KEEP,
        decision=settled["decision"],
        note=note,
    )


def _decision(written: str, column: str, where: str, known: Known) -> str:
    try:
        return checked_decision(written, known.labels)
    except ValueError as problem:
        what, _, fix = str(problem).partition("; ")
        raise DataError(f"column `{column}`: {what}", where=where, fix=fix) from None


def _check_columns(sheet: Sheet, path: Path) -> None:
    missing = [name for name in _NEEDED if name not in sheet.columns]
    if missing:
        what = f"the column `{missing[0]}` is missing"
        raise DataError(what, where=f"{path}:1", fix=f"keep the header {', '.join(COLUMNS)}")


def _whole(written: str, where: str) -> int:
    if not written.isascii() or not written.isdigit() or len(written) > 12:
        what = f"column `line`: {written[:40]!r} is no line number"
        raise DataError(what, where=where, fix="leave split and line as they were written")
    return int(written)


def _score(written: str) -> float | None:
    """For people alone: a spreadsheet may have made anything of it."""
    try:
        return float(written.replace(",", "."))
    except ValueError:
        return None


def _cells(one: Decision) -> dict[str, str]:
    return {
        "picture": one.picture,
        "split": one.split,
        "line": str(one.line),
        "label": one.label,
        "problems": ", ".join(one.problems),
        "score": "" if one.score is None else f"{one.score:.3f}",
        "other picture": one.other,
        "why": one.why,
        "suggested": one.suggested,
        "decision": one.decision,
        "note": one.note,
    }
