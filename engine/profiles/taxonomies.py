"""Label sets that a profile states as data: for people who label, and for models that are told what a label means."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Taxonomy(BaseModel):
    """The labels that a thing can have, with what each means, and what they are called in other taxonomies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field("", description="What the taxonomy is for.")
    labels: dict[str, str] = Field(
        description="Label → what it means, in a few words: shown to who labels, and read by the untrained model.",
        min_length=2,
    )
    mappings: dict[str, dict[str, str]] = Field(
        {}, description="Other taxonomy → label here → label there. What is left out has no counterpart."
    )

    @model_validator(mode="after")
    def _maps_its_own_labels(self) -> Taxonomy:
        for other, mapping in self.mappings.items():
            strange = next((label for label in mapping if label not in self.labels), None)
            if strange is not None:
                raise ValueError(f"mappings.{other} begins with {strange!r}, which is none of the labels")
        return self


def problem_with_mappings(taxonomies: dict[str, Taxonomy]) -> str | None:
    """The first mapping that leads to no taxonomy, or to no label of it, in words."""
    for name, taxonomy in taxonomies.items():
        for other, mapping in taxonomy.mappings.items():
            if other not in taxonomies:
                return f"taxonomies.{name}.mappings leads to {other!r}, which is no taxonomy of the profile"
            known = taxonomies[other].labels
            strange = next((label for label in mapping.values() if label not in known), None)
            if strange is not None:
                return f"taxonomies.{name}.mappings.{other} leads to {strange!r}, which is no label of {other}"
    return None
