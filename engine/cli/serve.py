"""`engine serve`: the REST service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import DebugOption, WorkspaceOption, one_command
from engine.errors import InputError
from engine.workspace import Workspace


def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; beyond loopback only with a token in the store.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="Port to listen on.")] = 8001,
    profile: Annotated[
        list[Path] | None,
        typer.Option("--profile", metavar="PATH", help="A profile that requests may name, beside the shipped ones."),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch pictures from private and loopback addresses, too.")
    ] = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Train and predict over HTTP; docs/service.md has the routes. Ends with TERM or Ctrl-C; runs go on.

    Example: engine serve --port 8001
    """
    try:
        from engine.service.server import serve as serve_in
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] not in {"fastapi", "starlette", "uvicorn", "prometheus_client"}:
            raise
        raise InputError(
            f"the library {problem.name} is not installed", fix="install finetop with the extra `serve`"
        ) from problem
    serve_in(
        Workspace.locate(workspace),
        host=host,
        port=port,
        profiles=profile or (),
        allow_private=allow_private,
        log_level="debug" if debug else "info",
    )


app = one_command(serve)
