"""Figures of predictions, all told."""

from __future__ import annotations

import numpy as np
import pytest

from engine.folders.predictions.tally import Tally


@pytest.mark.slow  # scikit-learn
def test_macro_f1_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import f1_score

    draws = np.random.default_rng(0)
    truth, said = draws.integers(0, 4, 60).astype(str), draws.integers(1, 5, 60).astype(str)
    tally = Tally()
    tally.met.update(zip(truth.tolist(), said.tolist(), strict=True))
    assert tally.macro_f1 == pytest.approx(f1_score(truth, said, average="macro"))
