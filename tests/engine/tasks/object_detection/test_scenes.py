"""Scenes as they are drawn: boxes fit what is seen, classes are as frequent as the recipe says."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tasks.object_detection.data import problem_with
from engine.tasks.object_detection.recipe import Recipe
from engine.tasks.object_detection.scenes import poles, thermograms
from engine.tasks.object_detection.scenes.canvas import Canvas, Drawn
from engine.tasks.object_detection.scenes.palettes import STOPS, coloured
from engine.tasks.object_detection.scenes.weather import KINDS

CLEAR = KINDS["train"][0]
SIZES = st.sampled_from([(64, 64), (256, 192), (192, 320)])


def scenes(recipe: Recipe, count: int, kinds: Any = KINDS["train"]) -> list[Drawn]:
    return [poles.draw(recipe, kinds[n % len(kinds)], np.random.default_rng(n)) for n in range(count)]


def of_poles(**poles_: Any) -> Recipe:
    return Recipe.model_validate({"poles": poles_})


def labels(drawn: list[Drawn]) -> list[str]:
    return [one["label"] for each in drawn for one in each.objects]


@settings(max_examples=30, deadline=None)
@given(SIZES, st.integers(0, 2**32), st.sampled_from([kind for kinds in KINDS.values() for kind in kinds]))
def test_every_scene_of_poles_is_a_usable_row(size: tuple[int, int], seed: int, kind: Any) -> None:
    drawn = poles.draw(Recipe(size=size), kind, np.random.default_rng(seed))
    assert drawn.pixels.shape == (size[1], size[0], 3) and drawn.pixels.dtype == np.uint8
    row = {"image": "files/x.jpg", "width": size[0], "height": size[1], "objects": drawn.objects}
    assert problem_with(row) is None


@settings(max_examples=30, deadline=None)
@given(SIZES, st.integers(0, 2**32), st.sampled_from("ab"), st.sampled_from(["train", "validation", "test"]))
def test_every_thermogram_is_a_usable_row(size: tuple[int, int], seed: int, build: str, world: str) -> None:
    recipe = Recipe.model_validate({"scene": "thermograms", "size": size, "thermograms": {"kind": build}})
    kind = thermograms.kinds(recipe.thermograms)[world][0]
    drawn = thermograms.draw(recipe, kind, np.random.default_rng(seed))
    assert drawn.pixels.shape == (size[1], size[0], 3) and drawn.pixels.dtype == np.uint8
    row = {"image": "files/x.jpg", "width": size[0], "height": size[1], "objects": drawn.objects}
    assert problem_with(row) is None


@pytest.mark.slow
def test_crossarms_are_thin_and_about_a_third_of_the_nearer_poles_bears_one() -> None:
    drawn = scenes(of_poles(hidden=0, poles=(1, 1)), 120)
    arms = np.array([one["box"] for each in drawn for one in each.objects if one["label"] == "crossarm"])
    wide, high = arms[:, 2] - arms[:, 0], arms[:, 3] - arms[:, 1]
    inside = (arms[:, 0] > 0) & (arms[:, 2] < 256)
    assert (wide[inside] >= 23).all() and (wide <= 52).all()
    assert (high >= 2.5).all() and (high <= 10).all() and np.median(high) <= 6
    bearing = sum(any(one["label"] == "crossarm" for one in each.objects) for each in drawn)
    assert 0.2 < bearing / len(drawn) < 0.47


@pytest.mark.parametrize(
    ("wishes", "label"),
    [({"crossarm": 0}, "crossarm"), ({"poles": (0, 0)}, "pole"), ({"underground": 0}, "underground")],
)
def test_a_class_of_frequency_0_is_never_drawn(wishes: dict[str, Any], label: str) -> None:
    assert label not in labels(scenes(of_poles(**wishes), 25))


def test_more_often_asked_for_is_more_often_drawn() -> None:
    few, many = (labels(scenes(of_poles(crossarm=share), 30)).count("crossarm") for share in (0.1, 1.0))
    assert many > 3 * few


def test_in_low_light_it_is_darker_and_noisier() -> None:
    recipe = of_poles(poles=(0, 0))
    kinds = {kind.weather: kind for kind in KINDS["train"]}
    bright, dark = (scenes(recipe, 8, [kinds[name]]) for name in ("clear", "low light"))
    assert np.mean([each.pixels.mean() for each in dark]) < 0.65 * np.mean([each.pixels.mean() for each in bright])


@pytest.mark.parametrize("fault", ["hot_spot", "loose_joint", "overload"])
@pytest.mark.parametrize("build", ["a", "b"])
def test_a_fault_is_hotter_than_what_is_round_it(fault: str, build: str) -> None:
    chances = {"hot_spot": 0.0, "loose_joint": 0.0, "overload": 0.0, fault: 1.0}
    recipe = Recipe.model_validate(
        {"scene": "thermograms", "thermograms": {"kind": build, "reflections": 0, **chances}}
    )
    kind = thermograms.Kind("grey", "day", (15.0, 20.0), bar=False)
    hotter = []
    for seed in range(12):
        drawn = thermograms.draw(recipe, kind, np.random.default_rng(seed))
        assert {one["label"] for one in drawn.objects} == {fault}
        for one in drawn.objects:
            x0, y0, x1, y1 = (round(edge) for edge in one["box"])
            around = drawn.pixels[max(0, y0 - 6) : y1 + 6, max(0, x0 - 6) : x1 + 6, 0]
            hotter.append(int(np.percentile(drawn.pixels[y0:y1, x0:x1, 0], 95)) - int(np.median(around)))
    assert np.mean(np.array(hotter) > 12) > 0.9


def test_the_two_builds_look_different() -> None:
    pictures = {
        build: thermograms.draw(
            Recipe.model_validate({"scene": "thermograms", "thermograms": {"kind": build}}),
            thermograms.Kind("grey", "day", (20.0, 20.0)),
            np.random.default_rng(3),
        ).pixels.astype(int)
        for build in "ab"
    }
    assert np.abs(pictures["a"] - pictures["b"]).mean() > 15


@pytest.mark.parametrize("palette", STOPS)
def test_a_palette_goes_from_dark_to_light(palette: str) -> None:
    cold, hot = coloured(np.array([0.0, 1.0]), palette)
    assert hot.mean() - cold.mean() > 150


def test_a_box_holds_what_is_seen_and_a_hidden_thing_has_none() -> None:
    canvas = Canvas(np.full((80, 100, 3), 200, dtype=np.float32))
    for left in (10, 60):
        owner = canvas.begin("pole")
        canvas.polygon([(left, 20), (left + 9.5, 20), (left + 9.5, 59.5), (left, 59.5)], (90, 60, 40), owner)
        canvas.finish(owner)
    canvas.polygon([(0, 40), (30, 40), (30, 80), (0, 80)], (0, 90, 0))
    canvas.polygon([(55, 10), (80, 10), (80, 55), (55, 55)], (0, 90, 0))
    canvas.line([(0, 30), (100, 30)], (0, 0, 0), 1)
    (seen,) = canvas.objects(least_visible=0.35, least_pixels=10)
    assert seen["label"] == "pole"
    assert seen["box"] == pytest.approx([10, 20, 20, 40], abs=1)
