"""`engine folders generate`: a drawn library on the disk."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import duration, print_json, print_table, say
from engine.folders import api


def generate(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A directory that is not there, or empty.")],
    folders: Annotated[int, typer.Option("--folders", help="How many folders to make.")] = 6000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same library.")] = 7,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="FILE.csv", help="Write what each folder is, as `labels apply` takes it."),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Make an asset library on the disk: folders of known labels, and files that have sizes and take no room.

    Example: engine folders generate library --folders 300 --labels known.csv
    """
    started = time.monotonic()
    told = started

    def tick(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told > 5:
            told = time.monotonic()
            say(f"{done:,} of {total:,} folders")

    made = api.generate(directory, folders=folders, seed=seed, labels=labels, tick=tick)
    if json:
        print_json({"directory": str(directory), "folders": made.folders, "files": made.files, "labels": made.labels})
        return
    print_table(("folders", "files", "labels"), [(made.folders, made.files, made.labels)])
    say(f"{directory} is there after {duration(time.monotonic() - started)}")
