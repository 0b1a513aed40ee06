"""Asks every trigger of a profile whether it fires, and says why or why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.errors import FinetopError
from engine.triggers.conditions import HOUR_S, Found, condition
from engine.triggers.log import Memory, Numbers, alone, remembered
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.profiles import Profile
    from engine.profiles.triggers import Trigger


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking one trigger."""

    profile: str
    model: str
    trigger: str
    kind: str
    fired: bool
    why: str
    """The sentence, with its numbers."""
    numbers: Numbers = {}
    held_back: str = ""
    """Why it does not fire although its condition holds."""
    next: float | None = None
    """Of a schedule: when it comes next, Unix seconds."""
    firing: str | None = None
    run: str | None = None
    """Of a firing that started one."""


def check(
    workspace: Workspace, profiles: Sequence[str | Path] = (), now: float | None = None, *, dry_run: bool = False
) -> list[Answer]:
    """Ask every trigger of these profiles (of all that can be found by name, when none is named), and start what
    fires: one run per model at most. `dry_run` starts and writes nothing.

    Raises ProfileError for a profile that is named and cannot be used.
    """
    import time

    from engine.triggers.profiles import with_triggers

    moment = time.time() if now is None else now
    answers: list[Answer] = []
    for path, profile in with_triggers(profiles):
        for model, found in profile.models.items():
            if found.triggers:
                answers += _asked(workspace, path, profile, model, moment, dry_run)
    return answers


def _asked(workspace: Workspace, path: Path, profile: Profile, model: str, now: float, dry_run: bool) -> list[Answer]:
    triggers = profile.models[model].triggers
    home = workspace.models / profile.name / model
    if dry_run:
        memory = remembered(home)
        return [ask(workspace, profile, model, one, memory, now, dry_run=True) for one in triggers]
    with alone(home) as held:
        if not held:
            why = "another process is looking at this model at this moment"
            return [_told(profile, model, one, Found(False, why, {})) for one in triggers]
        answers = []
        for one in triggers:
            # Read anew: the trigger before may have fired, and one run at a time is what a model gets.
            memory = remembered(home)
            answer = ask(workspace, profile, model, one, memory, now, dry_run=False)
            if answer.fired:
                answer = _fired(workspace, path, answer, one, now)
            answers.append(answer)
        return answers


def _fired(workspace: Workspace, path: Path, answer: Answer, trigger: Trigger, now: float) -> Answer:
    from engine.triggers.firing import fire

    try:
        begun = fire(workspace, path, answer, trigger, now)
    except (FinetopError, OSError) as problem:  # the firing stays open, and the next look goes on with it
        return msgspec.structs.replace(answer, held_back=str(problem))
    return msgspec.structs.replace(answer, firing=begun.id, run=begun.run, held_back=begun.problem)


def ask(
    workspace: Workspace, profile: Profile, model: str, trigger: Trigger, memory: Memory, now: float, *, dry_run: bool
) -> Answer:
    """Whether one trigger would fire. Starts nothing; what it has seen is written down, unless `dry_run`."""
    home = workspace.models / profile.name / model
    try:
        found = condition(workspace, home, profile.name, model, trigger, memory, now, dry_run)
        held_back = held_back_by(trigger, memory, now) if found.holds else ""
        if found.holds and not held_back and trigger.train == "feedback" and trigger.kind != "data":
            held_back = _nothing_to_learn(workspace, profile.name, model)
    except (FinetopError, OSError) as problem:
        # One trigger that cannot be asked must not keep the others from being asked.
        found, held_back = Found(False, f"cannot be asked: {problem}", {}), ""
    answer = _told(profile, model, trigger, found)
    return msgspec.structs.replace(answer, fired=found.holds and not held_back, held_back=held_back)


def _told(profile: Profile, model: str, trigger: Trigger, found: Found) -> Answer:
    return Answer(
        profile=profile.name,
        model=model,
        trigger=trigger.name,
        kind=trigger.kind,
        fired=False,
        why=found.why,
        numbers=found.numbers,
        next=found.next,
    )


def held_back_by(trigger: Trigger, memory: Memory, now: float) -> str:
    """Why a trigger whose condition holds does not fire yet; empty where it may."""
    if memory.open is not None:
        intent = memory.open.intent
        return f"the firing of {intent.trigger} is going on (run {memory.open.run})"
    last = memory.last()
    rest_s = last.intent.t + trigger.cool_down * HOUR_S - now if last is not None else 0.0
    if last is not None and rest_s > 0:
        ago = (now - last.intent.t) / HOUR_S
        return f"{last.intent.trigger} fired {ago:.1f} h ago, and it is silent for {rest_s / HOUR_S:.1f} h more"
    return ""


def _nothing_to_learn(workspace: Workspace, profile: str, model: str) -> str:
    from engine.triggers.judgements import new_examples

    return "" if new_examples(workspace, profile, model) else "no feedback came since the last training on it"
