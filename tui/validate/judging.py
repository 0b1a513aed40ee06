"""What can be told of a prediction: how sure it is, whether it is right, and in a few words what it says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
SAME_PLACE = 0.5
"""Overlap of boxes (intersection over union) from which they are of the same thing."""
CLOSE = 0.25
"""How far a similarity may lie from the given score."""
NOTHING = "nothing found"


def sureness_of(prediction: Row) -> float | None:
    """How sure the model is: of the least sure thing it found. None where it found nothing, or says no confidence."""
    things = prediction.get("entities") or prediction.get("objects")
    if things:
        told = [float(one["confidence"]) for one in things if isinstance(one.get("confidence"), int | float)]
        return min(told, default=None)
    found = prediction.get("confidence", prediction.get("vote_share"))
    return float(found) if isinstance(found, int | float) else None


def is_right(sample: Row, prediction: Row) -> bool | None:
    """Whether a prediction is what the sample was labelled with; None where nobody labelled it."""
    if "similarity" in prediction:
        score = sample.get("score")
        return (
            abs(float(score) - float(prediction["similarity"])) <= CLOSE if isinstance(score, int | float) else None
        )
    if "entities" in prediction:
        given = sample.get("entities")
        return None if given is None else spans_in(given) == spans_in(prediction["entities"])
    if "objects" in prediction:
        given = sample.get("objects")
        return None if given is None else same_objects(given, prediction["objects"])
    if isinstance(prediction.get("label"), str) and isinstance(sample.get("label"), str):
        return bool(sample["label"] == prediction["label"]) and prediction.get("known", True) is not False
    return None


def labels_said(row: Row) -> list[str]:
    """The labels that a sample or a prediction names, in order; those of neighbours and shares are not among them."""
    things = [str(one["label"]) for one in (*(row.get("entities") or ()), *(row.get("objects") or ()))]
    own = [str(row["label"])] if isinstance(row.get("label"), str) else []
    return [*own, *things]


def in_words(prediction: Row) -> str:
    """`EQUIPMENT 2, MEASURE 1`, `hot-spot`, `0.83`."""
    if "similarity" in prediction:
        return f"{float(prediction['similarity']):.2f}"
    if isinstance(prediction.get("label"), str):
        return (
            f"unknown, like {prediction['label']}" if prediction.get("known") is False else str(prediction["label"])
        )
    said = labels_said(prediction)
    counts = {label: said.count(label) for label in sorted(set(said))}
    return ", ".join(f"{label} {count}" for label, count in counts.items()) or NOTHING


def asked_in_words(sample: Row) -> str:
    """The text, both texts, or the name of the picture, on one line."""
    if "a" in sample and "b" in sample:
        return " ".join(f"{sample['a']} | {sample['b']}".split())
    if "text" in sample:
        return " ".join(str(sample["text"]).split())
    image = str(sample.get("image", ""))
    return "a picture of its own" if image.startswith("data:") else image.rsplit("/", 1)[-1]


def spans_in(entities: Sequence[Row]) -> set[tuple[int, int, str]]:
    """Entities by what tells them apart."""
    return {(int(one["start"]), int(one["end"]), str(one["label"])) for one in entities}


def overlap(first: Sequence[float], second: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return both / (sum(areas) - both)


def matched(first: Sequence[Row], second: Sequence[Row]) -> list[tuple[int, int]]:
    """Pairs of boxes of the same thing, those that overlap most first; each box once."""
    overlaps = [
        (overlap(one["box"], other["box"]), a, b) for a, one in enumerate(first) for b, other in enumerate(second)
    ]
    pairs: list[tuple[int, int]] = []
    for much, a, b in sorted(overlaps, key=lambda each: -each[0]):
        if much < SAME_PLACE:
            break
        if all(a != known and b != other for known, other in pairs):
            pairs.append((a, b))
    return pairs


def same_objects(first: Sequence[Row], second: Sequence[Row]) -> bool:
    """Whether both show the same things in the same places."""
    pairs = matched(first, second)
    all_there = len(pairs) == len(first) == len(second)
    return all_there and all(first[a]["label"] == second[b]["label"] for a, b in pairs)
