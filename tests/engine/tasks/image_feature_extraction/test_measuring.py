"""Figures of answers against the truth."""

from __future__ import annotations

import numpy as np
import pytest

from engine.retrieval.votes import UNKNOWN
from engine.tasks.image_feature_extraction.measuring import (
    macro_f1,
    metrics_of,
)


def test_figures_of_a_split() -> None:
    found = metrics_of(
        np.array([0, 0, 1, 1]),
        np.array([0, 1, 1, UNKNOWN]),
        np.array([1.0, 0.5, 0.0, np.nan]),
        np.array([0.9, 0.6, 0.8, 0.3]),
        np.array([True, True, True, False]),
        ["car", "truck"],
    )
    assert found["accuracy"] == 0.5
    assert found["map"] == pytest.approx(0.5)
    assert found["answered"] == 0.75
    assert found["false_accept_rate"] == 0.5  # of the two wrong answers one was given
    assert found["brier"] == pytest.approx((0.1**2 + 0.6**2 + 0.2**2 + 0.3**2) / 4)
    assert found["car/accuracy"] == 1.0 and found["truck/accuracy"] == 0.5 and found["truck/map"] == 0.25


def test_macro_f1_counts_classes_alike() -> None:
    assert macro_f1(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1])) == pytest.approx((6 / 7 + 0) / 2)
    assert macro_f1(np.array([0]), np.array([UNKNOWN])) is None
