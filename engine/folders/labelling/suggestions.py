"""What models said of folders, as the training database holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.folders.samples.training_db import TrainingDb


@dataclass(frozen=True)
class Suggestion:
    """A label with its calibrated confidence, and who suggests it."""

    label: str
    confidence: float
    run: str
    scores: dict[str, float] = field(default_factory=dict)
    """Label → confidence, where the model was asked; empty where a stored prediction was read."""


def newest_run(db: TrainingDb, taxonomy: str) -> str:
    """The run whose predictions of this taxonomy are the newest (ids of runs begin with their time); empty where
    there are none."""
    row = db.connection.execute("SELECT max(run) FROM predictions WHERE taxonomy = ?", (taxonomy,)).fetchone()
    return str(row[0] or "")


def stored_suggestion(db: TrainingDb, run: str, taxonomy: str, sample: int) -> Suggestion | None:
    """What a run predicted for a folder, if that is stored."""
    row = db.connection.execute(
        "SELECT label, confidence FROM predictions WHERE run = ? AND taxonomy = ? AND sample = ?",
        (run, taxonomy, sample),
    ).fetchone()
    return Suggestion(row[0], float(row[1]), run) if row else None


def unsure_first(db: TrainingDb, run: str, taxonomy: str) -> list[int]:
    """Ids of the folders without a label that the run predicted, the least confident first."""
    rows = db.connection.execute(
        "SELECT sample FROM predictions JOIN samples ON id = sample WHERE run = ? AND taxonomy = ? AND NOT gone "
        "AND sample NOT IN (SELECT sample FROM labels WHERE taxonomy = ?) ORDER BY confidence, sample",
        (run, taxonomy, taxonomy),
    )
    return [number for (number,) in rows]
