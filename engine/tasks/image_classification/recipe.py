"""The recipe of a dataset for image classification: which drawn people, how many pictures, through which camera."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from engine.drawing.recipe import Part, Share, Splits

Side = Annotated[int, Field(ge=32, le=512)]

MOST_PREVIEWED = 60
"""Pictures that a preview makes, at most."""


class Conditions(Part):
    """How often something else than the plain case: frontal light, from the front, neutral, nothing in the way."""

    light: Share = Field(default=0.6, description="Part of the pictures lit from the left, from the right, or dimly.")
    angle: Share = Field(default=0.5, description="Part of the pictures with the head turned to the left or right.")
    expression: Share = Field(default=0.6, description="Part of the pictures with a smile, a frown or surprise.")
    occlusion: Share = Field(default=0.35, description="Part of the pictures with glasses, a mask or a cap.")


class Camera(Part):
    """What the camera adds."""

    noise: float = Field(
        default=0.02,
        description="Standard deviation of the noise of each pixel, as a part of full scale; more in dim light.",
        ge=0,
        le=0.3,
    )
    blur: float = Field(
        default=0.6, description="Largest blur, in pixels of radius at 64 pixels of width.", ge=0, le=5
    )


class Recipe(Part):
    """Drawn portraits of people; the test shows known people and people never seen. See docs/data.md."""

    people: int = Field(default=24, description="People that training, validation and test show.", ge=2, le=5000)
    unseen_people: int = Field(default=9, description="People that only the test shows.", ge=0, le=5000)
    family: int = Field(
        default=3, description="People who look alike, because they differ in few features.", ge=1, le=50
    )
    images: int = Field(default=1000, description="Pictures to draw, all splits together.", ge=20, le=200_000)
    size: tuple[Side, Side] = Field(default=(64, 64), description="Width and height of the pictures in pixels.")
    grey: bool = Field(default=False, description="Whether the pictures are grey instead of coloured.")
    splits: Splits = Field(
        default=(0.6, 0.15, 0.25), description="Shares of train, validation and test; they add up to 1."
    )
    seen_share: Share = Field(
        default=0.5, description="Part of the test that shows the people of training, in other pictures."
    )
    conditions: Conditions = Field(default=Conditions(), description="How often light, angle and so on are varied.")
    camera: Camera = Field(default=Camera(), description="What the camera adds.")

    @model_validator(mode="after")
    def _it_can_be_drawn(self) -> Recipe:
        if self.images * min(self.splits[:2]) < self.people:
            raise ValueError("images: too few for a picture of each of the `people` in training and in validation")
        if not self.unseen_people and self.seen_share < 1:
            raise ValueError("seen_share: must be 1 where there are no `unseen_people`")
        return self


def for_preview(recipe: Recipe) -> Recipe:
    """A recipe like this one that draws few pictures, a few people's."""
    people, strangers = min(recipe.people, 6), min(recipe.unseen_people, 3)
    fewer = {"images": min(recipe.images, MOST_PREVIEWED), "people": people, "unseen_people": strangers}
    return recipe.model_copy(update=fewer)
