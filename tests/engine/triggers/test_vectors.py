"""What inputs are like, in numbers."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InputError
from engine.tasks.catalog import find_task
from engine.triggers.vectors import MOST_DIMENSIONS, confidence_of, describer, letters_of, look_of
from engine.vision.pixels import inline


def picture(seed: int = 1) -> np.ndarray:
    smooth = np.random.default_rng(seed).random((6, 8, 3)).repeat(8, axis=0).repeat(8, axis=1)
    return (smooth * 0.5 + 0.2).astype(np.float32)


def look(pixels: np.ndarray) -> np.ndarray:
    return look_of(inline(pixels))


def test_brightness_blur_and_size_of_a_picture_are_seen() -> None:
    plain = look(picture())
    assert np.allclose(plain, look(picture()))
    blurred = (picture()[1:, 1:] + picture()[:-1, :-1]) / 2
    for changed in (picture() * 1.1, blurred, picture()[:24]):
        assert np.abs(look(changed) - plain).max() > 0.01


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 500, 3), (3, 2, 1)])
def test_the_smallest_pictures_have_finite_numbers(shape: tuple[int, ...]) -> None:
    found = look(np.full(shape, 0.5, dtype=np.float32))
    assert np.isfinite(found).all()
    assert len(found) == len(look(picture()))


def test_a_picture_that_cannot_be_read_is_an_input_error() -> None:
    with pytest.raises(InputError):
        look_of("data:image/png;base64,AAAA")


@pytest.mark.parametrize("text", ["", "a", "Pole 7: ZUSTAND ÄÖÜ 中文", "x" * 100_000])
def test_any_text_has_a_vector_of_length_one_at_most(text: str) -> None:
    assert np.linalg.norm(letters_of(text)) <= 1.0001


def test_a_predictor_that_embeds_says_itself_what_inputs_are_like() -> None:
    class Wide:
        def predict(self, samples: object) -> list[dict[str, object]]:
            return []

        def embed(self, texts: list[str]) -> np.ndarray:
            return np.ones((len(texts), 1000)) * [[len(text)] for text in texts]

    made = describer(find_task("noop"), Wide())  # type: ignore[arg-type]
    assert made.kind == "model"
    vectors = made.vectors_of([{"text": "four"}, {"a": "x", "b": "y"}])
    assert vectors.shape == (2, MOST_DIMENSIONS)
    assert np.allclose(vectors[0] * 3, vectors[1] * 4, atol=1e-3)


@pytest.mark.parametrize(
    ("prediction", "confidence"),
    [
        ({"label": "a", "confidence": 0.5}, 0.5),
        ({"similarity": 0.25}, 0.25),
        ({"objects": [{"confidence": 0.5}, {"confidence": 1.0}]}, 0.75),
        ({"entities": []}, None),
        ({"label": "a"}, None),
    ],
)
def test_how_sure_a_prediction_is(prediction: dict[str, object], confidence: float | None) -> None:
    assert confidence_of(prediction) == confidence
