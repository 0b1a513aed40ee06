"""Confidence against how often it is right."""

from __future__ import annotations

import pytest

from engine.evaluation.calibration import error_by_chance, expected_calibration_error, reliability, reliability_table


def test_bins_hold_count_mean_confidence_and_accuracy() -> None:
    bins = reliability([0.05, 0.62, 0.68, 1.0], [False, True, False, True])
    assert [(one.low, one.count, one.accuracy) for one in bins] == [(0.0, 1, 0), (0.6, 2, 0.5), (0.9, 1, 1)]
    assert bins[1].confidence == pytest.approx(0.65)


def test_the_error_is_the_weighted_distance_and_zero_for_honest_confidence() -> None:
    assert expected_calibration_error(reliability([1.0, 1.0], [True, False])) == pytest.approx(0.5)
    assert expected_calibration_error(reliability([0.5, 0.5], [True, False])) == 0
    assert expected_calibration_error(reliability([0.9, 0.9, 0.9, 0.1], [True, True, True, True])) == pytest.approx(
        0.75 * 0.1 + 0.25 * 0.9
    )


def test_nothing_predicted_has_no_error_and_an_empty_table() -> None:
    bins = reliability([], [])
    assert expected_calibration_error(bins) is None
    table = reliability_table(bins, what="entities")
    assert table.rows == []
    assert "nothing was predicted" in table.note


def test_few_rows_show_an_error_even_where_every_confidence_is_honest() -> None:
    few, many = error_by_chance([0.3, 0.7] * 20), error_by_chance([0.3, 0.7] * 2000)
    assert few is not None and many is not None
    assert few > 0.05 > 0.02 > many > 0
    assert error_by_chance([]) is None
    assert error_by_chance([1.0, 0.0] * 10) == 0, "what is certain leaves nothing to chance"
