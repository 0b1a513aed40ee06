"""The work of Train, as functions that block and answer with a message: run them in threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from engine.errors import FinetopError
from engine.runs.spec import RunSpec
from engine.workspace import Workspace
from tui.places.place import Place
from tui.screens.train_messages import (
    Copied,
    DatasetFound,
    DatasetsRead,
    DeskRead,
    Judged,
    NotStarted,
    Planned,
    SheetRead,
    Started,
)
from tui.train.desk import Desk
from tui.train.draft import Draft, with_value
from tui.train.starting import GivenUpError, Starting

if TYPE_CHECKING:
    from engine.plan import Plan


def read_desk(desk: Desk) -> DeskRead:
    """Profiles and devices."""
    return DeskRead(desk.profiles(), desk.devices())


def read_sheet(desk: Desk, draft: Draft) -> SheetRead:
    """The settings under a draft."""
    try:
        return SheetRead(draft, desk.settings(draft))
    except FinetopError as problem:
        return SheetRead(draft, None, str(problem))


def make_plans(desk: Desk, draft: Draft, is_wanted: Callable[[], bool]) -> Iterator[Planned]:
    """A message with each plan that is ready; nothing more once another draft is wanted."""
    plans: dict[str, Plan] = {}
    try:
        slots = desk.slots(draft.device)
        for plan in desk.plans(draft, is_wanted):
            plans[plan.model] = plan
            yield Planned(draft, tuple(plans.values()), slots)
        if is_wanted():
            yield Planned(draft, tuple(plans.values()), slots, complete=True)
    except FinetopError as problem:
        yield Planned(draft, tuple(plans.values()), problem=str(problem))


def judge(desk: Desk, draft: Draft, model: str, name: str, value: str, *, done: bool) -> Judged:
    """What the engine says of a value."""
    try:
        tried = with_value(draft, model, name, value)
        problem = desk.problem_with(tried, model, tried.changes[-1])
    except FinetopError as refused:
        problem = str(refused)
    return Judged(model, name, value, problem, done)


def read_datasets(desk: Desk, draft: Draft, model: str) -> DatasetsRead:
    """What a model could be trained on."""
    return DatasetsRead(model, desk.datasets(draft, model))


def copy_run(desk: Desk, workspace: Workspace, place: Place, run_id: str) -> Copied:
    """The settings of a run, wherever it is."""
    try:
        return copy_spec(desk, workspace, place.spec(run_id))
    except FinetopError as problem:
        return Copied(None, str(problem))


def copy_spec(desk: Desk, workspace: Workspace, spec: RunSpec) -> Copied:
    """The settings that a specification holds."""
    from engine.repeating import repeat

    try:
        return Copied(repeat(workspace, spec, desk.path_of(spec.profile)))
    except FinetopError as problem:
        return Copied(None, f"The settings of {spec.id} cannot be had again: {problem}")


def find_dataset(workspace: Workspace, name: str) -> DatasetFound:
    """Whose dataset it is."""
    from engine.datasets.store import open_dataset

    try:
        manifest = open_dataset(workspace, name).manifest
    except FinetopError as problem:
        return DatasetFound("", "", name, str(problem))
    return DatasetFound(manifest.profile, manifest.model, manifest.id)


def start(draft: Draft, workspace: Workspace, starting: Starting) -> Started | NotStarted:
    """Start what the draft asks for; data that is missing is made first."""
    from engine.api import train

    try:
        handles = train(
            draft.profile,
            draft.models,
            preset=draft.preset,
            overrides=draft.changes,
            dataset=draft.chosen_datasets,
            device=draft.device,
            watcher=starting.watch,
            workspace=workspace,
        )
    except GivenUpError as problem:
        return NotStarted(problem.what, given_up=True)
    except Exception as problem:
        # Whatever it was, what was typed stays and the sentence is shown.
        return NotStarted(str(problem) or type(problem).__name__)
    return Started([handle.id for handle in handles])
