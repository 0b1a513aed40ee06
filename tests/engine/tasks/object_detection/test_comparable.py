"""Detectors side by side."""

from __future__ import annotations

import numpy as np
import pytest

from engine.tasks.contract import Row
from engine.tasks.object_detection.comparable import comparable_of


def test_of_nothing_every_figure_is_zero() -> None:
    rows: list[Row] = [{"objects": []}, {"objects": []}]
    made = comparable_of(rows, rows, ["pole"], {})
    assert made.metrics(np.arange(2)) == {"map50_95": 0.0, "map50": 0.0, "precision": 0.0, "recall": 0.0}
    blind = comparable_of([{"objects": [box("pole", 0)]}], [{"objects": []}], ["pole"], {})
    assert blind.metrics(np.arange(1))["pole/map50_95"] == 0.0


def box(label: str, x: float, confidence: float | None = None) -> Row:
    made: Row = {"label": label, "box": [x, 0, x + 10, 10]}
    return made if confidence is None else made | {"confidence": confidence}


def test_the_error_of_an_image_is_what_is_missed_and_what_is_false_where_the_detector_operates() -> None:
    rows: list[Row] = [{"objects": [box("pole", 0), box("wire", 50)]}, {"objects": []}]
    predictions: list[Row] = [
        {"objects": [box("pole", 1, 0.9), box("pole", 50, 0.8), box("wire", 50, 0.1)]},
        {"objects": [box("pole", 0, 0.3)]},
    ]
    made = comparable_of(rows, predictions, ["pole"], {"pole": 0.5})
    assert made.errors is not None and made.errors.tolist() == [2.0, 0.0]
    assert (made.wanted(0), made.told(0), made.told(1)) == ("1 pole, 1 wire", "2 pole", "nothing")
    assert made.metrics(np.arange(2))["recall"] == pytest.approx(0.5)


def test_images_drawn_twice_count_twice_and_classes_that_nobody_drew_are_left_out() -> None:
    rows: list[Row] = [{"objects": [box("pole", 0)]}, {"objects": [box("pole", 0), box("wire", 50)]}]
    made = comparable_of(rows, [{"objects": [box("pole", 0, 0.9)]}, {"objects": []}], ["pole", "wire"], {})
    assert made.metrics(np.array([0, 0, 1]))["pole/recall"] == pytest.approx(2 / 3)
    assert made.metrics(np.array([0, 0])).keys() & {"wire/recall", "wire/map50_95"} == set()
