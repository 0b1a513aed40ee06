"""Delivers as long as a service lives: in threads of its own, beside anything else."""

from __future__ import annotations

import logging
import threading
import time

from engine.network.client import Resolve, look_up
from engine.webhooks.delivery import deliver_to, has_due
from engine.webhooks.endpoints import Endpoint, read_endpoints
from engine.webhooks.sweeping import Sweeper
from engine.workspace import Workspace

POLL_S = 1.0
SWEEP_EVERY_S = 30.0
LEAVE_WITHIN_S = 2.0
_LOG = logging.getLogger(__name__)


class Deliverer:
    """Looks every second whether anything is due, and every half minute whether something was left untold.

    Each endpoint has a thread while something is due there, so that a slow one keeps nobody waiting. A service that
    is killed loses nothing: the queue is on the disk.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        poll_s: float = POLL_S,
        sweep_every_s: float = SWEEP_EVERY_S,
        resolve: Resolve = look_up,
    ) -> None:
        self._workspace, self._poll_s, self._sweep_every_s, self._resolve = workspace, poll_s, sweep_every_s, resolve
        self._stop = threading.Event()
        self._loop = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._sweeper = Sweeper(workspace)
        self._at_work: dict[str, threading.Thread] = {}

    def start(self) -> None:
        self._loop.start()

    def close(self) -> None:
        """Begin nothing more; what is being sent may be sent again by the next one."""
        self._stop.set()
        until = time.monotonic() + LEAVE_WITHIN_S
        for thread in (self._loop, *self._at_work.values()):
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        next_sweep = 0.0
        while not self._stop.is_set():
            # The edge of a thread: a full disk or a damaged file now is none for ever.
            try:
                if time.monotonic() >= next_sweep:
                    next_sweep = time.monotonic() + self._sweep_every_s
                    self._sweeper.sweep()
                self._start_what_is_due()
            except Exception:
                _LOG.exception("webhooks were not delivered; tried again in %g s", self._poll_s)
            self._stop.wait(self._poll_s)

    def _start_what_is_due(self) -> None:
        self._at_work = {id: thread for id, thread in self._at_work.items() if thread.is_alive()}
        now = time.time()
        for endpoint in read_endpoints(self._workspace):
            if endpoint.disabled or endpoint.id in self._at_work or not has_due(self._workspace, endpoint, now):
                continue
            thread = threading.Thread(target=self._deliver, args=(endpoint,), name=endpoint.id, daemon=True)
            self._at_work[endpoint.id] = thread
            thread.start()

    def _deliver(self, endpoint: Endpoint) -> None:
        try:
            deliver_to(self._workspace, endpoint, resolve=self._resolve, stop=self._stop)
        except Exception:
            _LOG.exception("webhooks were not delivered to %s; tried again later", endpoint.id)
