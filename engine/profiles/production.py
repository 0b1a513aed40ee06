"""What a profile says of a model in use: what its gate asks, which answers need a person, how others are tried."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.profiles.strict import Strict
from engine.training.config import hyperparameter


class Promotion(Strict):
    """What the gate asks of a version before it goes into production; no preset changes it."""

    allowed_regression: float = hyperparameter(
        0.01,
        "How much worse than production the headline metric may be, on the same held-out rows.",
        ge=0,
        le=1,
        allow_inf_nan=False,
    )
    regression: Literal["observed", "proved", "ruled-out"] = hyperparameter(
        "observed",
        "observed: the loss that was measured counts. proved: only a loss that these rows prove (95 %). ruled-out: "
        "these rows must prove that there is none.",
    )
    latency_ms: float | None = hyperparameter(
        None,
        "Most milliseconds of one prediction, 95th percentile, on the machine that promotes; none: not asked.",
        unit="ms",
        gt=0,
        le=3_600_000,
    )


class Decisions(Strict):
    """Which answers of a version are acted on without a person; no preset changes it."""

    automatic_above: float | None = hyperparameter(
        0.8, "Confidence from which an answer needs no person; none: a person verifies all.", ge=0, le=1
    )
    probation_raise: float = hyperparameter(
        0.05,
        "How much surer a version must be at first after its promotion, and as long as it is a candidate.",
        ge=0,
        le=1,
        allow_inf_nan=False,
    )
    probation_decisions: int = hyperparameter(
        500, "Decisions after a promotion for which that holds.", unit="decisions", ge=0, le=10_000_000
    )


Share = Annotated[float, Field(gt=0, le=100)]


class Traffic(Strict):
    """How a candidate is tried beside production (`engine models deploy`): docs/traffic.md; no preset changes it."""

    start: Literal["split", "shadow"] = hyperparameter(
        "split",
        "shadow: production answers everything first, and the candidate's answers are only written down.",
    )
    steps: Annotated[list[Share], Field(min_length=1, max_length=20)] = hyperparameter(
        [10.0, 50.0, 100.0], "Shares of the requests that the candidate answers, one after the other.", unit="%"
    )
    min_outcomes: int = hyperparameter(
        50,
        "Labelled outcomes of the candidate before a step is taken without proof that it is better.",
        unit="outcomes",
        ge=1,
        le=100_000,
    )
    alpha: float = hyperparameter(
        0.05,
        "Error level of the sequential test, for «better» and for «worse» each, however often one looks.",
        gt=0,
        le=0.5,
    )
    not_worse_by: float | None = hyperparameter(
        0.05,
        "Before the last step it must be ruled out that the candidate is wrong so much more often; none: not asked.",
        gt=0,
        le=1,
    )
    max_excess_errors: float = hyperparameter(
        0.0,
        "A candidate that is shown to be wrong more often than production by more than this falls back.",
        ge=0,
        le=1,
        allow_inf_nan=False,
    )
    max_excess_failures: float = hyperparameter(
        0.05,
        "A candidate that leaves more of its last keys without any answer than production does, by more than this, "
        "falls back.",
        ge=0,
        le=1,
        allow_inf_nan=False,
    )
    latency_p95_ms: float | None = hyperparameter(
        None,
        "95th percentile of the candidate's last requests above which it falls back; none: not asked.",
        unit="ms",
        gt=0,
        le=3_600_000,
    )
    min_requests: int = hyperparameter(
        100,
        "Requests of the candidate before its latency counts, and before a promotion is offered.",
        unit="requests",
        ge=1,
        le=100_000,
    )
    automatic: bool = hyperparameter(
        True, "Steps are taken by themselves; falling back always is, and a promotion never."
    )

    @model_validator(mode="after")
    def _goes_up(self) -> Traffic:
        if any(after <= before for before, after in itertools.pairwise(self.steps)):
            raise ValueError("steps must rise: each share above the one before it")
        return self
