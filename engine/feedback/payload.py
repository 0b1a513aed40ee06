"""What a payload of feedback may hold. `docs/feedback.schema.json` is made from it: `engine feedback schema`."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from engine.feedback.inline import is_inline
from engine.labelled_pictures import MOST_CONDITIONS
from engine.profiles.public_data import Sha256
from engine.profiles.schema import Name
from engine.training.config import hyperparameter

Kind = Literal["failed-recognition", "low-confidence", "re-enrolment", "condition-variation", "correction"]
FORMAT = 1
MAX_ITEMS = 10_000
MAX_OBJECTS = 1000
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EARLIEST_YEAR = 2000


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a control character or half a character; remove it")
    return text


def _four_numbers(value: Any) -> Any:
    try:
        if isinstance(value, list | tuple) and len(value) == 4 and all(map(_is_finite, value)):
            return value
    except OverflowError:  # a whole number beyond any float
        pass
    raise ValueError("must be four numbers [x0, y0, x1, y1] in pixels")


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _written_time(value: Any) -> Any:
    if not isinstance(value, str | datetime):
        raise ValueError("must be a date and time as text, such as 2026-03-01T14:05:00+01:00")
    return value


def _recent(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("has no time zone; write it as 2026-03-01T14:05:00+01:00, or with Z for UTC")
    if value.year < _EARLIEST_YEAR:
        raise ValueError(f"lies before the year {_EARLIEST_YEAR}; check the clock it was taken from")
    return value


def _not_too_many(value: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) > MAX_OBJECTS:
        raise ValueError(f"holds {len(value)} objects, more than the {MAX_OBJECTS} that an image may have")
    return value


Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(_printable),
]
Label = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strip_whitespace=True),
    AfterValidator(_printable),
]
MAX_REFERENCE = 4096
MAX_INLINE = 48 << 20
"""Characters of an image that is sent along: 36 MiB."""


def _not_too_long(text: str) -> str:
    if len(text) > MAX_REFERENCE and not is_inline(text):
        raise ValueError(f"must have at most {MAX_REFERENCE} characters")
    return text


Reference = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_INLINE),
    AfterValidator(_not_too_long),
    AfterValidator(_printable),
]
When = Annotated[datetime, BeforeValidator(_written_time), AfterValidator(_recent)]
Box = Annotated[list[float], BeforeValidator(_four_numbers), Field(min_length=4, max_length=4)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Detection(_Strict):
    """An object in an image that somebody vouches for."""

    label: Label = Field(description="Class of the object.")
    box: Box = Field(
        description="[x0, y0, x1, y1] in pixels of the upright image: x1 > x0, y1 > y0, nothing outside the image."
    )
    source: Text | None = Field(None, description="Where this detection comes from, if not from the item's source.")
    who: Text | None = Field(None, description="Who vouches for this detection, if another person than the item's.")
    when: When | None = Field(None, description="When this detection was vouched for, if not with the item.")


class Consent(_Strict):
    """That whoever is in the image agreed to its use, and where this is written down."""

    given: bool = Field(description="true; an item that says false is refused.")
    reference: Text = Field(description="What was agreed to: the text, or where it lies, such as form-2026-114.")
    when: When = Field(description="When consent was given, with time zone.")


class Item(_Strict):
    """What every item says beside what is to be seen in its image."""

    image: Reference = Field(
        description="http(s) URL of a PNG or JPEG, the image itself as data:image/png;base64,… (or jpeg), or a path "
        "in the payload's folder or another allowed one."
    )
    source: Text = Field(description="Where the judgement comes from, such as field-review.")
    who: Text = Field(description="Who vouches for it.")
    when: When = Field(
        description="When it was vouched for, with time zone. Of two items on the same image the newer counts."
    )
    group: Text | None = Field(None, description="Kind or place of the image, by which tests can be sliced.")
    sha256: Sha256 | None = Field(
        None, description="SHA-256 of the image file in hex; one that arrives with another content is refused."
    )
    consent: Consent | None = Field(
        None, description="Consent of whoever is in the image; some models take nothing without it."
    )
    expires: When | None = Field(
        None, description="When the image must be gone, with time zone: from then on nothing is trained on it."
    )


class FeedbackItem(Item):
    """An image with everything of the model's classes that is to be seen in it. For object-detection."""

    objects: Annotated[list[Detection], BeforeValidator(_not_too_many), Field(max_length=MAX_OBJECTS)] = Field(
        description="All objects of the model's classes in the image; [] where there is none."
    )


class LabelledItem(Item):
    """An image of one person or thing. For image-classification and image-feature-extraction."""

    label: Label = Field(description="Who or what it is. One that the model never saw is a new identity.")
    kind: Kind = Field(
        description="Why it was collected: the model failed, was right but not sure, the person was enrolled anew, "
        "the picture was taken under other conditions, or somebody corrected an answer."
    )
    predicted: Label | None = Field(None, description="What the model said; left out where it knew nobody.")
    confidence: float | None = Field(
        None, description="How sure the model was of that.", ge=0, le=1, allow_inf_nan=False, strict=True
    )
    conditions: dict[Label, Label] = Field(
        {},
        description="How it was taken, column by column, such as light: dim; reports are broken down by them.",
        max_length=MOST_CONDITIONS,
    )


class TrainingSettings(_Strict):
    """What the incremental training is to do otherwise than the profile says. None: as the profile says."""

    epochs: int | None = hyperparameter(
        None, "Passes over feedback and replay.", unit="epochs", ge=1, le=1000, strict=True
    )
    learning_rate: float | None = hyperparameter(None, "Peak learning rate.", gt=0, le=1, strict=True)
    batch_size: int | None = hyperparameter(None, "Images per batch.", unit="images", ge=1, le=4096, strict=True)
    train_replay: float | None = hyperparameter(
        None, "Images of the original training set for each image of feedback.", ge=0, le=100, strict=True
    )
    frozen_layers: int | None = hyperparameter(
        None, "First layers that are not trained.", unit="layers", ge=0, le=1000, strict=True
    )
    seed: int | None = hyperparameter(
        None, "Seed of the replay sample and the order.", ge=0, le=2**31 - 1, strict=True
    )


class Envelope(_Strict):
    """A request whose items are still to be judged, each for itself."""

    finetop: Literal[1] = Field(1, description="Version of this format.")
    profile: Name = Field(description="Name of the profile.")
    model: Name = Field(description="Model of the profile.")
    items: list[Any] = Field(description="What was seen.", min_length=1, max_length=MAX_ITEMS)
    settings: TrainingSettings = Field(
        default_factory=TrainingSettings, description="Settings of the training that this request asks for."
    )


class FeedbackRequest(Envelope):
    """What people say of images for a model, and how it is to learn from it."""

    items: list[FeedbackItem | LabelledItem] = Field(description="What was seen.", min_length=1, max_length=MAX_ITEMS)


def feedback_json_schema() -> dict[str, Any]:
    """The JSON Schema of a payload."""
    return {"$schema": DIALECT, **FeedbackRequest.model_json_schema(), "title": "finetop feedback"}
