"""How long a model takes for one row, asked alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.comparing.result import Latency

if TYPE_CHECKING:
    from engine.tasks.contract import Predictor, Row

TIMED_ROWS = 50


def latency_of(predictor: Predictor, samples: Sequence[Row], most: int = TIMED_ROWS) -> Latency:
    """Milliseconds per row over the first `most` samples, one at a time, after one that warms up."""
    import numpy as np

    predictor.predict(samples[:1])
    taken = []
    for sample in samples[:most]:
        before = time.perf_counter()
        predictor.predict([sample])
        taken.append((time.perf_counter() - before) * 1000)
    p50, p95 = np.quantile(taken, [0.5, 0.95])
    return Latency(p50_ms=round(float(p50), 3), p95_ms=round(float(p95), 3), rows=len(taken))
