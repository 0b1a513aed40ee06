"""Has inputs remembered for triggers, beside the event loop: no answer waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from engine.service.projects import Projects
from engine.tasks.contract import Row
from engine.triggers.remembering import Memories
from engine.workspace import Workspace

MOST_WAITING = 64
"""Requests whose inputs are still to be looked at; further ones are not: a sample is enough."""
_LOG = logging.getLogger("uvicorn.error")


class Remembering:
    """One thread that looks at inputs of production and candidates."""

    def __init__(self, workspace: Workspace, projects: Projects) -> None:
        self._workspace, self._projects = workspace, projects
        self._memories: Memories | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="remember inputs")
        self._waiting = threading.Semaphore(MOST_WAITING)

    def add(self, version: str, rows: Sequence[Row], predictions: Sequence[Row]) -> None:
        """Inputs of a version, and what it said of them. Returns at once."""
        if self._waiting.acquire(blocking=False):
            self._pool.submit(self._look, version, rows, predictions)

    def close(self) -> None:
        """Look at what waits, and write it. Blocks."""
        self._pool.shutdown()
        if self._memories is not None:
            self._memories.close()

    def _look(self, version: str, rows: Sequence[Row], predictions: Sequence[Row]) -> None:
        try:
            if self._memories is None:  # reads every profile, which a service that starts does without
                self._memories = Memories(self._workspace, self._projects.usable())
            self._memories.add(version, rows, predictions)
        except Exception:
            # The edge of a thread: the prediction was made, whatever becomes of this.
            _LOG.exception("inputs of %s are not remembered", version)
        finally:
            self._waiting.release()
