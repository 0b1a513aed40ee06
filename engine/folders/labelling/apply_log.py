"""Brings the training database to what the label log says. The log is the truth; this may be done again any time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.folders.labelling.log import Before, Entry, log_path, read_log
from engine.folders.labelling.state import LabelState, replay
from engine.folders.samples.training_db import Label, TrainingDb, training_db

CONSOLE = "console"
"""The `source` of labels that were given in the console."""


@dataclass(frozen=True)
class CaughtUp:
    """What an application changed."""

    put: int = 0
    removed: int = 0
    unknown: tuple[str, ...] = ()
    """Paths of the log that the database does not hold (any more): their labels wait in the log."""


def apply_log(database: Path, taxonomy: str) -> CaughtUp:
    """Apply the log beside a database. Raises NotFoundError where there is no database."""
    state = replay(read_log(log_path(database)).entries, taxonomy)
    with training_db(database) as db:
        return apply_state(state, db)


@contextmanager
def labelled_db(database: Path) -> Iterator[TrainingDb]:
    """The training database with all that its label log says. Raises NotFoundError where there is no database."""
    with training_db(database) as db:
        entries = read_log(log_path(database)).entries
        for taxonomy in sorted({entry.taxonomy for entry in entries if entry.taxonomy}):
            apply_state(replay(entries, taxonomy), db)
        yield db


def apply_state(state: LabelState, db: TrainingDb) -> CaughtUp:
    """Store the labels that stand; take those back that were undone, and bring back what was there before them.

    A label that came from elsewhere after the console's is newer, and stays. The split of a folder never changes.
    """
    paths = list(state.touched)
    ids = db.ids_of(paths)
    stored = db.labels(state.taxonomy)
    put: list[Label] = []
    removed: list[int] = []
    for path, number in ids.items():
        there, entry = stored.get(number), state.labels.get(path)
        if entry is None:
            before = state.touched[path].before
            if there is not None and there.source == CONSOLE:
                if before is None:
                    removed.append(number)
                else:
                    put.append(_restored(number, state.taxonomy, before))
        elif there is None or there.source == CONSOLE or there.at < entry.t:
            wanted = _given(number, entry, there, state)
            if wanted != there:
                put.append(wanted)
    if put:
        db.put_labels(put)
    if removed:
        db.remove_labels(state.taxonomy, removed)
    return CaughtUp(len(put), len(removed), tuple(path for path in paths if path not in ids))


def before_of(db: TrainingDb, taxonomy: str, sample: int) -> Before | None:
    """The label that the database has for a folder, as the log keeps it."""
    row = db.connection.execute(
        "SELECT label, split, source, who, at, note FROM labels WHERE taxonomy = ? AND sample = ?",
        (taxonomy, sample),
    ).fetchone()
    return Before(*row) if row else None


def _given(number: int, entry: Entry, there: Label | None, state: LabelState) -> Label:
    split = there.split if there is not None else entry.before.split if entry.before is not None else ""
    note = state.notes.get(entry.path, there.note if there is not None else "")
    return Label(number, state.taxonomy, entry.label, split, CONSOLE, entry.who, entry.t, note)


def _restored(number: int, taxonomy: str, before: Before) -> Label:
    return Label(number, taxonomy, before.label, before.split, before.source, before.who, before.at, before.note)
