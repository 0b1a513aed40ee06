"""What a training on feedback starts from: the last model that feedback made better, else the first training's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.errors import InputError
from engine.files import read_json
from engine.model_directory import CARD
from engine.runs.continuation import is_promotable
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.state import look
from engine.runs.store import find_run, list_runs, named_after
from engine.workspace import Workspace


@dataclass(frozen=True)
class Start:
    """A run whose model is trained further."""

    spec: RunSpec
    model: Path
    original: str
    """The dataset of the first training."""
    labels: tuple[str, ...]
    """The classes that the model tells apart, in the order of its head; empty where it has none."""


def find_start(workspace: Workspace, profile: str, model: str, named: str | None = None) -> Start:
    """The run that is named; else the newest training on feedback that is done and may be promoted; else the newest
    first training that is done. Raises InputError, NotFoundError.

    A training that forgot more than it may is passed over: another one on top of it would add to the loss unseen.
    """
    if named is not None:
        return _named(workspace, profile, model, named)
    first: tuple[RunPaths, RunSpec] | None = None
    for paths, spec in runs_of(workspace, profile, model):
        if not paths.model.is_dir() or look(paths).state != "done":
            continue
        if spec.continues is None:
            first = first or (paths, spec)
        elif is_promotable(paths):
            return _start(paths, spec)
    if first is None:
        raise InputError(
            f"{profile}/{model} has no finished training that feedback could be added to",
            fix=f"train it first: `engine train {profile} {model}`, or name a run with --start RUN",
        )
    return _start(*first)


def runs_of(workspace: Workspace, profile: str, model: str) -> Iterator[tuple[RunPaths, RunSpec]]:
    """Every run of a model that can be read, newest first."""
    for paths in list_runs(workspace):
        if not named_after(paths.id, profile, model):
            continue
        try:
            spec = RunSpec.read(paths.spec)
        except InputError:
            continue
        if (spec.profile, spec.model) == (profile, model):
            yield paths, spec


def _named(workspace: Workspace, profile: str, model: str, named: str) -> Start:
    paths = find_run(workspace, named)
    spec = RunSpec.read(paths.spec)
    if (spec.profile, spec.model) != (profile, model):
        raise InputError(
            f"is a run of {spec.profile}/{spec.model}, not of {profile}/{model}", where=paths.id, fix="name another"
        )
    if not paths.model.is_dir():
        raise InputError("has no trained model", where=paths.id, fix="wait for it to end, or name another")
    return _start(paths, spec)


def _start(paths: RunPaths, spec: RunSpec) -> Start:
    try:
        labels = msgspec.convert(read_json(paths.model / CARD).get("labels") or [], tuple[str, ...])
    except (OSError, ValueError, msgspec.MsgspecError) as problem:
        raise InputError(
            f"its model cannot be read ({problem})", where=paths.id, fix="name another run with --start RUN"
        ) from problem
    original = spec.continues.original if spec.continues is not None else spec.dataset
    return Start(spec, paths.model, original, labels)
