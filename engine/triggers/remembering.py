"""Remembers the inputs of whatever versions a service answers with, as far as their triggers ask for it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.tasks.contract import Row
from engine.triggers.recent import RecentInputs, recent_folder
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.profiles.schema import Model

MOST_VERSIONS = 64
"""At a time; beyond it all are written and begun anew."""


class Memories:
    """For a service: one object, one call per batch. Threads may share it.

    Whether a version's inputs are remembered is read once, when it is first met: a changed profile counts from the
    next start of the service.
    """

    def __init__(self, workspace: Workspace, profiles: Sequence[str | Path] = ()) -> None:
        """`profiles`: as for `tend`."""
        self._workspace, self._profiles = workspace, tuple(profiles)
        self._lock = threading.Lock()
        self._known: dict[str, RecentInputs | None] = {}

    def add(self, version: str, rows: Sequence[Row], predictions: Sequence[Row]) -> None:
        """Inputs that a version (`utility/ner@3`) has answered.

        Microseconds for most inputs; one that is kept in the sample is described, which decodes a picture: call it
        beside the event loop. Raises InputError for a version that is not there, ProfileError for a profile that is
        named and cannot be used, OSError where nothing can be written.
        """
        with self._lock:
            if version not in self._known:
                if len(self._known) >= MOST_VERSIONS:
                    self._close()
                self._known[version] = self._begun(version)
            memory = self._known[version]
        if memory is not None:
            memory.add(rows, predictions)

    def close(self) -> None:
        """Write what is not written yet."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        for memory in self._known.values():
            if memory is not None:
                memory.close()
        self._known.clear()

    def _begun(self, version: str) -> RecentInputs | None:
        from engine.registry.store import find_version
        from engine.tasks.catalog import find_task
        from engine.triggers.vectors import NOTHING, describer

        found = find_version(self._workspace, version)
        settings = self._settings(found.home.profile, found.home.model)
        wanted = [one.environment for one in settings.triggers if one.environment is not None] if settings else []
        if settings is None or not wanted:
            return None
        columns = {one.new_locations.column for one in wanted if one.new_locations is not None}
        # A vector can say who is in a picture, and these files are not encrypted.
        described = NOTHING if settings.privacy.encrypt else describer(find_task(found.manifest.task))
        return RecentInputs(recent_folder(found.home.root, found.number), described, sorted(columns))

    def _settings(self, profile: str, model: str) -> Model | None:
        from engine.triggers.profiles import with_triggers

        for _, found in with_triggers(self._profiles):
            if found.name == profile and model in found.models:
                return found.models[model]
        return None
