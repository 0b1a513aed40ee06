"""Starts the run of a firing, once: what is about to be done is written down first, with the id of the run to be.

Whoever calls holds the model's triggers (`log.alone`), so that of two processes one acts. After a kill the next look
finds the intent, and whether its run exists says how far it came.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FinetopError
from engine.triggers.log import Closed, Firing, Intent, Started, add
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.profiles.triggers import Trigger
    from engine.triggers.check import Answer

GIVEN_UP_AFTER_S = 24 * 3600.0
"""An intent that is older is not carried out any more: what it rests on has changed since."""


@dataclass(frozen=True)
class Begun:
    """What became of an intent."""

    id: str
    run: str | None
    problem: str = ""
    """Why no run was started."""


def fire(workspace: Workspace, profile: Path, answer: Answer, trigger: Trigger, now: float) -> Begun:
    """Write the intent down and start the run. A run that cannot be started closes the firing with the reason."""
    from engine.runs.store import new_run_id

    intent = Intent(
        t=now,
        id=f"{int(now)}-{os.urandom(4).hex()}",
        trigger=trigger.name,
        kind=trigger.kind,
        why=answer.why,
        numbers=answer.numbers,
        run=new_run_id(answer.profile, answer.model),
        train=trigger.train,
        preset=trigger.preset,
        ends_in=trigger.ends_in,
        profile=str(profile),
    )
    home = workspace.models / answer.profile / answer.model
    add(home, intent)
    return carry_on(workspace, home, Firing(intent), now)


def carry_on(workspace: Workspace, home: Path, firing: Firing, now: float) -> Begun:
    """Do what is left to do of an intent: start the run, tell of it, write down that it is on its way."""
    intent = firing.intent
    try:
        run = _run_of(workspace, home, firing, now)
    except (FinetopError, OSError) as problem:
        return _given_up(home, intent, str(problem), now)
    if run is None:
        return _given_up(home, intent, "this very training was done before, and nothing is new", now)
    _tell(workspace, home, intent, run)
    add(home, Started(t=now, id=intent.id, run=run))
    return Begun(intent.id, run)


def _given_up(home: Path, intent: Intent, why: str, now: float) -> Begun:
    add(home, Closed(t=now, id=intent.id, outcome="given up", why=why))
    return Begun(intent.id, None, why)


def _run_of(workspace: Workspace, home: Path, firing: Firing, now: float) -> str | None:
    """The run of an intent: the one that is there, else a new one; None where there is nothing to train."""
    from engine.runs.launchers import launch
    from engine.runs.paths import RunPaths
    from engine.runs.reasons import Reason
    from engine.runs.state import look

    intent = firing.intent
    paths = RunPaths(workspace.runs / intent.run)
    if paths.root.exists():
        if look(paths, now=now).reason == Reason.NEVER_STARTED or not paths.status.exists():
            launch(paths)
        return intent.run
    return _train(workspace, home, intent)


def _train(workspace: Workspace, home: Path, intent: Intent) -> str | None:
    from dataclasses import replace

    from engine import api
    from engine.feedback.finetune import FinetuneRequest
    from engine.runs.launchers import launch
    from engine.runs.store import create_run

    if intent.train == "full":
        (spec,) = api.specify(intent.profile, [home.name], preset=intent.preset, workspace=workspace)
        launch(create_run(workspace, replace(spec, id=intent.run)))
        return intent.run
    summary = api.finetune(FinetuneRequest(intent.profile, home.name, run=intent.run), workspace=workspace)
    return summary.run if summary.started else None


def _tell(workspace: Workspace, home: Path, intent: Intent, run: str) -> None:
    """Into the audit log of the model and to the webhooks, once. Raises WorkError where that cannot be written: the
    next look goes on."""
    from engine.registry.history import Entry, append_held, held, read_history
    from engine.registry.paths import ModelHome
    from engine.webhooks.payloads import TriggerFired
    from engine.webhooks.queue import enqueue

    model = ModelHome(home)
    with held(model):
        told = (entry.detail.get("firing") for entry in read_history(model) if entry.action == "trigger")
        if intent.id not in told:
            detail = {"firing": intent.id, "trigger": intent.trigger, "kind": intent.kind, "run": run}
            entry = Entry(
                t=intent.t,
                who=f"trigger {intent.trigger}",
                action="trigger",
                why=intent.why,
                detail={**detail, "numbers": intent.numbers},
            )
            append_held(model, entry)
    payload = TriggerFired(
        profile=model.profile,
        model=model.model,
        trigger=intent.kind,
        reason=intent.why,
        numbers={name: value for name, value in intent.numbers.items() if not isinstance(value, str)},
        run=run,
    )
    enqueue(workspace, "trigger.fired", f"trigger.fired:{intent.id}", payload, happened=intent.t)
