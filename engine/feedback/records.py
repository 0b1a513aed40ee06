"""Lines of `items.jsonl`: what was said of an image, by whom, and until when it may be used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

Row = dict[str, Any]
FORMAT = 1


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """Consent that was given."""

    reference: str
    when: datetime


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """What every line holds."""

    finetop: int = FORMAT
    t: float
    """When it was taken in."""
    key: str
    """Hash of image and judgement: what came again is told by it."""
    sent: str
    """Hash of the item as it was sent: the same item from a URL is not fetched again."""
    sha256: str
    """Of the image as it was received, by which corrections of one image find each other."""
    image: str
    """`files/NAME`, beside this file."""
    width: int
    height: int
    source: str
    who: str
    when: datetime
    group: str = ""
    origin: str = ""
    """URL or path the image came from, without what may be secret."""
    consent: Agreed | None = None
    expires: datetime | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether it must not be used any more."""
        return self.expires is not None and self.expires <= now

    def _row(self, seen: Row) -> Row:
        """A row of a dataset that shows what was seen."""
        row: Row = {"image": self.image, "width": self.width, "height": self.height, **seen}
        if self.group:
            row["group"] = self.group
        if self.expires is not None:
            row["expires"] = self.expires.isoformat()
        return {**row, "source": self.source}


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An object, with who vouches for it since when."""

    label: str
    box: list[float]
    source: str
    who: str
    when: datetime


class DetectionRecord(_Line, frozen=True, kw_only=True):
    """Objects in an image."""

    objects: list[Judged]

    def row(self) -> Row:
        """A row of a dataset."""
        return self._row({"objects": [{"label": one.label, "box": list(one.box)} for one in self.objects]})

    def said(self) -> list[Any]:
        """All of the judgement, for its hash."""
        return [[one.label, one.box, one.source, one.who, one.when] for one in self.objects]


class LabelRecord(_Line, frozen=True, kw_only=True):
    """One person or thing in an image."""

    label: str
    kind: str
    predicted: str = ""
    confidence: float | None = None
    conditions: dict[str, str] = {}

    def row(self) -> Row:
        """A row of a dataset."""
        seen: Row = {"label": self.label, "kind": self.kind}
        return self._row({**seen, "conditions": dict(self.conditions)} if self.conditions else seen)

    def said(self) -> list[Any]:
        """All of the judgement, for its hash."""
        return [self.label, self.kind, self.predicted, self.confidence, dict(self.conditions)]


Record = DetectionRecord | LabelRecord
"""A line, by the form of feedback that its model learns from."""
