"""Labels with their provenance as a sheet, which `labels.apply` takes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.folders.sheets.columns import CONTEXT, LABEL, NOTE, TAXONOMY, context_of
from engine.sheet import write_sheet

if TYPE_CHECKING:
    from engine.folders.samples.training_db import TrainingDb

PROVENANCE = ("split", "source", "who", "at")


def export_labels(db: TrainingDb, file: Path, taxonomies: Sequence[str] = ()) -> int:
    """Write all labels, or those of some taxonomies, as a sheet that `apply_labels` takes; how many."""
    columns = (*CONTEXT, TAXONOMY, LABEL, NOTE, *PROVENANCE)
    return write_sheet(file, columns, _rows(db, taxonomies or db.taxonomies()))


def _rows(db: TrainingDb, taxonomies: Iterable[str]) -> Iterator[dict[str, str]]:
    for taxonomy in taxonomies:
        for label in db.labels(taxonomy).values():
            at = datetime.fromtimestamp(label.at, UTC).isoformat(timespec="seconds") if label.at else ""
            yield {
                **context_of(db.sample(label.sample)),
                TAXONOMY: taxonomy,
                LABEL: label.label,
                NOTE: label.note,
                "split": label.split,
                "source": label.source,
                "who": label.who,
                "at": at,
            }
