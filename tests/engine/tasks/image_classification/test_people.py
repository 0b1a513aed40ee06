"""Known or a stranger: means, thresholds for a stated rate, what each of them says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tasks.image_classification.people import (
    GUESS,
    as_strangers,
    likeness,
    means_of,
    threshold_by,
    unit_length,
)

RATES = st.floats(0.001, 0.5)


def test_the_mean_of_a_person_is_a_direction_and_nobody_s_is_zero() -> None:
    vectors = np.array([[2.0, 0.0], [0.0, 2.0], [0.0, -5.0]], dtype=np.float32)
    means = means_of(vectors, np.array([0, 0, 2]), 3)
    assert means[0] == pytest.approx([2**-0.5, 2**-0.5])
    assert means[1].tolist() == [0, 0]
    assert means[2].tolist() == [0, -1]


def test_likeness_is_the_cosine_to_the_person_that_it_is_taken_for() -> None:
    means = unit_length(np.array([[1.0, 0.0], [0.0, 1.0]]))
    vectors = unit_length(np.array([[1.0, 1.0], [3.0, 0.0]]))
    assert likeness(vectors, means, np.array([0, 1])) == pytest.approx([2**-0.5, 0.0])


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=200), RATES)
def test_at_most_the_stated_part_of_strangers_reaches_the_threshold(cosines: list[float], rate: float) -> None:
    impostors = np.array(cosines)
    threshold = threshold_by(impostors, rate, real=True)
    assert (impostors >= threshold.cosine).mean() <= rate + 1e-9
    assert threshold.strangers == len(cosines)


def test_it_is_the_lowest_such_threshold() -> None:
    threshold = threshold_by(np.arange(100) / 100, 0.1, real=True)
    assert threshold.cosine == pytest.approx(0.89) and threshold.cosine > 0.89
    assert "at most 0.1 pass of 100 validation pictures of people whom training never saw." in threshold.sentence


def test_strangers_who_are_none_are_said_to_be_none() -> None:
    played = threshold_by(np.array([0.1, 0.2]), 0.01, real=False)
    assert "known people held against all others; real strangers may pass more often" in played.sentence
    assert "too few to tell a rate so low" in played.sentence
    guessed = threshold_by(np.zeros(0), 0.01, real=False)
    assert guessed.cosine == GUESS and "a guess" in guessed.sentence


def test_a_known_person_plays_a_stranger_by_being_taken_for_the_next_likely() -> None:
    means = unit_length(np.eye(3))
    vectors = unit_length(np.array([[0.9, 0.3, 0.1]]))
    logits = np.array([[5.0, 1.0, 2.0]])
    assert as_strangers(vectors, means, np.array([0]), logits) == pytest.approx([vectors[0, 2]])
    assert len(as_strangers(vectors, means[:1], np.array([0]), logits[:, :1])) == 0
