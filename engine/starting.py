"""What a run starts from: the dataset that a model trains on, and the specification that repeats the run."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import InputError, NotFoundError
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.datasets.store import Dataset
    from engine.profiles import ResolvedModel
    from engine.runs.paths import RunPaths
    from engine.runs.spec import RunSpec


RUN_BASE = "run:"
"""Before a run in `base:`: its trained model is what the training starts from. `run:@latest` is the newest of the
same model that has one."""


def with_base_run(place: Workspace, model: ResolvedModel) -> ResolvedModel:
    """The same, with the model directory of a run where `base:` names one. Raises InputError, NotFoundError."""
    run = _base_run(place, model)
    if run is None:
        return model
    return replace(model, config=model.config.model_copy(update={"base": str(run.model)}))


def _base_run(place: Workspace, model: ResolvedModel) -> RunPaths | None:
    from engine.runs.spec import RunSpec
    from engine.runs.store import find_run, list_runs, named_after

    base = str(getattr(model.config, "base", ""))
    if not base.startswith(RUN_BASE):
        return None
    name = base.removeprefix(RUN_BASE)
    if name == "@latest":
        own = [paths for paths in list_runs(place) if named_after(paths.id, model.profile, model.model)]
        found = next((paths for paths in own if paths.model.is_dir()), None)
        if found is None:
            raise InputError(
                f"{model.profile}/{model.model} has no trained model to start from",
                where=f"base: {base}",
                fix=f"train it first: `engine train {model.profile} {model.model} --preset quick`",
            )
        return found
    found = find_run(place, name)
    if not found.model.is_dir():
        raise InputError("the run has no trained model", where=f"base: {base}", fix="name another, or wait")
    task = RunSpec.read(found.spec).task
    if task != model.task:
        raise InputError(f"the run is one of {task}", where=f"base: {base}", fix=f"name one of {model.task}")
    return found


def choose_dataset(place: Workspace, model: ResolvedModel, dataset: str | None) -> Dataset | None:
    """What a run would train on: the one named, else that of the run it starts from, else the newest import for the
    model, else the recipe's.

    None when the recipe's dataset is yet to be generated, or the task needs none.
    """
    from engine.datasets.generate import find_generated
    from engine.datasets.store import list_datasets, open_dataset

    if dataset is not None:
        return open_dataset(place, dataset)
    start = _base_run(place, model)
    if start is not None and (own := _dataset_of(place, start)) is not None:
        return own
    imported = [
        found
        for found in list_datasets(place)
        if found.manifest.source == "import"
        and (found.manifest.profile, found.manifest.model) == (model.profile, model.model)
    ]
    if imported:
        return imported[-1]
    return find_generated(place, model) if model.recipe is not None else None


def _dataset_of(place: Workspace, run: RunPaths) -> Dataset | None:
    """The dataset that a run was trained on; None where it is gone."""
    from engine.datasets.store import open_dataset
    from engine.runs.spec import RunSpec

    try:
        return open_dataset(place, RunSpec.read(run.spec).dataset)
    except NotFoundError:
        return None


def specify(
    place: Workspace, model: ResolvedModel, dataset: str | None, device: str, launcher: str, run: str | None = None
) -> RunSpec:
    """All that a new run needs, under an id of its own (`run`, where it is known beforehand); the recipe's dataset is
    generated where there is none.

    Raises InputError where the model has no data.
    """
    from engine.datasets.generate import dataset_for
    from engine.runs.spec import RunSpec
    from engine.runs.store import new_run_id
    from engine.tasks.catalog import find_task

    chosen = choose_dataset(place, model, dataset)
    model = with_base_run(place, model)
    if chosen is None and model.recipe is not None:
        chosen = dataset_for(place, model)
    if chosen is None and model.task != "noop":
        raise InputError(
            f"{model.profile}/{model.model} has neither a data recipe nor imported data",
            fix=f"`engine data import {model.profile} {model.model} FILE…`",
        )
    return RunSpec(
        id=run or new_run_id(model.profile, model.model),
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
        promotion=model.promotion,
        decisions=model.decisions,
    )
