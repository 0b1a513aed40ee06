"""Sections of a profile that refuse what they do not know."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Strict(BaseModel):
    """A section: no unknown keys, nothing changes, defaults are checked, and empty ones say nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _an_empty_section_says_nothing(cls, value: Any) -> Any:
        """`config:` with all its lines commented out is as good as no `config:`."""
        if isinstance(value, dict):
            return {name: field for name, field in value.items() if field is not None or name not in cls.model_fields}
        return value
