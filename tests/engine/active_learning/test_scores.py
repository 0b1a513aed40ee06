import numpy as np
import pytest

from engine.active_learning.scores import disagreement, margin, uncertainty

SURE, TIE, NO_IDEA = [1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]


def test_the_sure_one_scores_nothing_and_the_clueless_one_most() -> None:
    assert uncertainty(np.array([SURE, TIE, NO_IDEA])) == pytest.approx([0, np.log(2) / np.log(3), 1], abs=1e-9)


def test_a_tie_of_two_has_the_full_margin_score_however_many_classes_are_ruled_out() -> None:
    assert margin(np.array([SURE, TIE, NO_IDEA, [0.6, 0.3, 0.1]])) == pytest.approx([0, 1, 1, 0.7])


def test_members_that_say_the_same_do_not_disagree_even_where_they_are_unsure() -> None:
    assert disagreement(np.array([[TIE, SURE], [TIE, SURE]])) == pytest.approx([0, 0], abs=1e-9)


def test_members_that_are_sure_of_different_classes_disagree_most() -> None:
    apart = disagreement(np.array([[[1.0, 0.0]], [[0.0, 1.0]]]))
    half_apart = disagreement(np.array([[[0.8, 0.2]], [[0.2, 0.8]]]))
    assert apart[0] == pytest.approx(np.log(2))
    assert 0 < half_apart[0] < apart[0]


def test_a_single_class_leaves_nothing_to_be_unsure_of() -> None:
    one = np.ones((3, 1))
    assert uncertainty(one).tolist() == margin(one).tolist() == [0, 0, 0]
