"""Asks every trigger of a profile whether it fires, and says why or why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.errors import FinetopError
from engine.triggers.log import FirstSeen, Looked, Memory, Numbers, add, alone, remembered
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.profiles import Profile
    from engine.profiles.triggers import Trigger
    from engine.triggers.firing import Begun

HOUR_S = 3600.0


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


@dataclass(frozen=True)
class Found:
    """Whether a condition holds."""

    holds: bool
    why: str
    numbers: Numbers
    next: float | None = None


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


def _asked(
    workspace: Workspace, path: Path, profile: Profile, model: str, now: float, dry_run: bool
) -> list[Answer]:
    triggers = profile.models[model].triggers
    home = workspace.models / profile.name / model
    if dry_run:
        memory = remembered(home)
        return [_answer(workspace, profile, model, one, memory, now, dry_run=True) for one in triggers]
    with alone(home) as held:
        if not held:
            why = "another process is looking at this model at this moment"
            return [_told(profile, model, one, Found(False, why, {})) for one in triggers]
        answers = []
        for one in triggers:
            # Read anew: the trigger before may have fired, and one run at a time is what a model gets.
            memory = remembered(home)
            answer = _answer(workspace, profile, model, one, memory, now, dry_run=False)
            if answer.fired:
                answer = _fired(workspace, path, answer, one, now)
            answers.append(answer)
        return answers


def _fired(workspace: Workspace, path: Path, answer: Answer, trigger: Trigger, now: float) -> Answer:
    from engine.triggers.firing import fire

    begun: Begun = fire(workspace, path, answer, trigger, now)
    held_back = begun.problem
    return msgspec.structs.replace(answer, firing=begun.id, run=begun.run, held_back=held_back)


def _answer(
    workspace: Workspace, profile: Profile, model: str, trigger: Trigger, memory: Memory, now: float, *, dry_run: bool
) -> Answer:
    home = workspace.models / profile.name / model
    try:
        found = _found(workspace, home, profile.name, model, trigger, memory, now, dry_run)
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
        return f"{last.intent.trigger} fired {(now - last.intent.t) / HOUR_S:.1f} h ago; {rest_s / HOUR_S:.1f} h to go"
    return ""


def _nothing_to_learn(workspace: Workspace, profile: str, model: str) -> str:
    from engine.triggers.judgements import new_examples

    return "" if new_examples(workspace, profile, model) else "no feedback came since the last training on it"


def _found(
    workspace: Workspace,
    home: Path,
    profile: str,
    model: str,
    trigger: Trigger,
    memory: Memory,
    now: float,
    dry_run: bool,
) -> Found:
    match trigger.kind:
        case "schedule":
            return _by_clock(home, trigger, memory, now, dry_run)
        case "performance":
            return _by_judgements(workspace, profile, model, trigger, memory)
        case "data":
            return _by_examples(workspace, profile, model, trigger)
        case _:
            return _by_environment(workspace, home, trigger, memory, now, dry_run)


def _by_clock(home: Path, trigger: Trigger, memory: Memory, now: float, dry_run: bool) -> Found:
    from engine.triggers.schedule import due, next_after

    assert trigger.schedule is not None
    cron, zone = trigger.schedule.cron, trigger.schedule.time_zone
    said = f"{cron} {zone}"
    since = memory.first_seen.get((trigger.name, said))
    if since is None:
        since = now
        if not dry_run:
            add(home, FirstSeen(t=now, trigger=trigger.name, schedule=said))
    last = memory.last(trigger.name)
    if last is not None:
        since = max(since, last.intent.t)
    missed, coming = due(cron, zone, since, now), next_after(cron, zone, now)
    if missed is None:
        return Found(False, f"next {moment_in(coming, zone)}", {"since": since}, coming)
    return Found(True, f"{cron!r} was due {moment_in(missed, zone)}", {"due": missed}, coming)


def _by_judgements(workspace: Workspace, profile: str, model: str, trigger: Trigger, memory: Memory) -> Found:
    from engine.registry.standing import standing_of
    from engine.registry.store import home_of
    from engine.triggers.judgements import judgements_of
    from engine.triggers.performance import falls_short, rolled

    wanted = trigger.performance
    assert wanted is not None
    last = memory.last()
    # What was said of the model before it was changed, or led to a training already, says nothing of it now.
    since = max(last.intent.t if last else 0.0, standing_of(home_of(workspace, profile, model)).promoted or 0.0)
    found = rolled(judgements_of(workspace, profile, model, since), wanted.metric, wanted.window)
    if found is None or found.judged < wanted.minimum:
        judged = found.judged if found is not None else 0
        return Found(False, f"{judged} judged answers of {wanted.minimum} that it needs", {"judged": judged})
    holds = falls_short(found, wanted)
    why = (
        f"{wanted.metric} {found.value:.3f} is {'under' if holds else 'not under'} {wanted.at_least:g} "
        f"({found.right} of the last {found.judged} judged answers were right, 95 % interval "
        f"{found.low:.3f} to {found.high:.3f})"
    )
    return Found(holds, why, {wanted.metric: found.value, "judged": found.judged, "right": found.right})


def _by_examples(workspace: Workspace, profile: str, model: str, trigger: Trigger) -> Found:
    from engine.triggers.judgements import new_examples

    assert trigger.data is not None
    count, wanted = new_examples(workspace, profile, model), trigger.data.examples
    why = f"{count} images of feedback came since the last training on it, and {wanted} fire"
    return Found(count >= wanted, why, {"examples": count})


def _by_environment(
    workspace: Workspace, home: Path, trigger: Trigger, memory: Memory, now: float, dry_run: bool
) -> Found:
    from engine.registry.paths import ModelHome
    from engine.registry.standing import standing_of
    from engine.registry.store import Version
    from engine.triggers.environment import look

    wanted = trigger.environment
    assert wanted is not None
    number = standing_of(ModelHome(home)).production
    if number is None:
        return Found(False, "nothing is in production", {})
    last = memory.looked.get(trigger.name)
    if last is not None and last.version == number and now - last.t < wanted.every * HOUR_S:
        due_in = (last.t + wanted.every * HOUR_S - now) / HOUR_S
        # A test that said so is not asked again: it holds until it has fired.
        holds = last.fired and _not_fired_since(memory, trigger.name, last.t)
        return Found(holds, f"{last.why}; looked at again in {due_in:.1f} h", last.numbers)
    since = last.until if last is not None and last.version == number else 0.0
    version = Version(ModelHome(home), number)
    seen = look(workspace, version, wanted, since=since, known=memory.places, seed=int(now))
    if seen.until is not None and not dry_run:
        line = Looked(
            t=now, trigger=trigger.name, version=number, until=seen.until, fired=seen.fired, why=seen.why,
            numbers=seen.numbers, places=list(seen.places),
        )  # fmt: skip
        add(home, line)
    return Found(seen.fired, seen.why, seen.numbers)


def _not_fired_since(memory: Memory, trigger: str, t: float) -> bool:
    last = memory.last(trigger)
    return last is None or last.intent.t < t


def moment_in(t: float | None, time_zone: str) -> str:
    """A moment by the clock of a time zone."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    if t is None:
        return "never"
    return datetime.fromtimestamp(t, UTC).astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M %Z")
