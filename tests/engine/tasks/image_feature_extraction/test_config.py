"""Hyperparameters: what cannot be, and what is warned of before a training."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engine.tasks.image_feature_extraction.config import Config


@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": 4, "train": {"samples_per_label": 4}},
        {"image_size": 4},
        {"image_size": [64]},
        {"bits": 12},
        {"trained_layers": "some"},
        {"train": {"loss": "contrast"}},
        {"train": {"temperature": 0}},
        {"answers": {"k": 0}},
        {"answers": {"similarity": "euclid"}},
        {"answers": {"false_accept_rate": 0}},
        {"answers": {"collection": "no spaces"}},
        {"augment": {"gain": 2}},
        {"augment": {"mirror": 1}},
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate(settings)


def test_a_margin_on_few_pictures_is_warned_of() -> None:
    arcface = Config.model_validate({"train": {"loss": "arcface"}})
    assert "arcface asks for 50 pictures of each class and dog has 12" in arcface.cautions({"dog": 12, "cat": 80})[0]
    assert not arcface.cautions({"dog": 60, "cat": 80})
    assert not Config.model_validate({"train": {"loss": "softmax"}}).cautions({"dog": 12})


def test_a_class_of_one_picture_is_warned_of() -> None:
    assert "dog has one picture" in Config().cautions({"dog": 1, "cat": 80})[0]


def test_nothing_is_trained_where_the_loss_is_none() -> None:
    config = Config.model_validate({"train": {"loss": "none"}})
    assert [phase.steps for phase in config.phases({"train": 100})] == [0]
