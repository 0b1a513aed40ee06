"""Rows of the dataset from records of a file, whatever its columns are called."""

from __future__ import annotations

import math
from typing import Any

from engine.datasets.importers.conll import spans_of
from engine.datasets.importers.shapes import Shape

ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "pairs": {
        "a": ("a", "sentence_a", "sentence1", "text1", "text_a", "premise", "question1", "sent_1", "s1"),
        "b": ("b", "sentence_b", "sentence2", "text2", "text_b", "hypothesis", "question2", "sent_2", "s2"),
        "score": ("score", "relatedness_score", "similarity", "similarity_score", "gold", "label", "sim"),
    },
    "labelled": {
        "text": ("text", "sentence", "question", "content", "document", "message", "input"),
        "label": ("label", "class", "category", "target", "intent", "output"),
    },
    "spans": {"text": ("text", "sentence", "content"), "entities": ("entities", "spans", "labels", "label")},
}
"""Names under which a column is found; the first is the dataset's own."""
TOKENS, TAGS = ("tokens", "words"), ("tags", "ner_tags", "labels")


def row_of(record: dict[str, Any], shape: Shape) -> dict[str, Any] | str:
    """A row for the dataset, or what is wrong with the record, in words."""
    match shape.name:
        case "pairs":
            row = _pair(record)
        case "labelled":
            row = _labelled(record)
        case _:
            row = _spans(record)
    if not isinstance(row, str) and isinstance(record.get("group"), str) and record["group"]:
        row["group"] = record["group"]
    return row


def is_number(text: object) -> bool:
    """Whether a field holds a finite number; a decimal comma is not one."""
    return _number(text) is not None


def _pair(record: dict[str, Any]) -> dict[str, Any] | str:
    a, b, score = (_field(record, "pairs", name) for name in ("a", "b", "score"))
    if not isinstance(a, str) or not isinstance(b, str) or not a.strip() or not b.strip():
        return "one of the two texts is missing"
    number = _number(score)
    if number is None:
        return f"the score {str(score)[:40]!r} is not a finite number"
    return {"a": a.strip(), "b": b.strip(), "score": number}


def _labelled(record: dict[str, Any]) -> dict[str, Any] | str:
    text, label = (_field(record, "labelled", name) for name in ("text", "label"))
    if not isinstance(text, str) or not text.strip():
        return "the text is missing"
    if isinstance(label, bool) or not isinstance(label, str | int) or not str(label).strip():
        return "the label is missing"
    return {"text": text.strip(), "label": str(label).strip()}


def _spans(record: dict[str, Any]) -> dict[str, Any] | str:
    tokens = next((record[name] for name in TOKENS if name in record), None)
    if tokens is not None:
        return _tagged(tokens, next((record[name] for name in TAGS if name in record), None))
    text, entities = (_field(record, "spans", name) for name in ("text", "entities"))
    if not isinstance(text, str) or not isinstance(entities, list):
        return "neither `text` with `entities`, nor `tokens` with `tags`"
    read = []
    for entity in entities:
        if isinstance(entity, list | tuple) and len(entity) == 3:
            read.append(dict(zip(("start", "end", "label"), entity, strict=True)))
        elif isinstance(entity, dict):
            read.append({name: entity[name] for name in ("start", "end", "label") if name in entity})
        else:
            return "an entity is neither {start, end, label} nor [start, end, label]"
    return {"text": text, "entities": read}


def _tagged(tokens: Any, tags: Any) -> dict[str, Any] | str:
    if not isinstance(tokens, list) or not all(isinstance(token, str) and token.strip() for token in tokens):
        return "`tokens` must be a list of texts that are not empty"
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return "`tags` must be a list of texts such as O and B-TYPE (numbers mean nothing without their names)"
    if len(tokens) != len(tags):
        return f"{len(tokens)} tokens and {len(tags)} tags"
    wrong = next((tag for tag in tags if tag != "O" and not tag.partition("-")[2]), None)
    if wrong is not None:
        return f"{wrong!r} is no tag: write O, B-TYPE or I-TYPE"
    text, entities = spans_of(tokens, tags)
    return {"text": text, "entities": entities}


def _field(record: dict[str, Any], shape: str, wanted: str) -> Any:
    return next((record[name] for name in ALIASES[shape][wanted] if name in record), None)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
