"""What of a model's answers can be set beside another's to the same rows. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Metrics = Callable[["NDArray[np.int64]"], Mapping[str, float]]
"""The task's metrics over rows, by their numbers; a row may be drawn more than once. What some rows say nothing of
(a class that none of them shows) is left out, or NaN."""


@dataclass(frozen=True)
class Comparable:
    """A model's answers to rows whose truth is known. All is by the rows' numbers."""

    metrics: Metrics
    """The headline is among them."""
    errors: NDArray[np.float64] | None = None
    """(rows,): how wrong each answer is, 0 for a right one; None where a task cannot say it row by row."""
    wanted: Callable[[int], str] = lambda at: ""
    """The truth of a row, in words."""
    told: Callable[[int], str] = lambda at: ""
    """The answer to a row, in words."""
    classifies: bool = False
    """A row is right (error 0) or wrong (error 1), and `accuracy` is the share of right ones: what McNemar's test
    is about."""
    counted: NDArray[np.bool_] | None = None
    """(rows,): whether a row counts for this model, who knows nothing of some; None: all do."""
    noticeable: float = 0.0
    """Errors that differ by no more are shown as the same."""
    low_is_good: frozenset[str] = frozenset()
    """Metrics of which less is better."""
