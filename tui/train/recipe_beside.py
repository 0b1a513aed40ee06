"""Tries a recipe in a process of its own: it can take seconds, and the console's keys would wait for it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from engine.errors import WorkError
from engine.workspace import Workspace
from tui.models.engine_command import ENGINE
from tui.train.draft import Draft

if TYPE_CHECKING:
    from engine.plan.tried import Counts

LOOK_S = 0.1
"""Between two looks at whether it is still wanted."""


class _Data(msgspec.Struct):
    splits: dict[str, int]
    classes: dict[str, dict[str, int]]


class _Plan(msgspec.Struct):
    data: _Data


def try_recipe(draft: Draft, model: str, workspace: Workspace, is_wanted: Callable[[], bool]) -> Counts | None:
    """What the recipe of a model makes; None when nobody wants to know any more. Raises WorkError."""
    from engine.plan.tried import Counts

    command = [*ENGINE, "plan", draft.profile, model, "--preset", draft.preset, "--device", draft.device]
    for change in draft.changes:
        command += ["--set", change]
    command += ["--json", "--workspace", str(workspace.root)]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        while True:
            try:
                out, err = process.communicate(timeout=LOOK_S)
                break
            except subprocess.TimeoutExpired:
                if not is_wanted():
                    return None
    finally:
        if process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    try:
        (plan,) = msgspec.json.decode(out, type=list[_Plan])
    except (msgspec.DecodeError, ValueError) as problem:
        last = err.decode(errors="replace").strip().splitlines()[-1:]
        raise WorkError(last[0] if last else "the recipe could not be tried", where=model) from problem
    return Counts(plan.data.splits, plan.data.classes)
