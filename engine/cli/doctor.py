"""`engine doctor`: what this machine and terminal can do, and what is missing."""

from __future__ import annotations

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption, one_command
from engine.cli.output import print_json, print_table
from engine.doctor import checks


def doctor(json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Python, packages, devices, disk, terminal: what is there and what to do about the rest.

    Example: engine doctor
    """
    found = checks()
    if json:
        print_json(found)
        return
    print_table(
        ["", "what", "found", "what to do"],
        [[check.status, check.name, check.detail, check.remedy or ""] for check in found],
    )


app = one_command(doctor)
