"""The recipe of a dataset for object detection: which drawn scenes, how many, how hard, how often each class."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.drawing.recipe import Part, Share, Splits

Side = Annotated[int, Field(ge=64, le=2048)]

MOST_PREVIEWED = 30
"""Images that a preview makes, at most."""


class Noise(Part):
    """What the camera adds."""

    sensor: float = Field(
        default=0.02,
        description="Standard deviation of the noise of each pixel, as a part of full scale.",
        ge=0,
        le=0.3,
    )
    blur: float = Field(
        default=0.4, description="Largest blur of an image, in pixels of radius at 256 pixels of width.", ge=0, le=5
    )
    jpeg_quality: int = Field(default=92, description="Quality at which images are stored as JPEG.", ge=30, le=100)


class Poles(Part):
    """Scenes of utility poles."""

    poles: tuple[int, int] = Field(default=(1, 4), description="Fewest and most poles of an image.")
    crossarm: Share = Field(default=1 / 3, description="Part of the nearer poles that bear a crossarm.")
    underground: Share = Field(
        default=0.35, description="Part of the images with something of an underground line: a cabinet or a manhole."
    )
    steel: Share = Field(default=0.25, description="Part of the poles that are of steel, not wood.")
    hidden: Share = Field(
        default=0.3, description="Part of the poles and crossarms that a branch or a bush hides in part."
    )
    wires: tuple[int, int] = Field(default=(2, 6), description="Fewest and most wires across an image.")

    @model_validator(mode="after")
    def _ranges_rise(self) -> Poles:
        for name in ("poles", "wires"):
            low, high = getattr(self, name)
            if not 0 <= low <= high <= 12:
                raise ValueError(f"{name}: write the fewest and the most, from 0 to 12")
        return self


class Thermograms(Part):
    """Thermal images of electrical transformers."""

    kind: Literal["a", "b"] = Field(
        default="a",
        description="a: oil-filled transformers with radiators and bushings, outdoors; "
        "b: dry-type transformers with three coils and bus bars, in a room.",
    )
    palettes: tuple[Literal["ironbow", "grey"], ...] = Field(
        default=("ironbow", "grey"),
        description="Colours of training's images; held-out images have others.",
        min_length=1,
    )
    hot_spot: Share = Field(default=0.5, description="Part of the images with hot spots on tank or coil.")
    loose_joint: Share = Field(default=0.5, description="Part of the images with a joint that heats up.")
    overload: Share = Field(default=0.3, description="Part of the images in which one phase is hot along its length.")
    emissivity: float = Field(
        default=0.06,
        description="Spread of the surfaces' emissivity: bare metal looks colder than it is.",
        ge=0,
        le=0.4,
    )
    reflections: Share = Field(
        default=0.3, description="Part of the images with warm things that are no fault: a lamp, a reflection."
    )


class Recipe(Part):
    """Drawn images with exact boxes; the test shows scene kinds that training never saw. See docs/data.md."""

    scene: Literal["poles", "thermograms"] = Field(
        default="poles",
        description="poles: labels crossarm, pole, underground; thermograms: labels hot_spot, loose_joint, overload.",
    )
    images: int = Field(default=400, description="Images to draw, all splits together.", ge=10, le=200_000)
    size: tuple[Side, Side] = Field(default=(256, 192), description="Width and height of the images in pixels.")
    splits: Splits = Field(
        default=(0.7, 0.2, 0.1), description="Shares of train, validation and test; they add up to 1."
    )
    seen_share: float = Field(
        default=1 / 3,
        description="Part of validation and of test that is drawn in training's scene kinds.",
        ge=0,
        le=1,
    )
    noise: Noise = Field(default=Noise(), description="What the camera adds.")
    poles: Poles = Field(default=Poles(), description="What scenes of poles hold; for `scene: poles`.")
    thermograms: Thermograms = Field(
        default=Thermograms(), description="What thermal images hold; for `scene: thermograms`."
    )

    @model_validator(mode="after")
    def _it_can_be_drawn(self) -> Recipe:
        other = "thermograms" if self.scene == "poles" else "poles"
        if other in self.model_fields_set and getattr(self, other) != type(getattr(self, other))():
            raise ValueError(f"{other}: is set, and the scene is {self.scene}; write it under `{self.scene}`")
        return self


def for_preview(recipe: Recipe) -> Recipe:
    """A recipe like this one that draws few images."""
    return recipe.model_copy(update={"images": min(recipe.images, MOST_PREVIEWED)})
