"""Surfaces without a pattern."""

import numpy as np
import pytest

from engine.drawing.texture import blurred, soft_noise


def test_soft_noise_changes_little_from_pixel_to_pixel() -> None:
    noise = soft_noise(np.random.default_rng(1), 60, 80, (4, 5))
    assert noise.shape == (60, 80) and noise.dtype == np.float32
    assert np.abs(np.diff(noise, axis=1)).max() < 0.3 < noise.max() - noise.min()


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_a_blur_smooths_and_keeps_the_level(shape: tuple[int, ...]) -> None:
    field = np.random.default_rng(2).random(shape, dtype=np.float32)
    smooth = blurred(field, 2.0)
    assert smooth.shape == shape and smooth.std() < 0.4 * field.std()
    assert smooth.mean() == pytest.approx(field.mean(), abs=0.02)
    assert np.allclose(blurred(np.full(shape, 0.3, dtype=np.float32), 2.0), 0.3, atol=1e-5)
