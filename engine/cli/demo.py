"""`engine demo`: the main job on data that it makes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from engine import demo as demonstration
from engine.cli.options import DebugOption, WorkspaceOption, one_command


def demo(
    plain: Annotated[bool, typer.Option("--plain", help="Lines of text instead of the console.")] = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Generate data, train every model of `utility` (preset quick), watch, and try samples.

    In a terminal the console opens; leave it with q at any time, the training goes on. Calling the
    demo again comes back to the trainings it started.

    Example: engine demo --plain
    """
    return demonstration.run(workspace, console=not plain and sys.stdout.isatty() and sys.stdin.isatty())


app = one_command(demo)
