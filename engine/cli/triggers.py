"""`engine triggers`: what starts a training unasked, and what came of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption, new_app
from engine.cli.output import print_json, print_table, say
from engine.triggers.check import Answer
from engine.triggers.conditions import moment_in
from engine.triggers.listing import LastFiring, Listed, listed
from engine.triggers.tending import Tended, tend
from engine.workspace import Workspace

app = new_app("What starts a training unasked: by the clock, by mistakes, by new examples, by other inputs.")
ProfilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[PROFILE]...", help="Names or paths; all profiles that have triggers by default."),
]


@app.command()
def check(
    profiles: ProfilesArgument = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would fire; start and write nothing.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Ask every trigger, start what fires, and take finished runs through the gate. For cron; `engine serve` does the
    same every minute. Exit code 0, whether anything fires or not.

    Example: engine triggers check --dry-run
    """
    tended = tend(Workspace.locate(workspace), profiles or (), dry_run=dry_run)
    if json:
        print_json(tended)
    else:
        _report(tended, dry_run)
    for problem in tended.problems:
        say(problem)


@app.command("list")
def list_(
    profiles: ProfilesArgument = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Every trigger with its next and last firing, its cool-down, and the run that is going on.

    Example: engine triggers list
    """
    now = time.time()
    found = listed(Workspace.locate(workspace), profiles or (), now)
    if json:
        print_json(found)
        return
    print_table(
        ["model", "trigger", "kind", "next", "last", "came of it", "silent for", "going on", "now"],
        [
            [
                f"{one.profile}/{one.model}",
                one.trigger,
                one.kind,
                moment_in(one.next, one.time_zone) if one.next is not None else None,
                moment_in(one.last.t, one.time_zone or "UTC") if one.last is not None else None,
                _outcome(one.last),
                _silent(one, now),
                one.going_on or None,
                one.why,
            ]
            for one in found
        ],
    )


def _report(tended: Tended, dry_run: bool) -> None:
    for one in tended.settled:
        version = f" {one.version}" if one.version else ""
        say(f"{one.profile}/{one.model}: {one.trigger}: {one.outcome}{version}: {one.why}")
    print_table(
        ["model", "trigger", "kind", "fires" if dry_run else "fired", "run", "why"],
        [
            [f"{one.profile}/{one.model}", one.trigger, one.kind, _fired(one), one.run, _why(one)]
            for one in tended.answers
        ],
    )


def _fired(one: Answer) -> str:
    return "yes" if one.fired else "held back" if one.held_back else "no"


def _why(one: Answer) -> str:
    return f"{one.why}; but {one.held_back}" if one.held_back else one.why


def _outcome(last: LastFiring | None) -> str | None:
    if last is None:
        return None
    return last.outcome if last.version is None else f"{last.outcome} @{last.version}"


def _silent(one: Listed, now: float) -> str | None:
    return None if one.silent_until is None else f"{(one.silent_until - now) / 3600:.1f} h"
