"""Portraits as they are drawn: conditions change them as they say, and a person stays the same."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drawing.texture import Field
from engine.tasks.image_classification.portraits.identity import TONES, Person, draw_family
from engine.tasks.image_classification.portraits.picture import CHANGES, draw_conditions, draw_picture
from engine.tasks.image_classification.recipe import Camera, Conditions, Recipe

CLEAN = Recipe(size=(48, 48), camera=Camera(noise=0, blur=0))
PLAIN = {name: values[0] for name, values in CHANGES.items()}


def person(seed: int = 1, tone: str = "medium") -> Person:
    return draw_family(1, tone, seed)[0]


def portrait(who: Person, seed: int = 0, recipe: Recipe = CLEAN, **changes: str) -> Field:
    return draw_picture(recipe, who, {**PLAIN, **changes}, np.random.default_rng(seed))


def brightness(who: Person, **changes: str) -> Any:
    """Mean of the face's left and right half over several pictures."""
    faces = np.mean([portrait(who, seed, **changes) for seed in range(6)], axis=(0, 3))[12:36]
    return np.array([faces[:, 14:24].mean(), faces[:, 24:34].mean()])


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from(sorted(TONES)),
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in CHANGES.items()}),
    st.sampled_from([(64, 64), (32, 48), (96, 80)]),
    st.booleans(),
)
def test_everybody_can_be_drawn_under_all_conditions(
    seed: int, tone: str, conditions: dict[str, str], size: tuple[int, int], grey: bool
) -> None:
    recipe = Recipe(size=size, grey=grey)
    pixels = draw_picture(recipe, person(seed, tone), conditions, np.random.default_rng(seed))
    assert pixels.shape == ((size[1], size[0]) if grey else (size[1], size[0], 3))
    assert np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1
    assert pixels.std() > 0.01


def test_light_comes_from_its_side_and_dim_light_is_dim() -> None:
    who = person()
    front, left, right, dim = (brightness(who, light=light) for light in CHANGES["light"])
    assert left[0] > 1.3 * left[1]
    assert right[1] > 1.3 * right[0]
    assert abs(front[0] / front[1] - 1) < 0.2
    assert dim.mean() < 0.65 * front.mean()


def test_a_turned_head_shows_more_of_the_other_cheek() -> None:
    left, right = (portrait(person(), angle=side) for side in ("left", "right"))
    assert np.abs(left - right).mean() > 0.02


@pytest.mark.parametrize(
    ("occlusion", "free"), [("mask", slice(0, 18)), ("cap", slice(27, 48)), ("glasses", slice(34, 48))]
)
def test_a_covering_hides_its_part_of_the_face_and_nothing_else(occlusion: str, free: slice) -> None:
    for seed in range(4):
        difference = np.abs(portrait(person(seed), 3) - portrait(person(seed), 3, occlusion=occlusion)).mean(axis=2)
        assert difference[free].mean() < 0.05 * difference.mean()
        assert difference.max() > 0.08


@pytest.mark.parametrize("expression", CHANGES["expression"][1:])
def test_an_expression_changes_the_mouth_and_the_eyes_only(expression: str) -> None:
    difference = np.abs(portrait(person(2)) - portrait(person(2), expression=expression)).mean(axis=2)
    assert difference[14:40, 12:36].mean() > 5 * difference[:8].mean()


def test_a_person_is_liker_to_themself_than_to_others_on_average() -> None:
    people = [draw_family(1, tone, seed)[0] for seed in range(4) for tone in sorted(TONES)]
    first, second = (np.array([portrait(who, seed)[8:40, 8:40].ravel() for who in people]) for seed in (1, 2))
    distances = np.abs(first[:, None] - second[None]).mean(axis=2)
    own = np.eye(len(people), dtype=bool)
    assert distances[own].mean() < 0.6 * distances[~own].mean()


def test_who_has_a_mark_on_the_other_side_is_seen_to_be_somebody_else() -> None:
    marked = next(who for seed in range(50) for who in draw_family(3, "light", seed) if len(who.marks) == 2)
    mirrored = replace(marked, marks=tuple(replace(mark, at=(-mark.at[0], mark.at[1])) for mark in marked.marks))
    assert np.abs(portrait(marked, 4) - portrait(mirrored, 4)).max() > 0.15
    assert not np.abs(portrait(marked, 4) - portrait(marked, 4)).any()


def test_conditions_are_as_frequent_as_asked_for() -> None:
    wishes, rng = Conditions(light=0.6, angle=0.0, expression=1.0, occlusion=0.35), np.random.default_rng(0)
    drawn = [draw_conditions(wishes, rng) for _ in range(400)]
    assert {one["angle"] for one in drawn} == {"front"}
    assert "neutral" not in {one["expression"] for one in drawn}
    assert np.mean([one["light"] != "frontal" for one in drawn]) == pytest.approx(0.6, abs=0.08)
    assert {one["occlusion"] for one in drawn} == set(CHANGES["occlusion"])
