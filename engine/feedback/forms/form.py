"""What the parts of the intake and of the composition ask of a form of feedback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.feedback.payload import Item
from engine.feedback.records import Record, Row


@dataclass(frozen=True)
class Claim:
    """A label that an item gives, and where in the item."""

    place: str
    """`object 3: `; empty where the item has one label."""
    label: str
    when: datetime | None = None
    """When this label was vouched for, if not with the item."""


@dataclass(frozen=True)
class Form:
    """A way to say what is to be seen in an image."""

    name: str
    item: type[Item]
    record: type[Record]
    claims: Callable[[Any], list[Claim]]
    """Of an item."""
    judgement: Callable[[Any], Mapping[str, Any]]
    """The fields of the record that this form adds, from an item."""
    labels_of: Callable[[Row], set[str]]
    """The labels that a row shows."""
    problem_with: Callable[[Row], str | None]
    """What is wrong with a row, in words."""
