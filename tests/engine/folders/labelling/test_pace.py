"""Labels per hour and how evenly they are spread."""

import pytest

from engine.folders.labelling.pace import balance, labels_per_hour


def test_breaks_are_no_time_of_labelling() -> None:
    assert labels_per_hour([0, 10, 20, 5000, 5010]) == pytest.approx(360)


def test_there_is_no_rate_before_two_labels() -> None:
    assert labels_per_hour([]) is None and labels_per_hour([5.0]) is None and labels_per_hour([0, 9000]) is None


def test_a_clock_set_back_does_no_harm() -> None:
    assert labels_per_hour([100, 50, 60]) == pytest.approx(360)


def test_balance_goes_from_one_label_to_all_alike() -> None:
    assert balance([5, 5, 5]) == pytest.approx(1) and balance([9, 0, 0]) == 0
    assert balance([0, 0]) is None and 0 < (balance([9, 1]) or 0) < 1
