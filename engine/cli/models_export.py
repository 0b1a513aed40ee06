"""`engine models export`: a version for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import print_json, say
from engine.workspace import Workspace

FORMATS = "native (as it is), huggingface (as the library of its kind loads it), onnx."
VersionArgument = Annotated[
    str, typer.Argument(metavar="VERSION", help="PROFILE/MODEL@N, or @staging, @production, @previous, @latest.")
]


def add_to(app: typer.Typer) -> None:
    """Add the verb to `engine models`."""
    app.command("export")(export)


def export(
    version: VersionArgument,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where it is written: new or empty.")],
    format: Annotated[str, typer.Option("--format", help=FORMATS)] = "native",
    rows: Annotated[
        int, typer.Option("--rows", min=1, help="Rows of validation on which an ONNX file is verified, at most.")
    ] = 200,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Write a version with its card; an ONNX file is held against the version first.

    Example: engine models export utility/ner@production exported/ner --format onnx
    """
    from engine.registry.export.exporting import export as write
    from engine.registry.store import find_version

    place = Workspace.locate(workspace)
    done = write(find_version(place, version), directory, format, rows=rows, tell=say)  # type: ignore[arg-type]
    if json:
        print_json(msgspec.to_builtins(done))
        return
    if done.agreement is not None:
        say(f"verified on {done.verified_on}: {done.agreement.sentence}")
    say(f"wrote {done.version} as {done.format} to {directory}: {len(done.files)} files")
