"""What becomes of a firing: its run ends, its version goes through the gate, and no further than the profile says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.errors import FinetopError, InputError, NotFoundError
from engine.triggers.log import FILE, Closed, Firing, Outcome, add, alone, remembered
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.registry.store import Version


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A firing that is over."""

    profile: str
    model: str
    trigger: str
    run: str
    outcome: Outcome
    why: str
    version: str = ""
    """`thermal/faults@3`."""


def settle(workspace: Workspace, now: float | None = None) -> tuple[list[Settled], list[str]]:
    """Carry on with every firing of the workspace that is not over. What ended is returned, and what went wrong, with
    which the next look goes on.

    The gate loads models: it may take minutes.
    """
    import time

    moment = time.time() if now is None else now
    found, problems = [], []
    for log in sorted(workspace.models.glob(f"[!.]*/[!.]*/{FILE}")):
        home = log.parent
        if remembered(home).open is None:
            continue
        with alone(home) as held:
            firing = remembered(home).open if held else None
            try:
                settled = _settled(workspace, home, firing, moment) if firing is not None else None
            except (FinetopError, OSError) as problem:
                problems.append(f"{home.parent.name}/{home.name}: {problem}")
                continue
        if settled is not None:
            found.append(settled)
    return found, problems


def _settled(workspace: Workspace, home: Path, firing: Firing, now: float) -> Settled | None:
    from engine.triggers.firing import GIVEN_UP_AFTER_S, carry_on

    if firing.started is None:
        if now - firing.intent.t > GIVEN_UP_AFTER_S and not (workspace.runs / firing.run).exists():
            return _closed(home, firing, "given up", "nobody carried it out within a day", now)
        begun = carry_on(workspace, home, firing, now)
        return _as_settled(home, firing, "given up", begun.problem) if begun.run is None else None
    return _after_the_run(workspace, home, firing, now)


def _after_the_run(workspace: Workspace, home: Path, firing: Firing, now: float) -> Settled | None:
    from engine.runs.paths import RunPaths
    from engine.runs.state import look

    paths = RunPaths(workspace.runs / firing.run)
    try:
        view = look(paths, now=now)
    except NotFoundError:
        return _closed(home, firing, "failed", f"the run {firing.run} is gone", now)
    if not view.is_over:
        return None
    if view.state != "done":
        return _closed(home, firing, "failed", f"the run {view.state}: {view.message or view.reason or ''}", now)
    return _through_the_gate(workspace, home, firing, paths.root, now)


def _through_the_gate(workspace: Workspace, home: Path, firing: Firing, run: Path, now: float) -> Settled | None:
    from engine.registry.history import Moved
    from engine.registry.promotion import gate, promote, stage
    from engine.registry.store import register
    from engine.runs.paths import RunPaths

    intent = firing.intent
    who = f"trigger {intent.trigger}"
    try:
        version = register(workspace, RunPaths(run))
        there = _stands_already(version)
        if there is not None:  # a kill came between the move and the line that tells of it
            return _closed(home, firing, there, "", now, version)
        result, standing = gate(workspace, version.name)
        if not result.passed:
            return _closed(home, firing, "refused", result.sentence, now, version)
        if intent.ends_in == "production" and standing.deployment is None:
            promote(workspace, version.name, why=intent.why, who=who, gate=result, expected_seq=standing.seq)
            return _closed(home, firing, "promoted", result.sentence, now, version)
        stage(workspace, version.name, why=intent.why, who=who, gate=result)
        waits = " An A/B deployment is going on, which it does not end." if standing.deployment is not None else ""
        return _closed(home, firing, "staged", result.sentence + waits, now, version)
    except Moved:
        return None  # somebody moved the model meanwhile: the gate is asked anew
    except InputError as problem:
        return _closed(home, firing, "failed", str(problem), now)


def _stands_already(version: Version) -> Outcome | None:
    """Whether the version was moved before, by this very firing or by a person."""
    from engine.registry.standing import standing_of

    standing = standing_of(version.home)
    if version.number in standing.productions:
        return "promoted"
    return "staged" if standing.staging == version.number else None


def _closed(
    home: Path, firing: Firing, outcome: Outcome, why: str, now: float, version: Version | None = None
) -> Settled:
    line = Closed(
        t=now, id=firing.intent.id, outcome=outcome, why=why, version=version.number if version is not None else None
    )
    add(home, line)
    return _as_settled(home, firing, outcome, why, version)


def _as_settled(home: Path, firing: Firing, outcome: Outcome, why: str, version: Version | None = None) -> Settled:
    return Settled(
        profile=home.parent.name,
        model=home.name,
        trigger=firing.intent.trigger,
        run=firing.run,
        outcome=outcome,
        why=why,
        version=version.name if version is not None else "",
    )
