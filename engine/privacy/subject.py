"""Whom a row or a record of feedback is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import InputError
from engine.profiles.problems import printable

LONGEST = 200
RESERVED = frozenset(
    [
        "conditions",
        "feedback",
        "files",
        "finetop",
        "group",
        "image",
        "images",
        "label",
        "labels",
        "message",
        "metrics",
        "name",
        "objects",
        "original",
        "prediction",
        "report",
        "sample",
        "slice",
        "split",
        "subject",
        "test",
        "train",
        "type",
        "unlabelled",
        "validation",
        "values",
    ]
)
"""Words of the files' own formats: replacing them would break what belongs to others."""


def check_subject(name: str) -> str:
    """The name of a subject as it stands in data. Raises InputError for one that cannot be anybody's."""
    if not name.strip():
        raise InputError(
            "the subject has no name", fix="write --subject with a label, or a value of the group column"
        )
    if len(name) > LONGEST or not name.isprintable():
        raise InputError(
            f"{printable(name[:40])!r} is no name that a label or group can have", fix="write it as the data has it"
        )
    if name.strip() != name:
        raise InputError(f"{name!r} begins or ends with a blank", fix="write it as the data has it")
    if name in RESERVED:
        raise InputError(
            f"{name!r} is a word of the files' own format", fix="rename the subject in the data, or remove the data"
        )
    return name


def is_of(row: Mapping[str, Any], subject: str) -> bool:
    """Whether a row is of the subject: by its label, where it has a picture, its group, or a column `subject`."""
    if "image" in row and row.get("label") == subject:
        return True
    conditions = row.get("conditions")
    column = conditions.get("subject") if isinstance(conditions, Mapping) else None
    return subject in (row.get("group"), row.get("subject"), column)
