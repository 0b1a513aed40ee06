"""Settings of the classifier of people: what is refused, what is warned of."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from engine.tasks.image_classification.config import Config


def test_the_defaults_are_those_that_were_asked_for() -> None:
    config = Config()
    assert (config.trained_layers, config.hidden_size, config.head_dropout) == (4, 512, 0.3)
    assert (config.epochs, config.patience, config.class_weights) == (20, 5, "balanced")
    assert (config.schedule, config.plateau_factor, config.plateau_patience) == ("plateau", 0.5, 3)
    assert 1e-5 <= config.learning_rate <= 1e-4
    assert config.augment.flip == 0, "a mirrored face is another one"
    assert config.augment.changes


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"trained_layers": -1}, "trained_layers"),
        ({"trained_layers": "some"}, "trained_layers"),
        ({"head_dropout": 1.0}, "head_dropout"),
        ({"image_size": 4}, "image_size"),
        ({"image_size": [64]}, "image_size"),
        ({"false_accept_rate": 0}, "false_accept_rate"),
        ({"labels": ["ada", "ada"]}, "distinct"),
        ({"labels": ["ada"], "class_weights": {"ben": 2.0}}, "'ben' is not among labels"),
        ({"class_weights": {"ada": 0.0}}, "greater than 0"),
        ({"schedule": "steps"}, "schedule"),
        ({"plateau_factor": 1.0}, "plateau_factor"),
        ({"embedding": "both"}, "embedding"),
        ({"frozen": 3}, "frozen"),
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Config(**settings)


def test_random_weights_that_would_stay_random_are_warned_of() -> None:
    assert "trained_layers: all" in Config(base="scratch:resnet-8").cautions({})[0]
    assert not Config(base="scratch:resnet-8", trained_layers="all").cautions({})
    assert not Config().cautions({})
