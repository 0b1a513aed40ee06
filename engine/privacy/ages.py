"""How old examples are: what a dataset notes of it, and what is read from that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from engine.datasets.store import Dataset, Manifest
from engine.feedback.records import Record

SINCE = "data_since"
"""Note of a manifest: when the oldest examples came, Unix seconds, where this is not when the dataset was made."""
TAKEN = "taken"
"""Note of a manifest: name of a picture → when it was vouched for, Unix seconds, where this is another time."""


def ages_of(original: Dataset, records: Sequence[Record]) -> dict[str, Any]:
    """The notes of a dataset that is made of another one and of feedback."""
    notes = original.manifest.notes
    own = notes.get(TAKEN)
    taken = {PurePosixPath(record.image).name: record.when.timestamp() for record in records}
    return {SINCE: since(original.manifest), TAKEN: {**(own if isinstance(own, dict) else {}), **taken}}


def since(manifest: Manifest) -> float:
    """When the examples of a dataset came, those apart that it names."""
    found = manifest.notes.get(SINCE)
    return float(found) if isinstance(found, int | float) else manifest.created


def taken_at(manifest: Manifest, row: Mapping[str, Any]) -> float:
    """When a row's example came, Unix seconds."""
    named = manifest.notes.get(TAKEN)
    own = named.get(PurePosixPath(str(row.get("image", ""))).name) if isinstance(named, dict) else None
    return float(own) if isinstance(own, int | float) else since(manifest)


def has_expired(row: Mapping[str, Any], now: float) -> bool:
    """Whether a row itself says that it is to be kept no longer."""
    expires = row.get("expires")
    if not isinstance(expires, str):
        return False
    try:
        return datetime.fromisoformat(expires).timestamp() <= now
    except ValueError:
        return True  # nobody knows until when it may be kept
