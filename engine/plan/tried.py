"""What recipes make, remembered: a console plans anew with every key, and trying a recipe can take seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.datasets.generate import recipe_sha256
from engine.profiles import ResolvedModel
from engine.tasks.catalog import find_task

MOST = 64
"""Recipes that are remembered."""


@dataclass(frozen=True)
class Counts:
    """Split → examples, and split → class → examples."""

    splits: Mapping[str, int]
    classes: Mapping[str, dict[str, int]]


def find(resolved: ResolvedModel) -> Counts | None:
    """What the model's recipe makes, where it was tried in this process."""
    return _COUNTS.get(_key(resolved))


def attempt(resolved: ResolvedModel) -> Counts:
    """Try the recipe. Slow."""
    assert resolved.recipe is not None
    task = find_task(resolved.task)
    splits = task.generate(resolved.recipe, resolved.data_seed).splits
    counts = Counts(
        {name: len(rows) for name, rows in splits.items()},
        {name: task.count_classes(rows) for name, rows in splits.items() if name != "unlabelled"},
    )
    remember(resolved, counts)
    return counts


def remember(resolved: ResolvedModel, counts: Counts) -> None:
    """Take what another process has found out."""
    while len(_COUNTS) >= MOST:
        _COUNTS.pop(next(iter(_COUNTS)), None)
    _COUNTS[_key(resolved)] = counts


_COUNTS: dict[str, Counts] = {}


def _key(resolved: ResolvedModel) -> str:
    assert resolved.recipe is not None
    return recipe_sha256(resolved.task, resolved.recipe, resolved.data_seed)
