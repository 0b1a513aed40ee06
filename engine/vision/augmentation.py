"""How much training pictures are changed. Light: pydantic alone."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from engine.training.config import hyperparameter


class Augmentation(BaseModel):
    """How much a training picture is changed; 0 leaves it."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    gain: float = hyperparameter(
        0.2, "Largest change of contrast: the sensor's gain, or the strength of the light.", ge=0, le=1
    )
    bias: float = hyperparameter(
        0.1, "Largest shift of brightness, as a part of full scale: temperature of the scene, exposure.", ge=0, le=1
    )
    gradient: float = hyperparameter(
        0.0, "Largest difference of brightness between two sides: light from one side.", ge=0, le=1
    )
    noise: float = hyperparameter(
        0.02, "Largest standard deviation of the noise of each pixel, as a part of full scale.", ge=0, le=0.5
    )
    blur: float = hyperparameter(0.5, "Largest standard deviation of the blur.", unit="pixels", ge=0, le=5)
    polarity: float = hyperparameter(
        0.0, "Part of the pictures that are inverted: a thermal camera may show hot as white or as black.", ge=0, le=1
    )
    rotate: float = hyperparameter(5.0, "Largest rotation.", unit="degrees", ge=0, le=180)
    shift: float = hyperparameter(0.05, "Largest shift, as a part of the picture's side.", ge=0, le=0.5)
    scale: float = hyperparameter(0.1, "Largest change of size.", ge=0, le=0.9)
    flip: float = hyperparameter(
        0.0,
        "Part of the pictures that are mirrored left to right. 0 where the sides differ: faces, letters, vehicles "
        "seen from one side.",
        ge=0,
        le=1,
    )
    flip_vertical: float = hyperparameter(
        0.0, "Part of the pictures that are mirrored top to bottom: seen from above.", ge=0, le=1
    )
    occlusion: float = hyperparameter(0.0, "Part of the pictures in which a rectangle is hidden.", ge=0, le=1)
    occlusion_size: float = hyperparameter(
        0.3, "Largest side of what is hidden, as a part of the picture's side.", gt=0, le=0.9
    )

    @property
    def changes(self) -> bool:
        """Whether anything is changed at all."""
        size = {"occlusion_size"}
        return any(value for name, value in self.model_dump().items() if name not in size)
