"""Delivers what is due.

What is promised: every event reaches every endpoint that wants it at least once, unless the endpoint refuses it for
2.8 days. An endpoint's events are first tried in the order in which they were accepted; one that is repeated may come
after later ones. Endpoints do not wait for each other.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from engine.errors import NotFoundError
from engine.network.client import Resolve, look_up
from engine.runs.locks import try_lock
from engine.webhooks.backoff import Attempt, delay_s
from engine.webhooks.endpoints import Endpoint, disable_endpoint, read_endpoints
from engine.webhooks.sending import Sender
from engine.webhooks.spool import Delivery, Spool
from engine.workspace import Workspace

_LOG = logging.getLogger(__name__)
_UNREACHABLE = "unreachable"
SLOW_S = 1.0
"""An attempt without an answer that took so long ends the pass: the next would take as long."""
UNANSWERED_IN_A_ROW = 3
"""So many of them do, too, however quick they were."""


@dataclass(frozen=True)
class Delivered:
    """What came of one pass."""

    delivered: int = 0
    failed: int = 0
    """Attempts that failed and are repeated."""
    dead: int = 0
    """Given up."""
    waiting: int = 0
    """Still on their way."""
    busy: int = 0
    """Endpoints that another process is delivering to."""
    next_due: float | None = None
    """When the next attempt is due, Unix seconds; None when nothing waits."""

    def __add__(self, other: Delivered) -> Delivered:
        dues = [due for due in (self.next_due, other.next_due) if due is not None]
        return Delivered(
            self.delivered + other.delivered,
            self.failed + other.failed,
            self.dead + other.dead,
            self.waiting + other.waiting,
            self.busy + other.busy,
            min(dues, default=None),
        )


def deliver_due(workspace: Workspace, now: float | None = None, *, resolve: Resolve = look_up) -> Delivered:
    """Try once what is due, at every endpoint at once; returns when all were tried. Raises InputError.

    `now` (Unix seconds) stands in for the clock. Any number of processes may do this at the same time.
    """
    endpoints = [each for each in read_endpoints(workspace) if not each.disabled]
    if not endpoints:
        return Delivered()
    clock = time.time if now is None else lambda: now
    with ThreadPoolExecutor(len(endpoints), thread_name_prefix="webhook") as threads:
        passes = [threads.submit(deliver_to, workspace, each, clock=clock, resolve=resolve) for each in endpoints]
        return sum((each.result() for each in passes), Delivered())


def has_due(workspace: Workspace, endpoint: Endpoint, now: float) -> bool:
    """Whether there is anything to deliver to an endpoint at `now`: costs the listing of a directory."""
    return any(each.due_ms <= now * 1000 for each in Spool(workspace, endpoint.id).waiting())


def deliver_to(
    workspace: Workspace,
    endpoint: Endpoint,
    *,
    clock: Callable[[], float] = time.time,
    resolve: Resolve = look_up,
    stop: threading.Event | None = None,
) -> Delivered:
    """One pass over one endpoint; `stop` ends it after the attempt that is under way."""
    spool = Spool(workspace, endpoint.id)
    if not has_due(workspace, endpoint, clock()):
        return _rest(spool)
    try:
        lock = try_lock(spool.lock)
    except FileNotFoundError:  # the endpoint was removed
        return Delivered()
    if lock is None:
        return _rest(spool) + Delivered(busy=1)
    try:
        return _Pass(workspace, endpoint, spool, clock, resolve).run(stop or threading.Event())
    finally:
        os.close(lock)


class _Pass:
    """What is due at one endpoint, one after the other."""

    def __init__(
        self, workspace: Workspace, endpoint: Endpoint, spool: Spool, clock: Callable[[], float], resolve: Resolve
    ) -> None:
        self._workspace, self._endpoint, self._spool, self._clock = workspace, endpoint, spool, clock
        self._sender = Sender(endpoint, resolve=resolve)
        self._count = Delivered()

    def run(self, stop: threading.Event) -> Delivered:
        now_ms = self._clock() * 1000
        due = [each for each in self._spool.waiting() if each.due_ms <= now_ms]
        is_back, unanswered = False, 0
        while due and unanswered < UNANSWERED_IN_A_ROW and not stop.is_set():
            delivery = due.pop(0)
            body = self._spool.body(delivery)
            if body is None:
                continue
            began = time.monotonic()
            attempt = self._sender.send(delivery.message, body, self._clock())
            if attempt.outcome == "delivered":
                self._spool.end(delivery, "delivered", self._clock())
                self._count += Delivered(delivered=1)
                if not is_back:
                    is_back = True
                    due += self._waiting_for_its_return(due)
                unanswered = 0
                continue
            # One look at a server that is not there counts for all that would have been sent.
            for each in [delivery, *(due if attempt.outcome == _UNREACHABLE else ())]:
                self._failed(each, attempt)
            is_slow = attempt.outcome == "unanswered" and time.monotonic() - began > SLOW_S
            if is_slow or attempt.outcome in (_UNREACHABLE, "gone"):
                break
            unanswered = unanswered + 1 if attempt.outcome == "unanswered" else 0
        return self._count + _rest(self._spool)

    def _waiting_for_its_return(self, due: list[Delivery]) -> list[Delivery]:
        """What waits because nobody was there, and need not wait any longer."""
        known = {each.key for each in due}
        return [each for each in self._spool.waiting() if each.why == _UNREACHABLE and each.key not in known]

    def _failed(self, delivery: Delivery, attempt: Attempt) -> None:
        now, tries = self._clock(), delivery.tries + 1
        # Of all that failed together the same chance: they come back together, by one connection.
        delay = delay_s(tries, attempt, random.Random(f"{self._endpoint.id}{tries}{int(now)}").random())
        if delay is not None:
            self._spool.postpone(delivery, now + delay, attempt.why)
            self._count += Delivered(failed=1)
            return
        self._spool.end(delivery, "dead", now, attempt.why)
        self._count += Delivered(dead=1)
        _LOG.error(
            "webhook %s is given up after %d attempts at %s (%s): %s; `engine webhooks retry` takes it up again",
            delivery.message,
            tries,
            self._endpoint.id,
            self._endpoint.place,
            attempt.said,
        )
        if attempt.outcome == "gone":
            self._disable()

    def _disable(self) -> None:
        try:
            disable_endpoint(self._workspace, self._endpoint.id, "it answered 410 Gone")
        except NotFoundError:
            return  # removed meanwhile
        _LOG.error(
            "webhook endpoint %s (%s) wants no more events (410 Gone) and is disabled; `engine webhooks enable %s`",
            self._endpoint.id,
            self._endpoint.place,
            self._endpoint.id,
        )


def _rest(spool: Spool) -> Delivered:
    waiting = spool.waiting()
    return Delivered(waiting=len(waiting), next_due=min((each.due_ms / 1000 for each in waiting), default=None))
