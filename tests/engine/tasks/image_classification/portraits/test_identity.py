"""Who is who: families are alike, their members are not the same."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tasks.image_classification.portraits.identity import RANGES, SKIN, TONES, Person, draw_family

SEEDS = range(20)


def apart(one: Person, other: Person) -> float:
    """Mean difference of the measures, each as a part of its range."""
    return float(np.mean([abs(one[name] - other[name]) / (high - low) for name, (low, high) in RANGES.items()]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64 - 1), st.sampled_from(sorted(TONES)), st.integers(1, 5))
def test_every_measure_is_in_its_range(seed: int, tone: str, members: int) -> None:
    family = draw_family(members, tone, seed)
    assert len(family) == members
    for person in family:
        assert person.tone == tone
        assert all(low <= person[name] <= high for name, (low, high) in RANGES.items())


def test_people_of_a_family_are_liker_than_strangers_and_no_two_are_the_same() -> None:
    families = [draw_family(3, "medium", seed) for seed in SEEDS]
    inside = [apart(family[0], family[1]) for family in families]
    between = [apart(one[0], other[0]) for one, other in itertools.pairwise(families)]
    assert min(inside) > 0
    assert np.mean(inside) < 0.5 * np.mean(between)


def test_a_larger_family_has_the_same_first_members() -> None:
    assert draw_family(5, "dark", 3)[:2] == draw_family(2, "dark", 3)


def test_young_and_old_take_turns_and_the_old_have_deeper_lines() -> None:
    for seed in SEEDS:
        family = draw_family(4, "light", seed)
        assert [person.age for person in family[::2]] != [person.age for person in family[1::2]]
        lines = {age: [person.lines for person in family if person.age == age] for age in ("young", "old")}
        assert max(lines["young"]) < min(lines["old"])


@pytest.mark.parametrize("tone", sorted(TONES))
def test_skin_spans_from_light_to_dark_without_overlap(tone: str) -> None:
    depths = [sum(person.skin) for seed in SEEDS for person in draw_family(2, tone, seed)]
    others = [
        sum(person.skin)
        for other in TONES
        if TONES[other] > TONES[tone]
        for seed in SEEDS
        for person in draw_family(2, other, seed)
    ]
    assert not others or min(depths) > max(others) - 10
    assert sum(SKIN[-1]) * 0.9 < min(depths) <= max(depths) < sum(SKIN[0]) * 1.05


def test_marks_are_on_one_side() -> None:
    marks = [mark for seed in SEEDS for person in draw_family(3, "light", seed) for mark in person.marks]
    assert len(marks) > 20 and all(abs(mark.at[0]) >= 0.15 for mark in marks)
    assert {mark.at[0] > 0 for mark in marks} == {True, False}
