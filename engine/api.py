"""The verbs of the `engine` command as Python functions. The command and the console stand on these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.datasets.progress import Told, untold
from engine.errors import InputError
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.curation.apply import Applied
    from engine.curation.curate import Curated
    from engine.datasets.importers import ImportSummary, PictureOptions
    from engine.datasets.preview import Preview
    from engine.datasets.store import Dataset
    from engine.evaluation.report import Report
    from engine.feedback.finetune import FinetuneRequest, FinetuneSummary
    from engine.feedback.intake import IntakeSummary
    from engine.feedback.limits import Limits
    from engine.feedback.payload import FeedbackRequest
    from engine.feedback.reading import Payload
    from engine.privacy.expire import Expiry
    from engine.privacy.forget import Forgotten
    from engine.profiles import ResolvedModel
    from engine.public_data.fetch import Fetched, FetchLimits, Watcher
    from engine.public_data.sets import Wanted
    from engine.runs.handle import RunHandle
    from engine.runs.spec import RunSpec
    from engine.tasks.contract import Row
    from engine.trained import Trained

Place = str | Path | Workspace | None


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
    workspace: Place = None,
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
    workspace: Place = None,
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


def generate(
    profile: str,
    models: Sequence[str] | None = None,
    *,
    preset: str = "full",
    overrides: Sequence[str] = (),
    seed: int | None = None,
    told: Told = untold,
    workspace: Place = None,
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
    workspace: Place = None,
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
    workspace: Place = None,
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
    workspace: Place = None,
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
    workspace: Place = None,
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


def apply_curation(dataset: str, file: str | Path | None = None, *, workspace: Place = None) -> Applied:
    """Write a new dataset in which the decisions on another are carried out: those of its curation, or of a file.
    Trainings of the model take it from then on. Raises InputError."""
    from engine.curation.apply import apply_decisions
    from engine.datasets.store import open_dataset

    place = Workspace.of(workspace)
    path = Path(file).expanduser() if file is not None else None
    return apply_decisions(place, open_dataset(place, dataset), path)


def runs(workspace: Place = None) -> list[RunHandle]:
    """Every run of the workspace, newest first."""
    from engine.runs.handle import RunHandle
    from engine.runs.store import list_runs

    return [RunHandle(paths) for paths in list_runs(Workspace.of(workspace))]


def run(name: str, workspace: Place = None) -> RunHandle:
    """The run called `name`: an id, a unique prefix, or `@latest`. Raises NotFoundError."""
    from engine.runs.handle import RunHandle
    from engine.runs.store import find_run

    return RunHandle(find_run(Workspace.of(workspace), name))


def predict(
    run: str, samples: Iterable[str | Sequence[str] | Row], *, device: str = "cpu", workspace: Place = None
) -> list[Row]:
    """Predictions of a trained model, of a run or a version, one per sample.

    A sample is a text, a pair of texts, the path of an image, or a dataset row, as the model's task
    takes it. Loads the model in this process; for many calls keep `engine.tasks` predictors yourself.
    """
    from engine.tasks.catalog import find_task

    trained = _trained(run, workspace)
    task = find_task(trained.task)
    rows = [as_row(sample, task.predicts_on) for sample in samples]
    return task.load(trained.directory, device).predict(rows)


def evaluate(
    run: str, *, dataset: str | None = None, split: str = "test", device: str = "cpu", workspace: Place = None
) -> Report:
    """The report of a trained model, of a run or a version, on a split of its own dataset, or of another."""
    from engine.datasets.store import open_dataset
    from engine.tasks.catalog import find_task

    trained = _trained(run, workspace)
    opened = open_dataset(Workspace.of(workspace), dataset or trained.dataset)
    if opened.manifest.task != trained.task:
        raise InputError(
            f"the dataset is for {opened.manifest.task} and the model for {trained.task}",
            where=opened.id,
            fix="choose a dataset of the same task",
        )
    return find_task(trained.task).evaluate(trained.directory, opened, split, device)


def add_feedback(
    request: FeedbackRequest | Payload | dict[str, Any] | str | Path,
    *,
    profile: str | None = None,
    limits: Limits | None = None,
    roots: Sequence[str | Path] = (),
    workspace: Place = None,
) -> IntakeSummary:
    """Take corrections in for the next training: a typed request, its JSON, or the path of a file.

    An item that cannot be used fails alone and is named in the summary. `roots` are folders that local images
    may lie in, beside that of the file. Raises InputError when the request as a whole cannot be used.
    """
    from engine.feedback.intake import take_in
    from engine.feedback.reading import Payload

    payload = request if isinstance(request, Payload) else read_feedback(request, profile=profile)
    folders = [Path(root).expanduser() for root in roots]
    return take_in(Workspace.of(workspace), payload, limits=limits, roots=folders)


def read_feedback(request: FeedbackRequest | dict[str, Any] | str | Path, *, profile: str | None = None) -> Payload:
    """A request for feedback, checked against its profile; nothing is fetched or stored.

    `profile`: the path of the profile that the request names, where it is not to be found by its name.
    """
    from engine.feedback.forms import form_of
    from engine.feedback.reading import read_payload, take_payload
    from engine.tasks.catalog import find_task

    payload = read_payload(request) if isinstance(request, str | Path) else take_payload(request)
    try:
        (model,) = resolve_models(profile or payload.profile, [payload.model])
    except InputError as problem:
        raise InputError(problem.what, where=problem.where or payload.shown, fix=problem.fix) from problem
    if model.profile != payload.profile:
        raise InputError(
            f"is for the profile {payload.profile}, not {model.profile}", where=payload.shown, fix="name its profile"
        )
    task = find_task(model.task)
    form = form_of(task, f"{model.profile}/{model.model}", payload.shown)
    labels = None if task.new_labels else getattr(model.config, "labels", None)
    return replace(payload, labels=tuple(labels) if labels else None, form=form, privacy=model.privacy)


def finetune(
    request: FinetuneRequest | FeedbackRequest | dict[str, Any] | str | Path, *, workspace: Place = None
) -> FinetuneSummary:
    """Train a model further on what came back from the field, and return as soon as the detached run is on its way.

    The request may bring feedback, which is taken in first; a payload alone (typed, its JSON, or a file) trains the
    model that it names. The same request sent twice starts one run. Raises InputError.
    """
    from engine.feedback.finetune import FinetuneRequest
    from engine.feedback.finetune import finetune as finetune_in

    if isinstance(request, FinetuneRequest):
        payloads = [read_feedback(one, profile=request.profile) for one in request.feedback]
        return finetune_in(Workspace.of(workspace), request, payloads)
    payload = read_feedback(request)
    return finetune_in(Workspace.of(workspace), FinetuneRequest(payload.profile, payload.model), [payload])


def forget(subject: str, *, profile: str | None = None, dry_run: bool = False, workspace: Place = None) -> Forgotten:
    """Remove a person (a label, or a value of the group column) from datasets, feedback, reference sets, indexes,
    reports and samples, and list the runs whose weights have seen them. docs/privacy.md says what is reached.

    Raises NotFoundError where nothing is of the subject, InputError while a run trained on it is going on.
    """
    from engine.privacy.forget import as_planned, what_would_be_forgotten
    from engine.privacy.forget import forget as forget_in

    place = Workspace.of(workspace)
    if dry_run:
        return as_planned(what_would_be_forgotten(place, subject, profile))
    return forget_in(place, subject, profile)


def expire(profiles: Sequence[str | Path] = (), *, dry_run: bool = False, workspace: Place = None) -> Expiry:
    """Remove examples and feedback that expired, or are older than their model's `privacy.retention_days`.

    `profiles`: paths of profiles that are not found by their name.
    """
    from engine.privacy.expire import expire as expire_in

    return expire_in(Workspace.of(workspace), profiles, dry_run=dry_run)


def as_row(sample: str | Sequence[str] | Row, predicts_on: str = "text") -> Row:
    """A dataset row from what people write: a text, two texts to compare, or the path of an image."""
    if isinstance(sample, str):
        return {"image": str(Path(sample).expanduser())} if predicts_on == "image" else {"text": sample}
    if isinstance(sample, dict):
        return sample
    if len(sample) != 2:
        raise InputError(f"a sample of {len(sample)} texts", fix="give one text, or two to compare")
    return {"a": sample[0], "b": sample[1]}


def _trained(name: str, workspace: Place) -> Trained:
    from engine.trained import find_trained

    return find_trained(Workspace.of(workspace), name)


def _with_recipe(profile: str, models: Sequence[ResolvedModel]) -> list[ResolvedModel]:
    found = [model for model in models if model.recipe is not None]
    if not found:
        raise InputError(f"{profile} has no data recipe", fix="import data with `engine data import`")
    return found
