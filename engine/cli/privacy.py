"""`engine data forget`, `engine data expire`, `engine data key`: what docs/privacy.md is about."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine import api
from engine.cli.options import DebugOption, JsonOption, WorkspaceOption, new_app
from engine.cli.output import print_json, print_table, say
from engine.errors import InputError, NotFoundError
from engine.privacy.journal import begun
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.privacy.forget import Forgotten

NOT_AGREED = 1
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Remove without asking.")]

keys = new_app("The key that pictures are encrypted with at rest.")


def forget(
    subject: Annotated[str, typer.Option("--subject", metavar="ID", help="A label, or a value of the group column.")],
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="Only in what belongs to this profile.")
    ] = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Remove a person from datasets, feedback, reference sets, indexes, reports and samples.

    Lists the runs whose weights have seen them: these remember until they are trained anew. Exit code 1 where
    something could not be removed.

    Example: engine data forget --subject s12 --profile faces --dry-run
    """
    planned = None
    if dry_run or not yes:
        try:
            planned = api.forget(subject, profile=profile, dry_run=True, workspace=workspace)
        except NotFoundError:
            # An earlier call may have been interrupted after the rows were gone: this one finishes it.
            if dry_run or not begun(Workspace.locate(workspace)):
                raise
    if planned is not None and not json:
        _told(planned)
    if dry_run:
        if json:
            print_json(planned)
        return 0
    if not yes and not _agreed(f"Forget {subject}? It cannot be undone."):
        say("nothing was removed")
        return NOT_AGREED
    done = api.forget(subject, profile=profile, workspace=workspace)
    if json:
        print_json(done)
    else:
        _told(done)
    return 1 if done.left else 0


def expire(
    profile: Annotated[
        list[Path] | None,
        typer.Option("--profile", metavar="PATH", help="Where a profile lies that is not found by its name."),
    ] = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Remove examples and feedback that expired, or are older than the model's privacy.retention_days.

    Example: engine data expire --dry-run
    """
    planned = api.expire(profile or (), dry_run=True, workspace=workspace)
    for name in planned.unknown:
        say(f"the profile {name} is not found by its name: how old its data may be is not known; add --profile PATH")
    agreed = dry_run or yes or not planned.models
    if not agreed:
        _table([(f"{one.profile}/{one.model}", one.removed) for one in planned.models])
        if not _agreed("Remove this? It cannot be undone."):
            say("nothing was removed")
            return NOT_AGREED
    # Also where nothing is too old: an earlier call may have been interrupted.
    done = planned if dry_run else api.expire(profile or (), workspace=workspace)
    if json:
        print_json(done)
        return 0
    _table([(f"{one.profile}/{one.model}", one.removed) for one in done.models])
    for one in done.models:
        _say_what_is_left(one.removed)
    return 1 if any(one.removed.left for one in done.models) else 0


@keys.command("new")
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")],
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Write a new random key to FILE, readable by its owner alone. Without it nothing that it sealed can be opened.

    Example: engine data key new finetop.key
    """
    from engine.privacy.keys import ENVIRONMENT_VARIABLE, new_key

    path = file.expanduser().absolute()
    key = new_key(path)
    print(path)
    say(f"key {key.id.hex()}; keep a copy in a safe place, and set {ENVIRONMENT_VARIABLE}={path}")


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise InputError("there is nobody to ask whether to remove this", fix="add --yes if you agree")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _told(found: Forgotten) -> None:
    _table([(found.subject, found)])
    for old, new_id in found.datasets.items():
        say(f"dataset {old} {_what_became(new_id, found.dry_run)}")
    if found.shared:
        say(
            f"{len(found.shared)} pictures are shown by rows of others, too, and stay for them: "
            + ", ".join(found.shared[:5])
        )
    for run in found.trained:
        say(f"run {run} is trained on it")
    for version in found.versions:
        say(f"version {version} is trained on it")
    if found.trained or found.versions:
        say(
            "weights still remember: train anew on what is left, put that model in place of these, and remove them "
            "with `engine runs remove RUN`"
        )
    _say_what_is_left(found)


def _what_became(new_id: str, dry_run: bool) -> str:
    if dry_run:
        return "would be written anew"
    return f"is now {new_id}" if new_id else "is gone: nothing was left of it"


def _say_what_is_left(found: Forgotten) -> None:
    for place in found.left:
        say(f"could not be removed from {place}; remove the file, or the run it belongs to")
    for place in found.mentions:
        say(f"holds the name, and nothing else: {place}")


def _table(rows: list[tuple[str, Forgotten]]) -> None:
    print_table(
        ["whose", "rows", "feedback", "pictures", "shared", "datasets", "runs trained on it", "removed"],
        [
            [
                whose,
                one.rows,
                one.feedback,
                one.pictures,
                len(one.shared),
                len(one.datasets),
                len(one.trained),
                "not yet" if one.dry_run else "yes" if not one.left else "in part",
            ]
            for whose, one in rows
        ],
    )
