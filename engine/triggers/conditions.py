"""The four conditions of triggers: by the clock, by judged answers, by new examples, by what inputs are like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.triggers.log import FirstSeen, Looked, Memory, Numbers, add
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.profiles.triggers import Trigger

HOUR_S = 3600.0


@dataclass(frozen=True)
class Found:
    """Whether a condition holds."""

    holds: bool
    why: str
    numbers: Numbers
    next: float | None = None


def condition(
    workspace: Workspace,
    home: Path,
    profile: str,
    model: str,
    trigger: Trigger,
    memory: Memory,
    now: float,
    dry_run: bool,
) -> Found:
    """Whether the condition of a trigger holds now. Raises FinetopError where it cannot be asked."""
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
    standing = standing_of(home_of(workspace, profile, model))
    since = max(last.intent.t if last else 0.0, standing.promoted or 0.0)
    judgements = judgements_of(
        workspace, profile, model, version=standing.production, since=since, most=wanted.window
    )
    found = rolled(judgements, wanted.metric, wanted.window)
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
    count, wanted = new_examples(workspace, profile, model, trigger.train), trigger.data.examples
    of = " on it" if trigger.train == "feedback" else ""
    why = f"{count} images of feedback came since the last training{of}, and {wanted} fire"
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
    seen = look(workspace, version, wanted, since=since, now=now, known=memory.places)
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
