"""Finds tasks: the built-in ones, and those of other distributions (entry points `finetop.tasks`)."""

from __future__ import annotations

import difflib
import importlib
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.tasks.contract import Task

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

GROUP = "finetop.tasks"
_BUILT_IN = {
    "object-detection": "engine.tasks.object_detection",
    "image-classification": "engine.tasks.image_classification",
    "image-feature-extraction": "engine.tasks.image_feature_extraction",
    "noop": "engine.tasks.noop",
    "text-classification": "engine.tasks.text_classification",
    "token-classification": "engine.tasks.token_classification",
    "sentence-similarity": "engine.tasks.sentence_similarity",
}


def task_names() -> list[str]:
    """Every task that a profile can name."""
    return sorted({*_BUILT_IN, *(point.name for point in _of_others())})


def find_task(name: str) -> Task:
    """The task called `name`. Raises InputError that names the nearest one."""
    if name in _BUILT_IN:
        return importlib.import_module(_BUILT_IN[name]).TASK
    for point in _of_others():
        if point.name == name:
            return point.load()
    near = difflib.get_close_matches(name, task_names(), n=1)
    raise InputError(
        f"there is no task {name!r}",
        fix=f"write {near[0]!r}" if near else f"use one of {', '.join(task_names())}",
    )


def _of_others() -> EntryPoints:
    from importlib.metadata import entry_points  # 15 ms that a built-in task does without

    return entry_points(group=GROUP)
