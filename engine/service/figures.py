"""Figures for Prometheus, in a registry of their own: two services in one process do not see each other's."""

from __future__ import annotations

import time
from collections import Counter as Counts
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import FinetopError
from engine.runs.paths import RunPaths
from engine.runs.state import ENDED, look
from engine.runs.store import list_runs

if TYPE_CHECKING:
    from engine.service.service import Service

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST_RUNS = 1000
"""Newest runs that are counted by state."""
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Figures:
    """What is counted as it happens, and what is looked up when somebody asks."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.requests = Counter(
            "finetop_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "finetop_request_seconds",
            "Time to the end of an answer.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.predictions = Counter(
            "finetop_predictions", "Samples predicted.", ["profile", "model", "version"], registry=self.registry
        )
        self.decisions = Counter(
            "finetop_decisions",
            "Predictions above the automatic threshold, and those for a human to verify.",
            ["profile", "model", "decision"],
            registry=self.registry,
        )

    def watch(self, service: Service) -> None:
        """Also tell of the runs and queues of a service."""
        self.registry.register(_OfAService(service))

    def text(self) -> bytes:
        """The figures as Prometheus reads them. Looks at the disk."""
        return generate_latest(self.registry)


class CountRequests:
    """Pure ASGI: counts each request under its route's template, so that nobody can make up labels."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app, self.figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, seen)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if route != "none" else "any"
            self.figures.requests.labels(method, route, str(status)).inc()
            self.figures.seconds.labels(method, route).observe(time.perf_counter() - begun)


class _OfAService(Collector):
    """What is looked up when it is asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ended: dict[str, tuple[int, str]] = {}

    def describe(self) -> Iterable[Metric]:
        return []  # or registering would look at the disk

    def collect(self) -> Iterator[Metric]:
        lanes = GaugeMetricFamily("finetop_requests_in_work", "Requests in work or waiting.", labels=["lane"])
        for lane, busy in self._service.lanes.busy.items():
            lanes.add_metric([lane], busy)
        yield lanes
        runs = GaugeMetricFamily("finetop_runs", f"Runs by state, of the newest {MOST_RUNS}.", labels=["state"])
        for state, count in sorted(self._states().items()):
            runs.add_metric([state], count)
        yield runs
        for name, meaning, value in self._service.gauges():
            yield GaugeMetricFamily(name, meaning, value=value)

    def _states(self) -> Counts[str]:
        return Counts(
            state for paths in list_runs(self._service.workspace)[:MOST_RUNS] if (state := self._state(paths))
        )

    def _state(self, paths: RunPaths) -> str | None:
        """A run that ended is looked at again only when its file was written to since."""
        try:
            changed = paths.status.stat().st_mtime_ns
        except FileNotFoundError:
            changed = 0
        known = self._ended.get(paths.id)
        if known is not None and known[0] == changed:
            return known[1]
        try:
            state = look(paths).state
        except (FinetopError, OSError):
            return None
        if state in ENDED and state != "lost":
            self._ended[paths.id] = (changed, state)
        return state
