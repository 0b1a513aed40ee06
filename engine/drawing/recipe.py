"""What recipes of drawn pictures share. Light: pydantic alone."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """Base of a recipe and of its parts."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def _add_up(shares: tuple[float, float, float]) -> tuple[float, float, float]:
    if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise ValueError("three shares above 0 that add up to 1, such as [0.6, 0.2, 0.2]")
    return shares


Splits = Annotated[tuple[float, float, float], AfterValidator(_add_up)]
"""Shares of train, validation and test."""
