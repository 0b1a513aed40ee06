"""The section `triggers:` of a model: what starts a training unasked, and how far the trained version may go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from engine.training.config import hyperparameter

PERIOD_DAYS = 30
"""What the rate of false alarms of an environment trigger is stated for."""
MOST_RESAMPLES = 19_999
"""Permutations behind a p-value, at most: none below 1 in 20,000 can be shown."""
MOST_TRIGGERS = 20
CONDITIONS = ("schedule", "performance", "data", "environment")

TriggerName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Metric = Literal["accuracy", "balanced_accuracy"]


class _Strict(BaseModel):
    """Like `engine.profiles.strict`, but that `null` is said: `test: null` asks for no test."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def _cron(value: str) -> str:
    # cronsim also takes a sixth field for seconds, for which nobody looks often enough.
    if len(value.split()) != 5:
        raise ValueError("must have five fields: minute, hour, day of month, month, day of week")
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    try:
        next(CronSim(value, datetime(2024, 1, 1, tzinfo=UTC)))
    except CronSimError as problem:
        raise ValueError(f"is no cron expression ({problem}); write one such as `0 3 * * 1`") from problem
    except StopIteration as problem:
        raise ValueError("names a moment that never comes") from problem
    return value


def _zone(value: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError) as problem:
        raise ValueError(f"{value!r} is no time zone that this machine knows; write one such as UTC") from problem
    return value


Cron = Annotated[str, StringConstraints(max_length=120), AfterValidator(_cron)]
TimeZone = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_zone)]


class Schedule(_Strict):
    """By the clock."""

    cron: Cron = Field(
        description="When: minute, hour, day of month, month, day of week, as for cron. What was missed while nobody "
        "looked counts once."
    )
    time_zone: TimeZone = hyperparameter("UTC", "The clock that the expression is read by, such as Europe/Berlin.")


class Performance(_Strict):
    """By what people say of the model's answers."""

    metric: Metric = hyperparameter(
        "accuracy",
        "accuracy: part of the judged answers that were right; balanced_accuracy: its mean over the true labels.",
    )
    window: int = hyperparameter(200, "Newest judged answers that are looked at.", unit="answers", ge=1, le=100_000)
    at_least: float = Field(description="Fires when the metric is lower than this.", ge=0, le=1)
    minimum: int = hyperparameter(
        50, "Judged answers that there must be, at least, since the model was last changed.", unit="answers", ge=1
    )

    @model_validator(mode="after")
    def _can_be_met(self) -> Performance:
        if self.minimum > self.window:
            raise ValueError(f"asks for {self.minimum} answers in a window of {self.window}; widen the window")
        return self


class NewData(_Strict):
    """By how much there is to learn."""

    examples: int = Field(
        description="Fires when so many images of feedback came that no training has seen yet.", ge=1, le=10_000_000
    )


class NewLocations(_Strict):
    """A place of use that the training data does not know."""

    column: str = hyperparameter(
        "location", "The field of an input's metadata that says where it was taken.", min_length=1, max_length=80
    )
    minimum: int = hyperparameter(20, "Inputs from there, at least.", unit="inputs", ge=1, le=1_000_000)
    known: list[str] = Field([], description="Places that are known, beside those of the training data.")


class Environment(_Strict):
    """By inputs that are not like those of the training."""

    test: Literal["mmd", "classifier"] | None = hyperparameter(
        "mmd",
        "mmd: maximum mean discrepancy of embeddings (Gretton et al. 2012); classifier: whether a linear classifier "
        "tells recent inputs from those of the training (Lopez-Paz & Oquab 2017); null: neither.",
    )
    rate: float = hyperparameter(
        0.01,
        f"Chance of a false alarm in {PERIOD_DAYS} days in which nothing changed, over all tests of this trigger.",
        gt=0,
        lt=1,
    )
    every: float = hyperparameter(
        24.0,
        "Tests are so far apart, at least. Each sees fresh inputs alone, and gets its share of the rate.",
        unit="h",
        ge=1,
        le=720,
    )
    window: int = hyperparameter(
        500, "Recent inputs that a test looks at, at most, and as many of the training.", unit="inputs", ge=20, le=500
    )
    minimum: int = hyperparameter(100, "Fresh inputs that a test needs.", unit="inputs", ge=20, le=500)
    confidence_psi: float | None = hyperparameter(
        None,
        "Fires when the population stability index of the confidences is as large as this (0.2 is customary) and "
        "they moved by more than chance at the stated rate; null: confidences are not tested.",
        gt=0,
        le=10,
    )
    new_locations: NewLocations | None = Field(None, description="Fires at a place of use that is new.")

    @model_validator(mode="after")
    def _can_be_shown(self) -> Environment:
        if self.minimum > self.window:
            raise ValueError(f"asks for {self.minimum} inputs in a window of {self.window}; widen the window")
        if self.tests == 0 and self.new_locations is None:
            raise ValueError("looks at nothing; set `test`, `confidence_psi` or `new_locations`")
        if self.tests and self.rate_per_test < 1 / (MOST_RESAMPLES + 1):
            raise ValueError(
                f"leaves each test a rate of {self.rate_per_test:.2g}, less than {MOST_RESAMPLES:,} permutations can "
                "show; raise `rate` or `every`"
            )
        return self

    @property
    def tests(self) -> int:
        """Statistical tests at each look; a new location is counted, not tested."""
        return (self.test is not None) + (self.confidence_psi is not None)

    @property
    def rate_per_test(self) -> float:
        """The rate's share for one test: Bonferroni over the tests that a period can hold, which holds however the
        tests depend on each other (they share the training's inputs)."""
        return self.rate / (looks_in_a_period(self.every) * self.tests) if self.tests else self.rate


def looks_in_a_period(every_h: float) -> int:
    """How many tests that are `every_h` hours apart a period can hold."""
    return max(1, math.ceil(PERIOD_DAYS * 24 / every_h))


class Trigger(_Strict):
    """Starts a training unasked. Exactly one of its four conditions is written."""

    name: TriggerName = Field(description="Name of the trigger, in lists and in the log.")
    schedule: Schedule | None = Field(None, description="Fires by the clock.")
    performance: Performance | None = Field(None, description="Fires when judged answers are too often wrong.")
    data: NewData | None = Field(None, description="Fires when there is enough new to learn.")
    environment: Environment | None = Field(None, description="Fires when inputs are not like those of the training.")
    cool_down: float = hyperparameter(
        24.0, "So long after a training that any trigger of the model started, this one is silent.", unit="h", ge=0
    )
    train: Literal["feedback", "full"] = hyperparameter(
        "feedback",
        "feedback: train the model further on its feedback (`engine feedback train`), if there is any that is new; "
        "full: train it anew (`engine train`).",
    )
    preset: str = hyperparameter("full", "The preset of `train: full`.")
    ends_in: Literal["staging", "production"] = hyperparameter(
        "staging",
        "How far the trained version may go when it passes the gate. production: it replaces the one in use, unseen "
        "by anybody.",
    )

    @model_validator(mode="after")
    def _has_one_condition(self) -> Trigger:
        written = [name for name in CONDITIONS if getattr(self, name) is not None]
        if len(written) != 1:
            said = f"has {len(written)} conditions ({', '.join(written)})" if written else "has no condition"
            raise ValueError(f"{said}; write exactly one of {', '.join(CONDITIONS)}")
        return self

    @property
    def kind(self) -> str:
        """The condition that is written."""
        return next(name for name in CONDITIONS if getattr(self, name) is not None)


def named_once(triggers: Sequence[Trigger]) -> Sequence[Trigger]:
    """The same. Raises ValueError where two share a name, or there are too many to keep apart."""
    names = [each.name for each in triggers]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"names the trigger {twice} twice; give each a name of its own")
    if len(names) > MOST_TRIGGERS:
        raise ValueError(f"holds {len(names)} triggers; {MOST_TRIGGERS} are the most")
    return triggers
