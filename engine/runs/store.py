"""The runs of a workspace: made, listed, found, removed. Listing opens no file."""

from __future__ import annotations

import os
import re
import shutil
import time

from engine.errors import InputError, NotFoundError
from engine.files import aside, fsync_directory
from engine.runs.locks import is_locked
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec, is_run_id
from engine.workspace import Workspace


def new_run_id(profile: str, model: str) -> str:
    """A fresh id that sorts by time: `20261120-143215-utility-ner-7f3a`.

    The last four digits are the fraction of the second, in 1/65536.
    """
    now = time.time()
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    return f"{stamp}-{_name(profile, model)}-{int(now % 1 * 65536):04x}"


def named_after(run_id: str, profile: str, model: str) -> bool:
    """Whether an id is one that a run of this model would have; its specification alone says that it is one."""
    return run_id[16:-5] == _name(profile, model)


def _name(profile: str, model: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{profile}-{model}".lower()).strip("-") or "run"


def create_run(workspace: Workspace, spec: RunSpec) -> RunPaths:
    """Make the directory of a run, complete or not at all. Raises InputError when the id is taken."""
    if not is_run_id(spec.id):
        raise InputError(f"{spec.id!r} is not the id of a run", fix="make one with new_run_id")
    paths = RunPaths(workspace.runs / spec.id)
    if paths.root.exists():
        raise InputError(f"there is a run {spec.id} already", fix="give it another id")
    workspace.runs.mkdir(parents=True, exist_ok=True)
    staging = aside(paths.root)
    try:
        staging.mkdir()
        spec.write(RunPaths(staging).spec)
        staging.rename(paths.root)
        fsync_directory(workspace.runs)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return paths


def list_runs(workspace: Workspace) -> list[RunPaths]:
    """Every run, newest first."""
    try:
        names = os.listdir(workspace.runs)  # noqa: PTH208 - names are all that is needed
    except FileNotFoundError:
        return []
    return [RunPaths(workspace.runs / name) for name in sorted(filter(is_run_id, names), reverse=True)]


def find_run(workspace: Workspace, name: str) -> RunPaths:
    """The run that an id, a unique prefix of one, or `@latest` names."""
    runs = list_runs(workspace)
    if name == "@latest":
        matches = runs[:1]
    else:
        matches = [run for run in runs if run.id == name] or [run for run in runs if name and run.id.startswith(name)]
    if not matches:
        raise NotFoundError(f"no run {name!r} in {workspace.runs}", fix="`engine runs list` shows them")
    if len(matches) > 1:
        raise NotFoundError(
            f"{len(matches)} runs begin with {name!r}", fix=f"write more of it, such as {matches[0].id}"
        )
    return matches[0]


def remove_run(paths: RunPaths) -> None:
    """Delete a run and everything in it. Raises InputError while its worker lives."""
    if is_locked(paths.lock):
        raise InputError(f"run {paths.id} is not over", fix=f"stop it first: `engine runs stop {paths.id}`")
    # Renamed first, so that nobody ever lists a run that is half gone.
    doomed = aside(paths.root)
    paths.root.rename(doomed)
    shutil.rmtree(doomed)
