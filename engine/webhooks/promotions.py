"""Tells of versions that became production: whoever moved them does, and `sweeping` for one that was killed."""

from __future__ import annotations

import contextlib

from engine.errors import InputError
from engine.registry.history import Entry
from engine.registry.manifest import read_manifest
from engine.registry.paths import ModelHome
from engine.webhooks.payloads import ModelPromoted
from engine.webhooks.places import endpoints_file
from engine.webhooks.queue import enqueue
from engine.workspace import Workspace

KIND = "model.promoted"


def announce_move(home: ModelHome, entry: Entry) -> list[str]:
    """Queue what there is to tell of a move as it stands in the history; returns the ids of events that were new to
    somebody. Only a version that became production is told of. Doing it again does nothing.

    Raises FinetopError and OSError.
    """
    workspace = Workspace(home.workspace)
    if entry.alias != "production" or entry.to_version is None or not endpoints_file(workspace).exists():
        return []
    id = f"{KIND}:{home.name}:{entry.seq}"
    return [id] if enqueue(workspace, KIND, id, _payload(home, entry, entry.to_version), happened=entry.t) else []


def _payload(home: ModelHome, entry: Entry, number: int) -> ModelPromoted:
    manifest = None
    with contextlib.suppress(InputError):  # forgotten meanwhile: the move is told all the same
        manifest = read_manifest(home.version(number).manifest)
    return ModelPromoted(
        profile=home.profile,
        model=home.model,
        version=number,
        from_version=entry.from_version,
        action=entry.action,
        who=entry.who,
        why=entry.why,
        forced=entry.forced,
        run=manifest.run if manifest is not None else None,
        headline=manifest.headline if manifest is not None else "",
        metrics=manifest.measured if manifest is not None else {},
    )
