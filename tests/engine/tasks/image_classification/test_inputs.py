"""What a step is given: views that are kept, as many as fit, the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.tasks.image_classification.config import Config
from engine.tasks.image_classification.inputs import ENTERED, IMAGES, TrainingInputs, WatchedInputs
from engine.tasks.image_classification.model import starting_network
from engine.tasks.image_classification.network import Recogniser
from engine.vision.loaded import Pictures
from tests.engine.tasks.image_classification.conftest import PEOPLE, SIDE, picture

STILL = {"gain": 0, "bias": 0, "noise": 0, "shift": 0, "scale": 0, "rotate": 0, "blur": 0}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for person in PEOPLE:
        (tmp_path / f"{person}.png").write_bytes(picture(person, 0))
    return [str(tmp_path / f"{person}.png") for person in PEOPLE]


def config(**settings: Any) -> Config:
    usual = {"base": "scratch:resnet-8", "image_size": SIDE, "trained_layers": 1, "hidden_size": 8}
    return Config(**(usual | settings))


def inputs(settings: Config, files: list[str]) -> tuple[Recogniser, TrainingInputs]:
    network = starting_network(settings, PEOPLE).eval()
    pictures = Pictures(files, network.backbone)
    return network, TrainingInputs(network, pictures, settings, device="cpu", batch_size=4)


def test_as_many_views_are_kept_as_the_epochs_see(files: list[str]) -> None:
    _, kept = inputs(config(cached_views=3, epochs=5), files)
    assert len(kept.kept) == 3
    first, again, other = (kept.of([0, 2], epoch)[ENTERED] for epoch in (0, 3, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert len(inputs(config(cached_views=3, epochs=2), files)[1].kept) == 2


def test_without_augmentation_one_view_is_all_there_are(files: list[str]) -> None:
    network, kept = inputs(config(augment=STILL), files)
    assert len(kept.kept) == 1
    with torch.inference_mode():
        wanted = network.enter(kept.pictures.tensor([1, 3]))
    assert torch.allclose(kept.of([1, 3], 7)[ENTERED], wanted, atol=1e-5)


@pytest.mark.parametrize("settings", [{"cached_views": 0}, {"image_cache_mb": 0}, {"trained_layers": "all"}])
def test_what_is_not_kept_is_changed_anew_and_the_same_when_it_is_asked_again(
    files: list[str], settings: dict[str, Any]
) -> None:
    _, fresh = inputs(config(**settings), files)
    assert not fresh.kept
    first, again, other = (fresh.of([0, 2], epoch)[IMAGES] for epoch in (4, 4, 5))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_frozen_backbone_leaves_its_embedding(files: list[str]) -> None:
    network, kept = inputs(config(trained_layers=0, cached_views=1), files)
    assert kept.kept[0].shape == (len(PEOPLE), network.backbone.dimensions)


def test_watched_pictures_enter_as_they_are_kept_or_not(files: list[str]) -> None:
    network = starting_network(config(), PEOPLE).eval()
    pictures = Pictures(files, network.backbone)
    with torch.inference_mode():
        kept, fresh = (
            WatchedInputs(network, pictures, device="cpu", batch_size=4, cache_mib=room).of([5, 1])
            for room in (100, 0)
        )
    assert torch.allclose(kept, fresh, atol=1e-5)
