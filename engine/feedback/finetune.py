"""Trains a model on its feedback: takes in what the request brings, makes the dataset, starts the run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.datasets.store import Dataset, open_dataset
from engine.errors import InputError, WorkError
from engine.feedback.composition import Composition, make_dataset
from engine.feedback.forms import form_of
from engine.feedback.intake import Failure, IntakeSummary, take_in
from engine.feedback.limits import Limits
from engine.feedback.lineage import Start, find_start, runs_of
from engine.feedback.payload import FeedbackRequest, TrainingSettings
from engine.feedback.reading import Payload
from engine.feedback.store import read_feedback
from engine.feedback.values import OF_SECTION, Values, values_of, with_labels
from engine.profiles import Profile, ResolvedModel, load_profile, resolve_models
from engine.profiles.problems import printable
from engine.profiles.schema import FULL
from engine.runs.launchers import find_launcher, launch
from engine.runs.spec import Continuation, RunSpec
from engine.runs.state import look
from engine.runs.store import create_run, new_run_id, remove_run
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

LIVES = ("done", "queued", "starting", "running", "stalled", "stopping")
"""States of a run that did, or may yet do, what is asked for again."""


@dataclass(frozen=True)
class FinetuneRequest:
    """What is to be trained, and on which feedback beside that which is there already."""

    profile: str
    """A shipped profile's name, or a path."""
    model: str
    feedback: Sequence[FeedbackRequest | dict[str, Any] | str | Path] = ()
    """Taken in first: typed requests, their JSON, or paths of files."""
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    """In place of the profile's; they count for more than those that come with the feedback."""
    start: str | None = None
    """The run to start from: an id, a unique prefix or `@latest`; chosen when it is not named."""
    replay: bool = True
    """False sees no image of the original training set again."""
    again: bool = False
    """Train even where the same training was done already."""
    overrides: Sequence[str] = ()
    """`KEY=VALUE` as for `--set`; they count for more than all other settings."""
    device: str = "auto"
    launcher: str = "local"
    limits: Limits | None = None
    roots: Sequence[str | Path] = ()
    """Folders that local images may lie in, beside those of the files."""
    run: str | None = None
    """The id of the run, for those who must know it beforehand."""


@dataclass(frozen=True)
class MadeDataset:
    """The dataset of a training on feedback, in images."""

    id: str
    feedback: dict[str, int]
    """Split → images of feedback; those of `test` are held out for good."""
    replayed: int
    """Images of the original training set."""
    original: dict[str, int]
    """Images of the original validation and test."""


@dataclass(frozen=True)
class FinetuneSummary:
    """What became of a request."""

    profile: str
    model: str
    intake: tuple[IntakeSummary, ...]
    """What each piece of feedback added, and which items failed."""
    start: str
    """The run whose model the training starts from."""
    dataset: MadeDataset
    run: str
    started: bool
    """False when that run had been started before, with the same images and settings."""
    settings: dict[str, Any] = field(default_factory=dict)
    """The values that decide most, as they are in the run."""

    @property
    def added(self) -> int:
        """Images that were not there before."""
        return sum(one.added for one in self.intake)

    @property
    def failed(self) -> tuple[Failure, ...]:
        """Items that were not taken in, and why."""
        return tuple(failure for one in self.intake for failure in one.failed)


class TrainingNotStarted(InputError):
    """Feedback was judged, and what was good of it kept, but no training came of it; `intake` says what became of
    the items."""

    def __init__(self, problem: InputError, intake: Sequence[IntakeSummary]) -> None:
        super().__init__(problem.what, where=problem.where, fix=problem.fix)
        self.intake = tuple(intake)


def finetune(workspace: Workspace, request: FinetuneRequest, payloads: Sequence[Payload] = ()) -> FinetuneSummary:
    """Take in the payloads (the request's feedback, read), make the dataset, and start a detached run.

    All that can be checked before is checked first. Raises InputError, and then no run is made; TrainingNotStarted
    where feedback was taken in all the same.
    """
    find_launcher(request.launcher)
    profile = load_profile(request.profile)
    name = profile.name
    for payload in payloads:
        if (payload.profile, payload.model) != (name, request.model):
            raise InputError(
                f"is for {payload.profile}/{payload.model}, not {name}/{request.model}",
                where=payload.shown,
                fix="train that model with it, or correct it",
            )
    _resolved(profile, request)
    start = find_start(workspace, name, request.model, request.start)
    resolved = _resolved(profile, request, preset=start.spec.preset)
    values = _values(request, resolved, start, payloads)
    original = open_dataset(workspace, start.original)
    folders = [Path(root).expanduser() for root in request.roots]
    taken = tuple(take_in(workspace, payload, limits=request.limits, roots=folders) for payload in payloads)
    feedback = read_feedback(workspace, name, request.model)
    try:
        dataset, made = make_dataset(
            workspace, original, feedback, values.mixture, labels=start.labels, privacy=resolved.privacy
        )
    except InputError as problem:
        raise TrainingNotStarted(problem, taken) from problem
    values = with_labels(values, start.labels, made.new_labels)
    spec = _spec(request, resolved, start, dataset, values)
    earlier = None if request.again else _same_as(workspace, spec, exactly=request.start is not None)
    if earlier is None:
        _launch(workspace, spec, start)
    run = earlier or spec
    return FinetuneSummary(
        profile=name,
        model=request.model,
        intake=taken,
        start=run.continues.run if run.continues is not None else "",
        dataset=_summed_up(dataset, made),
        run=run.id,
        started=earlier is None,
        settings={
            **{name: run.config[name] for name in OF_SECTION if name in run.config},
            "train_replay": values.mixture.train_replay,
            "seed": values.mixture.seed,
        },
    )


def _resolved(profile: Profile, request: FinetuneRequest, preset: str = FULL) -> ResolvedModel:
    (resolved,) = resolve_models(profile, [request.model], preset=preset, overrides=request.overrides)
    form_of(find_task(resolved.task), f"{resolved.profile}/{resolved.model}")
    return resolved


def _values(request: FinetuneRequest, resolved: ResolvedModel, start: Start, payloads: Sequence[Payload]) -> Values:
    """Checked against the task's Config."""
    set_by_hand = {key.split(".")[1] for key, origin in resolved.origins.items() if _is_set(key, origin)}
    config = resolved.config.model_dump(mode="json", by_alias=True)
    _check_settings(resolved, [*(payload.settings for payload in payloads), request.settings])
    values = values_of(
        {**start.spec.config, "base": str(start.model), **({"labels": list(start.labels)} if start.labels else {})},
        resolved.feedback,
        [*(payload.settings for payload in payloads), request.settings],
        {name: config[name] for name in sorted(set_by_hand)},
        fields=set(type(resolved.config).model_fields),
        replay=request.replay,
    )
    try:
        find_task(resolved.task).config_class.model_validate(values.config)
    except ValidationError as problem:
        first = problem.errors()[0]
        said = printable(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        raise InputError(
            f"the settings do not go with those of the run ({said})",
            where=start.spec.id,
            fix="correct them, or name another run with --start RUN",
        ) from problem
    return values


def _check_settings(resolved: ResolvedModel, asked: Sequence[TrainingSettings]) -> None:
    """What somebody asks for and the task has not would else be left out without a word."""
    wanted = {name for one in asked for name in one.model_dump(exclude_none=True)}
    wanted |= {name for name in OF_SECTION if name in resolved.feedback.model_fields_set}
    lacking = sorted((wanted & {*OF_SECTION}) - set(type(resolved.config).model_fields))
    if lacking:
        raise InputError(
            f"{resolved.task} has no setting {lacking[0]!r}",
            where=f"feedback of {resolved.profile}/{resolved.model}",
            fix="leave it out",
        )


def _is_set(key: str, origin: str) -> bool:
    return key.startswith("config.") and origin == "--set"


def _spec(
    request: FinetuneRequest, resolved: ResolvedModel, start: Start, dataset: Dataset, values: Values
) -> RunSpec:
    return RunSpec(
        id=request.run or new_run_id(resolved.profile, resolved.model),
        profile=resolved.profile,
        model=resolved.model,
        task=resolved.task,
        dataset=dataset.id,
        config=values.config,
        headline=find_task(resolved.task).headline,
        targets=resolved.targets,
        # A model that is good already would be at its end before the first step.
        early_stop_on=tuple(signal for signal in resolved.early_stop_on if signal != "target_reached"),
        device=request.device,
        preset=resolved.preset,
        origins=values.origins,
        policy=resolved.policy,
        created=time.time(),
        launcher=request.launcher,
        continues=Continuation(
            run=start.spec.id,
            original=start.original,
            allowed_forgetting=resolved.feedback.allowed_forgetting,
            keep_runs=resolved.feedback.keep_runs,
        ),
        promotion=resolved.promotion,
        decisions=resolved.decisions,
    )


def _same_as(workspace: Workspace, spec: RunSpec, *, exactly: bool) -> RunSpec | None:
    """A run that did the same: same images, same settings and, where a start was named, the same start."""
    for paths, other in runs_of(workspace, spec.profile, spec.model):
        is_same = (
            other.continues is not None
            and other.dataset == spec.dataset
            and _compared(other.config, exactly) == _compared(spec.config, exactly)
        )
        if is_same and look(paths).state in LIVES:
            return other
    return None


def _compared(config: Mapping[str, Any], exactly: bool) -> dict[str, Any]:
    return {name: value for name, value in config.items() if exactly or name != "base"}


def _launch(workspace: Workspace, spec: RunSpec, start: Start) -> None:
    paths = create_run(workspace, spec)
    # From here on retention sees that the start is needed; a run that ended a moment ago may have removed it.
    if not start.model.is_dir():
        remove_run(paths)
        raise WorkError(f"the run {start.spec.id} has just been removed", fix="try again")
    launch(paths)


def _summed_up(dataset: Dataset, made: Composition) -> MadeDataset:
    return MadeDataset(
        id=dataset.id,
        feedback=made.feedback,
        replayed=len(made.replay),
        original={split: len(made.splits[split]) - made.feedback[split] for split in ("validation", "test")},
    )
