"""Trainings: what would be started, starting it, and finding it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    from engine.profiles import ResolvedModel
    from engine.runs.handle import RunHandle
    from engine.runs.spec import RunSpec


def train(
    profile: str,
    models: Sequence[str] | None = None,
    *,
    preset: str = "full",
    overrides: Sequence[str] = (),
    dataset: str | Mapping[str, str] | None = None,
    device: str = "auto",
    launcher: str = "local",
    run: str | None = None,
    watcher: Callable[[str, int, int], None] | None = None,
    workspace: WorkspaceLike = None,
) -> list[RunHandle]:
    """Start a detached run for each model of a profile (all of them by default) and return at once.

    `overrides` are `KEY=VALUE` as for `--set`. `dataset` is that of one model, or model → dataset; missing datasets
    are generated first. `run` is the id of the run of one model, for those who must know it beforehand. All input is
    checked before the first run is created. `watcher` is told (model, how many are ready, of how many) before the
    data of each model is found or made, and at last, with no model, before the first run is created: what it raises
    ends it all, and nothing was started. Raises InputError.
    """
    from engine.runs.handle import RunHandle
    from engine.runs.launchers import launch
    from engine.runs.store import create_run

    place = Workspace.of(workspace)
    specs = specify(
        profile,
        models,
        preset=preset,
        overrides=overrides,
        dataset=dataset,
        device=device,
        launcher=launcher,
        run=run,
        watcher=watcher,
        workspace=place,
    )
    if watcher is not None:
        watcher("", len(specs), len(specs))
    handles = []
    for spec in specs:
        paths = create_run(place, spec)
        launch(paths)
        handles.append(RunHandle(paths))
    return handles


def specify(
    profile: str,
    models: Sequence[str] | None = None,
    *,
    preset: str = "full",
    overrides: Sequence[str] = (),
    dataset: str | Mapping[str, str] | None = None,
    device: str = "auto",
    launcher: str = "local",
    run: str | None = None,
    watcher: Callable[[str, int, int], None] | None = None,
    workspace: WorkspaceLike = None,
) -> list[RunSpec]:
    """What `train` would start, under the ids that the runs would have. Missing datasets are generated; nothing is
    started. Raises InputError."""
    from engine.runs.launchers import find_launcher
    from engine.starting import specify as specify_one

    find_launcher(launcher)
    place = Workspace.of(workspace)
    resolved = resolve_models(profile, models, preset=preset, overrides=overrides)
    if (isinstance(dataset, str) or run is not None) and len(resolved) > 1:
        raise InputError(
            f"{'a dataset' if run is None else 'an id'} serves one model, and {len(resolved)} are chosen",
            fix="name the model after the profile",
        )
    given = {resolved[0].model: dataset} if isinstance(dataset, str) else dict(dataset or {})
    specs = []
    for ready, model in enumerate(resolved):
        if watcher is not None:
            watcher(model.model, ready, len(resolved))
        specs.append(specify_one(place, model, given.get(model.model), device, launcher, run))
    return specs


def resolve_models(
    profile: str, models: Sequence[str] | None = None, *, preset: str = "full", overrides: Sequence[str] = ()
) -> list[ResolvedModel]:
    """The chosen models of a profile with every value settled. Raises ProfileError, InputError."""
    from engine.profiles import load_profile
    from engine.profiles import resolve_models as resolve_of

    return resolve_of(load_profile(profile), models or (), preset=preset, overrides=overrides)


def runs(workspace: WorkspaceLike = None) -> list[RunHandle]:
    """Every run of the workspace, newest first."""
    from engine.runs.handle import RunHandle
    from engine.runs.store import list_runs

    return [RunHandle(paths) for paths in list_runs(Workspace.of(workspace))]


def run(name: str, workspace: WorkspaceLike = None) -> RunHandle:
    """The run called `name`: an id, a unique prefix, or `@latest`. Raises NotFoundError."""
    from engine.runs.handle import RunHandle
    from engine.runs.store import find_run

    return RunHandle(find_run(Workspace.of(workspace), name))
