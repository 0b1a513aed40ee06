"""What is read before somebody can label: the log, the labels that there are, and the order of the folders."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from engine.folders.labelling.apply_log import apply_state
from engine.folders.labelling.log import log_path, read_log
from engine.folders.labelling.state import LabelState, replay
from engine.folders.labelling.suggestions import newest_run, unsure_first
from engine.folders.samples.training_db import TrainingDb, training_db


@dataclass
class Opened:
    """What was read of a database and its log; made by `open_labelling`, in any thread."""

    database: Path
    taxonomy: str
    state: LabelState
    known: dict[int, str]
    """Sample → label, from wherever."""
    order: list[int]
    """Samples without a label, in the order in which they are offered."""
    samples: int
    run: str = ""
    """Whose stored predictions suggest labels; empty where there are none."""
    unreadable: int = 0
    """Lines of the log that are no entries."""


def open_labelling(database: Path, taxonomy: str) -> Opened:
    """Read the log, bring the database up to it, and settle the order: least confident first where a model has
    predicted, else drawn with a fixed seed. Raises NotFoundError, InputError."""
    read = read_log(log_path(database))
    state = replay(read.entries, taxonomy)
    with training_db(database) as db:
        apply_state(state, db)
        rows = db.connection.execute("SELECT sample, label FROM labels WHERE taxonomy = ?", (taxonomy,))
        known: dict[int, str] = dict(rows.fetchall())
        run = newest_run(db, taxonomy)
        order = unsure_first(db, run, taxonomy) if run else []
        first = set(order)
        others = [number for (number,) in db.connection.execute("SELECT id FROM samples WHERE NOT gone ORDER BY id")]
    count = len(others)
    # Shuffled before the labelled ones are left out: the next sitting goes on in the same order.
    random.Random(0).shuffle(others)
    others = [number for number in others if number not in known and number not in first]
    return Opened(database, taxonomy, state, known, order + others, count, run, read.unreadable)


def search(db: TrainingDb, text: str, limit: int = 200) -> list[int]:
    """Ids of the folders whose path holds every word of the text, by path. ASCII letters match in either case."""
    words = text.lower().split()
    if not words:
        return []
    conditions = " AND ".join("instr(lower(CAST(path AS TEXT)), ?) > 0" for _ in words)
    rows = db.connection.execute(f"SELECT id FROM samples WHERE {conditions} ORDER BY path LIMIT ?", (*words, limit))
    return [number for (number,) in rows]
