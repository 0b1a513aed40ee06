"""What a drawn library of asset folders holds: fields of `data.recipe`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from engine.training.config import hyperparameter


class Recipe(BaseModel):
    """A drawn asset library whose folders have known labels."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    folders: int = hyperparameter(6000, "Folders of the whole tree.", unit="folders", ge=50, le=10_000_000)
