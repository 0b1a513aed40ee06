"""What is remembered of inputs in use, for the triggers that ask whether they are still like those of the training.

Numbers of a bounded sample, never an input, and only for models whose profile has such a trigger.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from engine.errors import FinetopError
from engine.registry.paths import ModelHome
from engine.service.projects import Projects
from engine.tasks.catalog import find_task
from engine.tasks.contract import Row
from engine.triggers.recent import RecentInputs, recent_folder

MOST_WAITING = 64
"""Requests whose inputs are still to be looked at; further ones are not: a sample is enough."""
_LOG = logging.getLogger("uvicorn.error")


class Remembering:
    """Looks at inputs in a thread of its own, so that no answer waits for it."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="remember inputs")
        self._waiting = threading.Semaphore(MOST_WAITING)
        self._memories: dict[tuple[str, int], RecentInputs] = {}

    def add(self, home: ModelHome, version: int, task: str, rows: Sequence[Row], predictions: Sequence[Row]) -> None:
        """Inputs of a version, and what it said of them. Returns at once."""
        if self._waiting.acquire(blocking=False):
            self._pool.submit(self._look, home, version, task, rows, predictions)

    def close(self) -> None:
        """Look at what waits, and write it. Blocks."""
        self._pool.shutdown()
        for memory in self._memories.values():
            memory.close()

    def _look(
        self, home: ModelHome, version: int, task: str, rows: Sequence[Row], predictions: Sequence[Row]
    ) -> None:
        try:
            columns = self._columns(home)
            if columns is not None:
                self._memory(home, version, task, columns).add(rows, predictions)
        except Exception:
            # The edge of a thread: the prediction was made, whatever becomes of this.
            _LOG.exception("inputs of %s@%d are not remembered", home.name, version)
        finally:
            self._waiting.release()

    def _memory(self, home: ModelHome, version: int, task: str, columns: Sequence[str]) -> RecentInputs:
        known = self._memories.get((home.name, version))
        if known is None:
            from engine.triggers.vectors import describer

            folder = recent_folder(home.root, version)
            known = self._memories[home.name, version] = RecentInputs(folder, describer(find_task(task)), columns)
        return known

    def _columns(self, home: ModelHome) -> list[str] | None:
        """Columns of the metadata that triggers ask for; None where no trigger asks for inputs."""
        try:
            model = self._projects.load(home.profile).models.get(home.model)
        except FinetopError:
            return None
        asked = [one.environment for one in model.triggers if one.environment is not None] if model else []
        columns = [one.new_locations.column for one in asked if one.new_locations is not None]
        return list(dict.fromkeys(columns)) if asked else None
