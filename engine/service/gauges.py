"""What is looked up when somebody asks for figures: queues, models in memory, runs, webhooks on their way."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric

from engine.errors import FinetopError
from engine.runs.paths import RunPaths
from engine.runs.state import ENDED, look
from engine.runs.store import list_runs
from engine.serving.batcher import Statistics
from engine.webhooks.endpoints import read_endpoints
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

MOST_RUNS = 1000
"""Newest runs that are counted by state."""
_BATCHES = (1, 2, 4, 8, 16, 32, 64)
"""Rows of a batch, at most."""


@dataclass(frozen=True)
class OnTheLoop:
    """What is only to be read on the event loop, read there."""

    lanes: Mapping[str, int]
    """Lane → requests in work or waiting."""
    models: Mapping[str, tuple[int, Mapping[int, int]]]
    """Model in memory → rows that wait, and how often a batch had so many rows."""

    @classmethod
    def of(cls, lanes: Mapping[str, int], loaded: Mapping[str, Statistics]) -> OnTheLoop:
        """A copy, which a thread may look at."""
        models = {name: (done.waiting_rows, dict(done.batches)) for name, done in loaded.items()}
        return cls(dict(lanes), models)


class Gauges:
    """Looks at a workspace. Threads may share it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._ended: dict[str, tuple[int, str]] = {}

    def metrics(self, seen: OnTheLoop) -> Iterator[Metric]:
        """The figures as they are now. Blocks."""
        lanes = GaugeMetricFamily("finetop_requests_in_work", "Requests in work or waiting.", labels=["lane"])
        waiting = GaugeMetricFamily("finetop_queue_rows", "Rows that wait for a model.", labels=["model"])
        batches = HistogramMetricFamily("finetop_batch_rows", "Rows of the batches of a model.", labels=["model"])
        for lane, busy in seen.lanes.items():
            lanes.add_metric([lane], busy)
        for name, (rows, sizes) in seen.models.items():
            waiting.add_metric([name], rows)
            buckets = [(str(most), sum(count for size, count in sizes.items() if size <= most)) for most in _BATCHES]
            total = sum(sizes.values())
            batches.add_metric(
                [name], [*buckets, ("+Inf", total)], sum(size * count for size, count in sizes.items())
            )
        runs = GaugeMetricFamily("finetop_runs", f"Runs by state, of the newest {MOST_RUNS}.", labels=["state"])
        for state, count in sorted(self._states().items()):
            runs.add_metric([state], count)
        pending = GaugeMetricFamily("finetop_webhooks_pending", "Messages to webhooks on their way.")
        pending.add_metric([], self._webhooks())
        yield from (lanes, waiting, batches, runs, pending)

    def _webhooks(self) -> int:
        return sum(len(Spool(self._workspace, one.id).waiting()) for one in read_endpoints(self._workspace))

    def _states(self) -> Counter[str]:
        newest = list_runs(self._workspace)[:MOST_RUNS]
        with self._lock:
            return Counter(state for paths in newest if (state := self._state(paths)) is not None)

    def _state(self, paths: RunPaths) -> str | None:
        """A run that ended is looked at again only when its file was written to since."""
        try:
            changed = paths.status.stat().st_mtime_ns
        except OSError:
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
