"""The triggers of profiles as they stand: what `engine triggers list` and the console show. Tests nothing anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.triggers.conditions import HOUR_S
from engine.triggers.log import Memory, Numbers, remembered
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.profiles import Profile
    from engine.profiles.triggers import Trigger


class LastFiring(msgspec.Struct, frozen=True, kw_only=True):
    """The last firing of a trigger."""

    t: float
    why: str
    run: str
    outcome: str
    """`going on`, or how it ended: `staged`, `promoted`, `refused`, `failed`, `given up`."""
    told: str = ""
    """Why it ended so."""
    version: int | None = None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger."""

    profile: str
    model: str
    trigger: str
    kind: str
    train: str
    ends_in: str
    next: float | None
    """Of a schedule: when it comes next, Unix seconds."""
    time_zone: str
    why: str
    """What it would say now; of an environment what the last look said."""
    numbers: Numbers
    last: LastFiring | None
    silent_until: float | None
    """End of the cool-down, Unix seconds."""
    going_on: str
    """The run of the model's firing that is going on; empty if none is."""


def listed(workspace: Workspace, profiles: Sequence[str | Path] = (), now: float | None = None) -> list[Listed]:
    """Every trigger of these profiles, of all that can be found by name when none is named. Raises ProfileError."""
    import time

    from engine.triggers.profiles import with_triggers

    moment = time.time() if now is None else now
    found = []
    for _, profile in with_triggers(profiles):
        for model, settings in profile.models.items():
            memory = remembered(workspace.models / profile.name / model) if settings.triggers else Memory()
            found += [_listed(workspace, profile, model, one, memory, moment) for one in settings.triggers]
    return found


def _listed(
    workspace: Workspace, profile: Profile, model: str, trigger: Trigger, memory: Memory, now: float
) -> Listed:
    from engine.triggers.check import ask

    if trigger.kind == "environment":
        look = memory.looked.get(trigger.name)
        why, numbers = (look.why, look.numbers) if look is not None else ("nothing was tested yet", {})
        coming = None
    else:
        answer = ask(workspace, profile, model, trigger, memory, now, dry_run=True)
        why, numbers, coming = answer.why, answer.numbers, answer.next
    any_last = memory.last()
    until = any_last.intent.t + trigger.cool_down * HOUR_S if any_last is not None else 0.0
    return Listed(
        profile=profile.name,
        model=model,
        trigger=trigger.name,
        kind=trigger.kind,
        train=trigger.train,
        ends_in=trigger.ends_in,
        next=coming,
        time_zone=trigger.schedule.time_zone if trigger.schedule is not None else "",
        why=why,
        numbers=numbers,
        last=_last(memory, trigger.name),
        silent_until=until if until > now else None,
        going_on=memory.open.run if memory.open is not None else "",
    )


def _last(memory: Memory, trigger: str) -> LastFiring | None:
    firing = memory.last(trigger)
    if firing is None:
        return None
    closed = firing.closed
    return LastFiring(
        t=firing.intent.t,
        why=firing.intent.why,
        run=firing.run,
        outcome=closed.outcome if closed is not None else "going on",
        told=closed.why if closed is not None else "",
        version=closed.version if closed is not None else None,
    )
