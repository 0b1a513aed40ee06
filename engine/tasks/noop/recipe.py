"""What the task `noop` generates."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from engine.training.config import hyperparameter


class Recipe(BaseModel):
    """Numbered sentences, labelled by whether the number is even."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    examples: int = hyperparameter(20, "How many examples to make.", unit="examples", ge=3)
