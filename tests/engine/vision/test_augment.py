"""Augmentation: the same for the same seed, within range, and each part does what its name says."""

from __future__ import annotations

import pytest
import torch

from engine.vision.augment import augmented
from engine.vision.augmentation import Augmentation

NOTHING = {"gain": 0, "bias": 0, "noise": 0, "blur": 0, "rotate": 0, "shift": 0, "scale": 0}


def only(**settings: float) -> Augmentation:
    return Augmentation(**{**NOTHING, **settings})


@pytest.fixture
def images() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.rand(6, 1, 12, 20)


def test_nothing_asked_changes_nothing(images: torch.Tensor) -> None:
    assert torch.equal(augmented(images, only(), [1]), images)


def test_the_same_seed_changes_alike(images: torch.Tensor) -> None:
    all_on = Augmentation(gradient=0.2, polarity=0.5, flip=0.5, flip_vertical=0.5, occlusion=0.5)
    first, again, other = (augmented(images, all_on, seed) for seed in ([3, 1], [3, 1], [3, 2]))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.min() >= 0 and first.max() <= 1 and first.shape == images.shape


def test_mirroring_mirrors(images: torch.Tensor) -> None:
    assert torch.allclose(augmented(images, only(flip=1), [1]), images.flip(3), atol=1e-5)
    assert torch.allclose(augmented(images, only(flip_vertical=1), [1]), images.flip(2), atol=1e-5)


def test_polarity_inverts(images: torch.Tensor) -> None:
    assert torch.allclose(augmented(images, only(polarity=1), [1]), 1 - images)


def test_bias_shifts_each_picture_by_one_number(images: torch.Tensor) -> None:
    moved = augmented(images * 0.2 + 0.4, only(bias=0.1), [1]) - (images * 0.2 + 0.4)
    assert moved.flatten(1).std(1).max() < 1e-6 and moved.flatten(1).mean(1).std() > 0.01


def test_blur_smooths_and_keeps_the_mean_about(images: torch.Tensor) -> None:
    blurred = augmented(images, only(blur=2), [1])
    assert blurred.std() < images.std() * 0.8
    assert abs(float(blurred.mean() - images.mean())) < 0.05


def test_occlusion_hides_a_rectangle(images: torch.Tensor) -> None:
    changed = (augmented(images, only(occlusion=1), [1]) != images).flatten(1).float().mean(1)
    assert (changed > 0).all() and (changed < 0.3).all()


def test_a_shift_moves_the_picture() -> None:
    images = torch.zeros(8, 1, 21, 21)
    images[:, :, 10, 10] = 1
    moved = augmented(images, only(shift=0.3), [5])
    places = {divmod(int(plane.argmax()), 21) for plane in moved[:, 0]}
    assert len(places) > 4
