"""`engine data fetch`: bring the public data sets that a profile names."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from engine import api
from engine.cli.downloading import DownloadLine, size_of
from engine.cli.options import DebugOption, JsonOption, ModelsArgument, ProfileArgument, WorkspaceOption
from engine.cli.output import print_json, print_table, say
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.public_data.fetch import Fetched
    from engine.public_data.sets import Wanted

NOT_AGREED = 1


def fetch(
    profile: ProfileArgument,
    models: ModelsArgument = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Download without asking.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Download from private and loopback addresses, too.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Download, check and import the public data sets that the profile names.

    Shows name, licence, URL, size and SHA-256 and asks first. A download that broke goes on where it ended; a
    file that was put into the workspace by hand is checked and used.

    Example: engine data fetch utility
    """
    from engine.network.client import Rules
    from engine.public_data.fetch import FetchLimits, Watcher

    refused = False

    def agree(wanted: Sequence[Wanted]) -> bool:
        nonlocal refused
        refused = not _agreed(wanted, yes)
        return not refused

    line = DownloadLine(sys.stderr)
    try:
        fetched = api.fetch(
            profile,
            models,
            agree=agree,
            limits=FetchLimits(rules=Rules(allow_private=allow_private)),
            watcher=Watcher(
                progress=lambda one, there: line.show(one.about.name, there, one.about.bytes or 0), say=say
            ),
            workspace=workspace,
        )
    finally:
        line.end()
    if refused:
        say("nothing was downloaded")
        return NOT_AGREED
    if not fetched:
        say(f"{profile} names no public data; `engine data generate` makes data, `engine data import` takes it in")
    _report(fetched, json)
    return 0


def _agreed(wanted: Sequence[Wanted], yes: bool) -> bool:
    """Show what would be downloaded, and ask."""
    for one in wanted:
        about = one.about
        rest = f", {size_of(one.missing_bytes)} of it still to come" if one.part_bytes else ""
        say(f"{about.name}, for {one.profile}/{one.model}")
        say(f"  licence  {about.licence} ({about.homepage})")
        say(f"  url      {about.url}")
        say(f"  size     {size_of(about.bytes or 0)} ({about.bytes} bytes){rest}")
        say(f"  sha256   {about.sha256}")
        say(f"  to       {one.file}")
    if yes:
        return True
    if not sys.stdin.isatty():
        raise InputError("there is nobody to ask whether to download this", fix="add --yes if you agree")
    total = sum(one.missing_bytes for one in wanted)
    print(f"Download {size_of(total)}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _report(fetched: Sequence[Fetched], json: bool) -> None:
    for one in fetched:
        if one.summary is not None:
            for note in one.summary.notes:
                say(note)
            if one.summary.skipped:
                say(f"left out {one.summary.skipped} bad rows, the first: {one.summary.problems[0]}")
    if json:
        print_json(list(fetched))
    elif fetched:
        print_table(
            ["set", "model", "dataset", "downloaded", "imported", "licence"],
            [
                [
                    one.name,
                    f"{one.profile}/{one.model}",
                    one.dataset,
                    size_of(one.downloaded_bytes) if one.downloaded_bytes else "no",
                    "now" if one.imported else "earlier",
                    one.licence,
                ]
                for one in fetched
            ],
        )
