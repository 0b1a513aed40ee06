"""`engine attach`: this workspace for a console on another machine."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.options import DebugOption, WorkspaceOption, one_command
from engine.workspace import Workspace


def attach(
    readonly: Annotated[bool, typer.Option("--readonly", help="Refuse to stop or resume runs.")] = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Speak with `finetop --attach HOST:DIR` on standard streams; the console starts it over SSH. Opens no port.

    Example: engine attach --workspace workspace
    """
    from engine.attach.serving import serve

    serve(Workspace.locate(workspace), readonly=readonly)


app = one_command(attach)
