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


class Record(msgspec.Struct, frozen=True, kw_only=True):
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

    def row(self) -> Row:
        """A row of a dataset."""
        row: Row = {"image": self.image, "width": self.width, "height": self.height, **self.seen()}
        if self.group:
            row["group"] = self.group
        if self.expires is not None:
            row["expires"] = self.expires.isoformat()
        return {**row, "source": self.source}

    def seen(self) -> Row:
        """What is to be seen in the image, as rows of the task have it."""
        raise NotImplementedError

    def said(self) -> list[Any]:
        """All of the judgement, for its hash."""
        raise NotImplementedError

    def is_expired(self, now: datetime) -> bool:
        """Whether it must not be used any more."""
        return self.expires is not None and self.expires <= now


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An object, with who vouches for it since when."""

    label: str
    box: list[float]
    source: str
    who: str
    when: datetime


class DetectionRecord(Record, frozen=True, kw_only=True):
    """Objects in an image."""

    objects: list[Judged]

    def seen(self) -> Row:
        return {"objects": [{"label": one.label, "box": list(one.box)} for one in self.objects]}

    def said(self) -> list[Any]:
        return [[one.label, one.box, one.source, one.who, one.when] for one in self.objects]


class LabelRecord(Record, frozen=True, kw_only=True):
    """One person or thing in an image."""

    label: str
    kind: str
    predicted: str = ""
    confidence: float | None = None
    conditions: dict[str, str] = {}

    def seen(self) -> Row:
        row: Row = {"label": self.label, "kind": self.kind}
        return {**row, "conditions": dict(self.conditions)} if self.conditions else row

    def said(self) -> list[Any]:
        return [self.label, self.kind, self.predicted, self.confidence, dict(self.conditions)]
