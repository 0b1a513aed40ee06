"""Samples of requests as rows of a task: checked, bounded, and never naming a file of this machine.

A picture is a data URL, or an http(s) URL that is fetched under the rules of feedback; either is decoded once, within
limits, before a model sees it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.errors import DataError, InputError
from engine.feedback.fetch import Fetcher
from engine.feedback.inline import is_inline, read_inline
from engine.feedback.limits import Limits
from engine.feedback.pictures import decode
from engine.service.limits import MAX_IMAGE_BYTES, MAX_IMAGES, MAX_ROWS, MAX_TEXT
from engine.tasks.catalog import find_task
from engine.tasks.contract import Row, Task

_BASE64_MOST = MAX_IMAGE_BYTES * 4 // 3 + 100
Word = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]


class _Sample(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    metadata: dict[Word, Word] = Field(
        default={}, max_length=8, description="Where and how it was taken, such as location: dock; for triggers."
    )


class TextSample(_Sample):
    """For models that read a text."""

    text: Text = Field(description="The text.", examples=["Maintain 18 feet from the pole per G.O. 95."])


class PairSample(_Sample):
    """For models that compare two texts."""

    a: Text = Field(description="One text.")
    b: Text = Field(description="The other.")


class ImageSample(_Sample):
    """For models that see a picture."""

    image: Annotated[str, StringConstraints(min_length=1, max_length=_BASE64_MOST)] = Field(
        description="`data:image/png;base64,…` (PNG or JPEG), or the http(s) URL of one. Never a path.",
        examples=["https://example.org/pole.jpg"],
    )


Sample = TextSample | PairSample | ImageSample
Samples = Annotated[list[Sample], Field(min_length=1, max_length=MAX_ROWS, description="What is to be predicted.")]
_FIELDS: dict[str, type[BaseModel]] = {"text": TextSample, "text pair": PairSample, "image": ImageSample}


def check_samples(task: Task, samples: Sequence[Sample]) -> None:
    """Raises InputError unless the samples are of the kind that the task predicts on."""
    wanted = _FIELDS.get(task.predicts_on)
    for number, sample in enumerate(samples):
        if wanted is not None and not isinstance(sample, wanted):
            fields = " and ".join(name for name in wanted.model_fields if name != "metadata")
            raise InputError(
                f"{task.name} predicts on a {task.predicts_on}", where=f"rows.{number}", fix=f"send {fields}"
            )
    if task.predicts_on == "image" and len(samples) > MAX_IMAGES:
        raise InputError(f"{len(samples)} pictures", where="rows", fix=f"send at most {MAX_IMAGES} at once")


async def rows_of(task: str, samples: Sequence[Sample], limits: Limits) -> list[Row]:
    """Samples as rows of a task; pictures are fetched within limits and checked. Raises InputError, which names the
    row."""
    check_samples(find_task(task), samples)
    if any(isinstance(sample, ImageSample) for sample in samples):
        return await to_thread.run_sync(as_rows, samples, limits)
    return as_rows(samples, limits)


def as_rows(samples: Sequence[Sample], limits: Limits) -> list[Row]:
    """Rows for a predictor; pictures are fetched and checked. Blocks. Raises InputError, which names the row."""
    return [_row(sample, f"rows.{number}", limits) for number, sample in enumerate(samples)]


def _row(sample: Sample, where: str, limits: Limits) -> Row:
    if not isinstance(sample, ImageSample):
        return sample.model_dump(exclude_defaults=True, exclude_unset=True)
    try:
        return {**sample.model_dump(exclude_unset=True), "image": _inline(sample.image, limits)}
    except DataError as problem:
        raise InputError(problem.what, where=where, fix=problem.fix) from problem


def _inline(image: str, limits: Limits) -> str:
    """A picture as a data URL that was decoded once. Raises DataError."""
    picture = decode(_content(image, limits), limits.max_pixels)
    kind = "png" if picture.name.endswith(".png") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture.content).decode()}"


def _content(image: str, limits: Limits) -> bytes:
    if is_inline(image):
        return read_inline(image, limits.max_bytes)
    if not image.startswith(("http://", "https://")):
        raise DataError("a picture is a data URL or an http(s) URL, never a path", fix="send its content")
    return Fetcher(limits).fetch(image)
