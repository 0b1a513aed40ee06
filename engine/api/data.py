"""Datasets: made of a recipe, downloaded, imported, curated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.api.trainings import resolve_models
from engine.datasets.progress import Told, untold
from engine.errors import InputError
from engine.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    from engine.curation.apply import Applied
    from engine.curation.curate import Curated
    from engine.datasets.importers import ImportSummary, PictureOptions
    from engine.datasets.preview import Preview
    from engine.datasets.store import Dataset
    from engine.profiles import ResolvedModel
    from engine.public_data.fetch import Fetched, FetchLimits, Watcher
    from engine.public_data.sets import Wanted


def generate(
    profile: str,
    models: Sequence[str] | None = None,
    *,
    preset: str = "full",
    overrides: Sequence[str] = (),
    seed: int | None = None,
    told: Told = untold,
    workspace: WorkspaceLike = None,
) -> list[Dataset]:
    """The datasets that a profile's recipes describe; one that exists already is not made again."""
    from engine.datasets.generate import dataset_for

    place = Workspace.of(workspace)
    chosen = _with_recipe(profile, resolve_models(profile, models, preset=preset, overrides=overrides))
    return [dataset_for(place, model, seed, told) for model in chosen]


def preview_generate(
    profile: str,
    models: Sequence[str] | None = None,
    *,
    preset: str = "full",
    overrides: Sequence[str] = (),
    seed: int | None = None,
    told: Told = untold,
    workspace: WorkspaceLike = None,
) -> list[Preview]:
    """What `generate` would make: counts, classes and ten examples of each dataset. Nothing is written."""
    from engine.datasets.previewing import preview_generated

    place = Workspace.of(workspace)
    chosen = _with_recipe(profile, resolve_models(profile, models, preset=preset, overrides=overrides))
    return [preview_generated(place, model, seed, told) for model in chosen]


def fetch(
    profile: str,
    models: Sequence[str] | None = None,
    *,
    agree: Callable[[Sequence[Wanted]], bool] | None = None,
    limits: FetchLimits | None = None,
    watcher: Watcher | None = None,
    workspace: WorkspaceLike = None,
) -> list[Fetched]:
    """Download and import the public data sets that a profile names; what is there already is not brought again.

    `agree` is asked with the sets that would be downloaded, before anything is; nothing happens when it says
    no. Without it the call itself is the agreement. Raises InputError for a file that is not what the profile
    names, WorkError where the network fails, saying what can be done by hand.
    """
    from engine.profiles import load_profile
    from engine.public_data.fetch import fetch_sets
    from engine.public_data.sets import survey

    place = Workspace.of(workspace)
    wanted = survey(place, load_profile(profile), resolve_models(profile, models))
    to_download = [one for one in wanted if one.state == "to download"]
    if to_download and agree is not None and not agree(to_download):
        return []
    return fetch_sets(place, wanted, limits, watcher)


def import_data(
    profile: str,
    model: str,
    sources: Sequence[str],
    *,
    format: str | None = None,
    skip_bad: bool = False,
    encoding: str = "utf-8",
    scale: str | None = None,
    shares: str | None = None,
    pictures: PictureOptions | None = None,
    told: Told = untold,
    workspace: WorkspaceLike = None,
) -> tuple[Dataset, ImportSummary]:
    """Import files of examples for a model. Nothing is written unless the whole import succeeds.

    `scale`: what the scores of pairs run from and to (`1..5`); told from the scores when it is not given.
    `shares`: what train, validation and test get where the sources name no splits (`80/10/10`).
    `pictures`: columns, groups and splits of labelled pictures (`engine.datasets.importers.PictureOptions`).
    """
    from engine.datasets.importers import import_dataset
    from engine.profiles import load_profile

    loaded = load_profile(profile)
    resolved = resolve_models(profile, [model])[0]
    return import_dataset(
        Workspace.of(workspace),
        profile=loaded.name,
        model=model,
        task=resolved.task,
        sources=sources,
        format=format,
        skip_bad=skip_bad,
        encoding=encoding,
        scale=scale,
        labels=getattr(resolved.config, "labels", None),
        shares=shares,
        pictures=pictures,
        encrypt=resolved.privacy.encrypt,
        told=told,
    )


def preview_import(
    profile: str,
    model: str,
    sources: Sequence[str],
    *,
    format: str | None = None,
    skip_bad: bool = False,
    encoding: str = "utf-8",
    scale: str | None = None,
    shares: str | None = None,
    pictures: PictureOptions | None = None,
    told: Told = untold,
) -> Preview:
    """What `import_data` would take in: counts, classes, ten examples. Nothing is written. Raises DataError naming
    file and line of the first row that cannot be used."""
    from engine.datasets import previewing
    from engine.datasets.importers import Import

    resolved = resolve_models(profile, [model])[0]
    wanted = Import(
        resolved.task,
        sources,
        format=format,
        skip_bad=skip_bad,
        encoding=encoding,
        scale=scale,
        shares=shares,
        labels=getattr(resolved.config, "labels", None),
        pictures=pictures,
    )
    return previewing.preview_import(resolved.profile, model, wanted, told)


def curate(
    dataset: str,
    *,
    model: str | None = None,
    only: Sequence[str] = (),
    thresholds: Mapping[str, float] | Iterable[str] = (),
    watcher: Callable[[str, int, int], None] | None = None,
    workspace: WorkspaceLike = None,
) -> Curated:
    """Look for what is wrong with a dataset of pictures: duplicates and leaks, wrong labels, blur, exposure, balance.

    Writes a report and a file of decisions under `workspace/curation/`; the dataset stays as it is. `model` is a run
    whose embeddings say what is alike; `only` names searches, `thresholds` are `NAME=VALUE` or a mapping. Raises
    InputError.
    """
    from engine.curation.curate import curate as curate_in
    from engine.curation.settings import settings_from
    from engine.datasets.store import open_dataset

    place = Workspace.of(workspace)
    settings = settings_from(only, thresholds)
    told = watcher or (lambda stage, done, total: None)
    return curate_in(place, open_dataset(place, dataset), settings, model=model, watcher=told)


def apply_curation(dataset: str, file: str | Path | None = None, *, workspace: WorkspaceLike = None) -> Applied:
    """Write a new dataset in which the decisions on another are carried out: those of its curation, or of a file.
    Trainings of the model take it from then on. Raises InputError."""
    from engine.curation.apply import apply_decisions
    from engine.datasets.store import open_dataset

    place = Workspace.of(workspace)
    path = Path(file).expanduser() if file is not None else None
    return apply_decisions(place, open_dataset(place, dataset), path)


def _with_recipe(profile: str, models: Sequence[ResolvedModel]) -> list[ResolvedModel]:
    found = [model for model in models if model.recipe is not None]
    if not found:
        raise InputError(f"{profile} has no data recipe", fix="import data with `engine data import`")
    return found
