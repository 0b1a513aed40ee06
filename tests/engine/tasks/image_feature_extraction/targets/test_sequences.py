"""Sequences: little changes from frame to frame, conditions say what is drawn."""

import numpy as np
import pytest

from engine.tasks.image_feature_extraction.recipe import Camera, Recipe
from engine.tasks.image_feature_extraction.targets.catalog import KINDS
from engine.tasks.image_feature_extraction.targets.places import WORLDS, draw_place
from engine.tasks.image_feature_extraction.targets.sequences import Frame, draw_sequence

CLEAR = Recipe(size=(48, 48), hidden=0, camera=Camera(noise=0, stripes=0, blur=0, haze=0))


def sequence(
    seed: int, frames: int = 1, label: str = "car", recipe: Recipe = CLEAR, place: str = "field"
) -> list[Frame]:
    return draw_sequence(recipe, label, place, 11, frames, np.random.default_rng(seed))


def test_a_frame_is_liker_to_its_neighbour_than_to_the_far_end_of_the_sequence() -> None:
    near, far = [], []
    for seed in range(6):
        first, second, *_, last = (frame.pixels for frame in sequence(seed, 8))
        near.append(np.abs(first - second).mean())
        far.append(np.abs(first - last).mean())
    assert np.mean(near) < np.mean(far)


def test_a_long_sequence_keeps_its_target_in_the_picture() -> None:
    frames = sequence(3, 100)
    assert all(frame.pixels.std() > 0.02 for frame in frames)
    assert len({frame.conditions["range"] for frame in frames}) <= 2


def test_the_far_target_is_the_smaller_one() -> None:
    sizes: dict[str, list[float]] = {"near": [], "far": []}
    for seed in range(40):
        frame = sequence(seed, label="drone", place="sky")[0]
        if frame.conditions["range"] in sizes:
            level = np.median(frame.pixels)
            sizes[frame.conditions["range"]].append(float((np.abs(frame.pixels - level) > 0.2).mean()))
    assert np.mean(sizes["near"]) > 1.8 * np.mean(sizes["far"])


def test_black_hot_is_white_hot_inverted() -> None:
    white, black = (
        sequence(5, recipe=CLEAR.model_copy(update={"camera": CLEAR.camera.model_copy(update={"black_hot": share})}))[
            0
        ]
        for share in (0.0, 1.0)
    )
    assert (white.conditions["polarity"], black.conditions["polarity"]) == ("white-hot", "black-hot")
    assert np.allclose(white.pixels, 1 - black.pixels, atol=1e-6)


def test_haze_takes_contrast_of_far_targets() -> None:
    hazy = CLEAR.model_copy(update={"camera": CLEAR.camera.model_copy(update={"haze": 1.0})})
    pairs = [[sequence(seed, recipe=recipe)[0] for recipe in (CLEAR, hazy)] for seed in range(40)]
    far = [[frame.pixels.std() for frame in pair] for pair in pairs if pair[0].conditions["range"] == "far"]
    clear, dull = np.mean(far, axis=0)
    assert dull < 0.9 * clear


@pytest.mark.parametrize(
    "place", sorted({name for media in WORLDS.values() for names in media.values() for name in names})
)
def test_every_place_can_be_drawn_in_any_size(place: str) -> None:
    for width, height in ((40, 40), (80, 41)):
        land = draw_place(place, width, height, np.random.default_rng(2))
        assert land.degrees.shape == (height, width) and np.isfinite(land.degrees).all()


def test_each_world_has_a_place_for_each_target_and_none_of_another_world() -> None:
    for medium in {kind.medium for kind in KINDS.values()}:
        names = [set(WORLDS[world][medium]) for world in ("train", "validation", "test")]
        assert all(names) and not names[0] & names[1] and not (names[0] | names[1]) & names[2]
