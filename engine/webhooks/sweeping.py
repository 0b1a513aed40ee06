"""Finds what nobody told: the worker of a run was killed, or whoever promoted, or the machine went down."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from engine.errors import FinetopError
from engine.registry.history import read_history
from engine.registry.store import models
from engine.runs.state import look
from engine.runs.store import list_runs
from engine.webhooks.ended_runs import announce_end, last_change
from engine.webhooks.endpoints import read_endpoints
from engine.webhooks.ledger import KEPT_AT_LEAST_S
from engine.webhooks.promotions import announce_move
from engine.webhooks.troubles import announce_troubles
from engine.workspace import Workspace


class Sweeper:
    """Looks through the runs and the histories of a workspace, and remembers what it need not look at again."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._done: dict[str, int] = {}
        """Run, or model → how long its log was when all in it had been told. Logs only grow."""

    def sweep(self, now: float | None = None) -> list[str]:
        """Queue what was not told of what happened after the first endpoint was added; returns the ids of the events.

        A run or a history that cannot be read is left for another time. Raises InputError.
        """
        added = [endpoint.created for endpoint in read_endpoints(self._workspace)]
        if not added:
            return []
        # Of what is older nothing remembers whether it was told.
        since = max(min(added), (time.time() if now is None else now) - KEPT_AT_LEAST_S)
        return [*self._runs(since), *self._promotions(since)]

    def _runs(self, since: float) -> Iterator[str]:
        for paths in list_runs(self._workspace):
            with contextlib.suppress(FinetopError, OSError):
                # Before its end is looked for: what comes meanwhile is seen next time.
                length = paths.status.stat().st_size if paths.status.exists() else 0
                if self._done.get(paths.id) == length or last_change(paths) < since:
                    continue
                yield from announce_troubles(paths)
                yield from announce_end(paths)
                if look(paths).is_over:
                    self._done[paths.id] = length

    def _promotions(self, since: float) -> Iterator[str]:
        for home in models(self._workspace):
            with contextlib.suppress(FinetopError, OSError):
                length = home.history.stat().st_size
                if self._done.get(home.name) == length:
                    continue
                for entry in read_history(home):
                    if entry.t >= since:
                        yield from announce_move(home, entry)
                self._done[home.name] = length


def sweep(workspace: Workspace, now: float | None = None) -> list[str]:
    """The same, once."""
    return Sweeper(workspace).sweep(now)
