"""The recipe of a dataset for image retrieval: which drawn infrared targets, how many, through which camera."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.drawing.recipe import Part, Share, Splits

Side = Annotated[int, Field(ge=32, le=512)]
Target = Literal["animal", "boat", "car", "drone", "helicopter", "person", "plane", "ship", "tank", "truck"]
TARGETS: tuple[Target, ...] = (
    "animal",
    "boat",
    "car",
    "drone",
    "helicopter",
    "person",
    "plane",
    "ship",
    "tank",
    "truck",
)

MOST_PREVIEWED = 60
"""Pictures that a preview makes, at most."""


class Camera(Part):
    """What the thermal camera and the air add."""

    noise: float = Field(
        default=0.025,
        description="Standard deviation of the noise of each pixel, as a part of full scale.",
        ge=0,
        le=0.3,
    )
    stripes: float = Field(
        default=0.02,
        description="Standard deviation of the pattern that stays: columns, and a shade towards the corners.",
        ge=0,
        le=0.2,
    )
    blur: float = Field(
        default=0.7, description="Largest blur, in pixels of radius at 64 pixels of width.", ge=0, le=5
    )
    haze: Share = Field(default=0.45, description="Largest part of a far target's contrast that the air takes.")
    black_hot: Share = Field(
        default=0.15, description="Part of the sequences in which hot is shown black, not white."
    )


class Recipe(Part):
    """Drawn thermal pictures of targets, in sequences; the test shows others than training. See docs/data.md."""

    classes: tuple[Target, ...] = Field(
        default=TARGETS, description="The classes to draw, each equally often.", min_length=2
    )
    images: int = Field(default=1200, description="Pictures to draw, all splits together.", ge=20, le=200_000)
    size: tuple[Side, Side] = Field(default=(64, 64), description="Width and height of the pictures in pixels.")
    bits: Literal[8, 16] = Field(default=8, description="Bits of each grey value.")
    individuals: int = Field(
        default=12, description="Individual targets of each class that training shows.", ge=1, le=1000
    )
    frames: int = Field(
        default=3, description="Pictures of a sequence: one target, seen while angle and range change.", ge=1, le=100
    )
    splits: Splits = Field(
        default=(0.6, 0.2, 0.2), description="Shares of train, validation and test; they add up to 1."
    )
    seen_share: Share = Field(
        default=0.5,
        description="Part of validation and of test that shows training's targets in training's places, drawn anew.",
    )
    hidden: Share = Field(
        default=0.2, description="Part of the sequences on land in which leaves hide a part of the target."
    )
    camera: Camera = Field(default=Camera(), description="What the thermal camera and the air add.")

    @model_validator(mode="after")
    def _it_can_be_drawn(self) -> Recipe:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes: write each class once")
        return self


def for_preview(recipe: Recipe) -> Recipe:
    """A recipe like this one that draws few pictures."""
    return recipe.model_copy(update={"images": min(recipe.images, MOST_PREVIEWED)})
