"""`engine runs import`: runs that other programs recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import print_json, say
from engine.errors import InputError
from engine.workspace import Workspace


def import_(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...", help="TensorBoard folders, trainer_state.json, results.csv, or above them."
        ),
    ],
    format: Annotated[
        str | None, typer.Option("--format", help="Only tensorboard, trainer_state or ultralytics.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="What to call the model; the folder's by default.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on as the record grows, until Ctrl-C or a stop: the run is live.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show runs in the console that were recorded by TensorBoard, transformers or Ultralytics.

    The same record again brings in only what is new.

    Example: engine runs import detect/train7 --name poles
    """
    from engine.foreign_runs.finding import find_recordings
    from engine.foreign_runs.importing import import_recording

    found = [recording for source in sources for recording in find_recordings(source, format)]
    if follow and len(found) > 1:
        raise InputError(f"{len(found)} records found, and one can be followed", fix="name it, or leave --follow out")
    done = []
    for recording in found:
        done.append(import_recording(Workspace.locate(workspace), recording, name, follow=follow))
        if not json:
            print(done[-1].id, flush=True)
            say(f"{done[-1].points} points of {recording.path} ({recording.kind})")
    if json:
        print_json(done)
