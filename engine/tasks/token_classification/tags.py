"""Entities as spans and as IOB2 tags: `O`, `B-type`, `I-type`, numbered in that order. Light: numpy alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

OUTSIDE = 0


class Span(NamedTuple):
    """An entity: characters `start` to `end` of the text, and the number of its type."""

    start: int
    end: int
    label: int


def tag_names(labels: Sequence[str]) -> list[str]:
    """`O`, then `B-` and `I-` of each type: the classes of the head."""
    return ["O", *(f"{prefix}-{label}" for label in labels for prefix in "BI")]


def begin_tag(label: int) -> int:
    return 1 + 2 * label


def inside_tag(label: int) -> int:
    return 2 + 2 * label


def label_of(tag: int) -> int:
    """Number of the type that a B or I tag belongs to."""
    return (tag - 1) // 2


def labels_in(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The types that occur in dataset rows, sorted."""
    return sorted({entity["label"] for row in rows for entity in row["entities"]})


def spans_of_row(row: Mapping[str, Any], labels: Sequence[str]) -> list[Span]:
    """The entities of a dataset row in order; of two that overlap the first stays, and types that are not
    among `labels` are left out."""
    number = {label: at for at, label in enumerate(labels)}
    spans: list[Span] = []
    for entity in sorted(row["entities"], key=lambda entity: (entity["start"], -entity["end"])):
        if entity["label"] in number and (not spans or entity["start"] >= spans[-1].end):
            spans.append(Span(entity["start"], entity["end"], number[entity["label"]]))
    return spans


def tags_of_units(units: NDArray[np.int64], spans: Sequence[Span]) -> tuple[NDArray[np.int64], int]:
    """The tag of each unit (rows of character start and end), and how many spans do not fall on the
    units' boundaries: those cannot be predicted exactly."""
    tags = np.zeros(len(units), dtype=np.int64)
    misfits = 0
    for span in spans:
        first = int(np.searchsorted(units[:, 1], span.start, side="right"))
        last = int(np.searchsorted(units[:, 0], span.end, side="left"))
        if first >= last:
            misfits += 1
            continue
        tags[first] = begin_tag(span.label)
        tags[first + 1 : last] = inside_tag(span.label)
        misfits += bool(units[first, 0] != span.start or units[last - 1, 1] != span.end)
    return tags, misfits


def spans_of_tags(tags: Sequence[int] | NDArray[np.int64]) -> list[Span]:
    """Entities of a tag sequence, in units, read strictly: an I that continues no B of its type is no
    entity (seqeval mode="strict", scheme=IOB2)."""
    spans: list[Span] = []
    start, label = -1, -1
    for at, tag in enumerate([*map(int, tags), OUTSIDE]):
        if start >= 0 and tag != inside_tag(label):
            spans.append(Span(start, at, label))
            start = -1
        if tag != OUTSIDE and tag == begin_tag(label_of(tag)):
            start, label = at, label_of(tag)
    return spans
