"""Shared by the tests of object detection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.tasks.object_detection.matching import Boxes


@pytest.fixture
def crowd() -> Callable[..., tuple[Boxes, Boxes]]:
    """`crowd(images=…, truths=…, predictions=…, classes=…, seed=…)`:
    true boxes, and predictions scattered near them."""

    def make(*, images: int, truths: int, predictions: int, classes: int, seed: int) -> tuple[Boxes, Boxes]:
        draws = np.random.default_rng(seed)
        count = images * truths
        corner, size = draws.uniform(0, 200, (count, 2)), draws.uniform(10, 60, (count, 2))
        box = np.hstack([corner, corner + size])
        label = draws.integers(0, classes, count)
        truth = Boxes(np.repeat(np.arange(images), truths), label, box, np.ones(count))
        at = np.repeat(np.arange(images), predictions)
        of = at * truths + draws.integers(0, truths, len(at))
        moved = box[of] + draws.normal(0, 4, (len(at), 4))
        moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + 1)
        said = np.where(draws.random(len(at)) < 0.8, label[of], draws.integers(0, classes, len(at)))
        return truth, Boxes(at, said, moved, draws.random(len(at)))

    return make
