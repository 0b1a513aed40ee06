"""Which encoder is handed over."""

from __future__ import annotations

import math

import pytest

from engine.tasks.sentence_similarity.choice import Candidate, choose


@pytest.mark.parametrize(
    ("untrained", "alone", "supervised", "kept"),
    [
        (0.80, 0.85, 0.86, "supervised"),
        (0.80, 0.86, 0.85, "supervised alone"),
        (0.80, 0.86, 0.86, "supervised alone"),
        (0.87, 0.86, 0.85, "untrained"),
        (0.86, 0.86, 0.85, "untrained"),
        (math.nan, 0.1, 0.05, "supervised alone"),
        (0.5, math.nan, math.nan, "untrained"),
        (math.nan, math.nan, math.nan, "untrained"),
    ],
)
def test_the_best_is_kept_and_the_simpler_at_a_tie(
    untrained: float, alone: float, supervised: float, kept: str
) -> None:
    candidates = [
        Candidate("untrained", untrained),
        Candidate("supervised alone", alone),
        Candidate("supervised", supervised),
    ]
    assert choose(candidates).name == kept
