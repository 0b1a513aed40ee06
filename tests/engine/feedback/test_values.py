"""Which value counts: the run before < the profile's feedback < the request < --set."""

from __future__ import annotations

from typing import Any

import pytest

from engine.feedback.payload import TrainingSettings
from engine.feedback.values import Values, values_of
from engine.profiles.schema import FeedbackTraining

BEFORE = {
    "epochs": 100,
    "learning_rate": 2e-3,
    "batch_size": 16,
    "frozen_layers": 0,
    "image_size": 640,
    "max_steps": 9,
}
SECTION = FeedbackTraining(epochs=10, learning_rate=5e-4, frozen_layers=10, train_replay=2.0, seed=3)


def values(*requests: TrainingSettings, given: dict[str, Any] | None = None, **more: Any) -> Values:
    return values_of(BEFORE, SECTION, requests, given or {}, fields={*BEFORE, "seed"}, **more)


def test_what_nobody_says_is_as_in_the_run_before() -> None:
    found = values()
    assert (found.config["image_size"], found.config["batch_size"]) == (640, 16)
    assert found.origins["config.image_size"] == "the run it starts from"


def test_the_profile_counts_for_more_than_the_run_before() -> None:
    found = values()
    assert (found.config["epochs"], found.config["learning_rate"], found.config["frozen_layers"]) == (10, 5e-4, 10)
    assert found.mixture.train_replay == 2.0


def test_a_request_counts_for_more_than_the_profile_and_the_last_one_most() -> None:
    found = values(TrainingSettings(epochs=3, train_replay=0.5), TrainingSettings(epochs=4, seed=7))
    assert found.config["epochs"] == 4 and found.origins["config.epochs"] == "request"
    assert (found.mixture.train_replay, found.mixture.seed, found.config["seed"]) == (0.5, 7, 7)


def test_set_counts_most() -> None:
    found = values(TrainingSettings(epochs=3), given={"epochs": 5})
    assert found.config["epochs"] == 5 and found.origins["config.epochs"] == "--set"


def test_a_limit_of_steps_is_not_carried_on() -> None:
    assert values().config["max_steps"] == 0
    assert values(given={"max_steps": 2}).config["max_steps"] == 2


@pytest.mark.parametrize("request_", [TrainingSettings(), TrainingSettings(train_replay=3.0)])
def test_no_replay_counts_for_more_than_any_share(request_: TrainingSettings) -> None:
    assert values(request_, replay=False).mixture.train_replay == 0


def test_shares_that_leave_nothing_to_train_on_are_refused() -> None:
    with pytest.raises(ValueError, match="leave nothing to train on"):
        FeedbackTraining(held_out=0.6, validation=0.4)
