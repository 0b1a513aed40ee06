"""Datasets from recipes: the same recipe and seed finds its dataset again, and makes the same one anew."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import BaseModel

from engine.datasets.progress import Told, untold
from engine.datasets.store import Dataset, list_datasets, write_dataset
from engine.errors import DataError, ProfileError
from engine.tasks.catalog import find_task
from engine.tasks.contract import Generated, Task
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.profiles import ResolvedModel

GENERATOR_VERSION = 1
"""Raise it when the same recipe and seed make other rows than before."""


def dataset_for(
    workspace: Workspace, resolved: ResolvedModel, seed: int | None = None, told: Told = untold
) -> Dataset:
    """The dataset that the model's recipe describes: found in the workspace, else generated.

    `seed` takes the place of the profile's own.
    """
    if resolved.recipe is None:
        raise ProfileError(
            f"the model {resolved.model!r} has no data recipe",
            where=f"models.{resolved.model}.data.recipe",
            fix="write one (docs/data.md), or import a dataset and name it with --dataset",
        )
    found = find_generated(workspace, resolved, seed)
    if found is not None:
        return found
    seed = resolved.data_seed if seed is None else seed
    digest = recipe_sha256(resolved.task, resolved.recipe, seed)
    task = find_task(resolved.task)
    generated = task.generate(resolved.recipe, seed, told)
    check_rows(task, generated)
    return write_dataset(
        workspace,
        task=task.name,
        profile=resolved.profile,
        model=resolved.model,
        splits=generated.splits,
        classes={name: task.count_classes(rows) for name, rows in generated.splits.items() if name != "unlabelled"},
        source="recipe",
        recipe_sha256=digest,
        seed=seed,
        origins=[{"recipe": resolved.recipe.model_dump(mode="json")}],
        notes=generated.notes,
        files=generated.files,
        encrypt=resolved.privacy.encrypt,
        told=told,
    )


def find_generated(workspace: Workspace, resolved: ResolvedModel, seed: int | None = None) -> Dataset | None:
    """The dataset that the model's recipe made earlier; None where it is not in the workspace."""
    if resolved.recipe is None:
        return None
    digest = recipe_sha256(resolved.task, resolved.recipe, resolved.data_seed if seed is None else seed)
    for dataset in reversed(list_datasets(workspace)):
        manifest = dataset.manifest
        mine = (manifest.profile, manifest.model, manifest.recipe_sha256)
        is_kept_so = manifest.sealed or not (resolved.privacy.encrypt and manifest.files)
        if mine == (resolved.profile, resolved.model, digest) and is_kept_so and dataset.is_intact():
            return dataset
    return None


def recipe_sha256(task: str, recipe: BaseModel, seed: int) -> str:
    """Hash of all that decides the rows: task, recipe with its defaults, seed, version of the generator."""
    content: dict[str, Any] = {
        "task": task,
        "recipe": recipe.model_dump(mode="json"),
        "seed": seed,
        "generator": GENERATOR_VERSION,
    }
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def check_rows(task: Task, generated: Generated) -> None:
    """Raise DataError for a row that its own task cannot use."""
    for split, rows in generated.splits.items():
        if split == "unlabelled":
            continue
        for number, row in enumerate(rows, 1):
            problem = task.problem_with(row)
            if problem:
                raise DataError(
                    f"the recipe made a row that cannot be used: {problem}",
                    where=f"{split} row {number}",
                    fix="look at the template it came from: " + str(row.get("group", "")),
                )
