"""What a run starts from: the dataset that a model trains on, and the specification that repeats the run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.datasets.store import Dataset
    from engine.profiles import ResolvedModel
    from engine.runs.spec import RunSpec


def choose_dataset(place: Workspace, model: ResolvedModel, dataset: str | None) -> Dataset | None:
    """What a run would train on: the one named, else the newest import for the model, else the recipe's.

    None when the recipe's dataset is yet to be generated, or the task needs none.
    """
    from engine.datasets.generate import find_generated
    from engine.datasets.store import list_datasets, open_dataset

    if dataset is not None:
        return open_dataset(place, dataset)
    imported = [
        found
        for found in list_datasets(place)
        if found.manifest.source == "import"
        and (found.manifest.profile, found.manifest.model) == (model.profile, model.model)
    ]
    if imported:
        return imported[-1]
    return find_generated(place, model) if model.recipe is not None else None


def specify(place: Workspace, model: ResolvedModel, dataset: str | None, device: str, launcher: str) -> RunSpec:
    """All that a new run needs, under an id of its own; the recipe's dataset is generated where there is none.

    Raises InputError where the model has no data.
    """
    from engine.datasets.generate import dataset_for
    from engine.runs.spec import RunSpec
    from engine.runs.store import new_run_id
    from engine.tasks.catalog import find_task

    chosen = choose_dataset(place, model, dataset)
    if chosen is None and model.recipe is not None:
        chosen = dataset_for(place, model)
    if chosen is None and model.task != "noop":
        raise InputError(
            f"{model.profile}/{model.model} has neither a data recipe nor imported data",
            fix=f"`engine data import {model.profile} {model.model} FILE…`",
        )
    return RunSpec(
        id=new_run_id(model.profile, model.model),
        profile=model.profile,
        model=model.model,
        task=model.task,
        dataset=chosen.id if chosen else "",
        config=model.config.model_dump(mode="json", by_alias=True),
        headline=find_task(model.task).headline,
        targets=model.targets,
        early_stop_on=tuple(model.early_stop_on),
        device=device,
        preset=model.preset,
        origins=dict(model.origins),
        policy=model.policy,
        created=time.time(),
        launcher=launcher,
    )
