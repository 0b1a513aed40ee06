"""What rows a task is made of: texts with entities, pairs with a score, texts with a label, pictures with boxes or
with a label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import DataError
from engine.profiles.validation import nearest

Row = dict[str, Any]
OF_FOLDERS = {"boxes", "pictures"}
"""Shapes whose sources may be folders."""
IDENTIFIES = {"image-classification"}
"""Tasks that recognise labels of their training: a test of them needs pictures of the same labels."""


@dataclass(frozen=True)
class Shape:
    """How rows look, are checked, counted and told apart."""

    name: str
    problem_with: Callable[[Row], str | None]
    count_classes: Callable[[Sequence[Row]], dict[str, int]]
    texts: Callable[[Row], tuple[str, ...]]
    """The texts of a row, or the name of its picture, that must not stand in two splits."""
    noun: str = "text"


def shape_of(task: str) -> Shape:
    """The shape of a task's rows. Raises DataError for a task that nothing can be imported for."""
    shapes = {
        "text-classification": ("labelled", _text, "text"),
        "token-classification": ("spans", _text, "text"),
        "sentence-similarity": ("pairs", _pair, "text"),
        "object-detection": ("boxes", _image, "image"),
        "image-classification": ("pictures", _image, "picture"),
        "image-feature-extraction": ("pictures", _image, "picture"),
    }
    if task not in shapes:
        raise DataError(
            f"nothing can be imported for the task {task!r}",
            fix=f"the tasks that files can be imported for are {', '.join(sorted(shapes))}",
        )
    from engine.tasks.catalog import find_task

    name, texts, noun = shapes[task]
    found = find_task(task)
    return Shape(name, found.problem_with, found.count_classes, texts, noun)


def unknown_label(row: Row, labels: Sequence[str]) -> str | None:
    """The first label of a row, or of its parts, that a model with these labels does not know, in words."""
    own = [row] if "label" in row else []
    for entry in (*own, *row.get("objects", ()), *row.get("entities", ())):
        if entry["label"] not in labels:
            near = nearest(entry["label"], labels)
            like = f"; did you mean {near!r}?" if near else ""
            return f"the class {entry['label']!r} is not among {', '.join(labels)}{like}"
    return None


def _text(row: Row) -> tuple[str, ...]:
    return (row["text"],)


def _pair(row: Row) -> tuple[str, ...]:
    return row["a"], row["b"]


def _image(row: Row) -> tuple[str, ...]:
    return (row["image"],)
