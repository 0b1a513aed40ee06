"""How a run gets its worker. `local` is here; several GPUs and clusters use the same seam."""

from __future__ import annotations

import subprocess
from typing import Protocol

from engine.errors import InputError, WorkError
from engine.runs.control import clear_requests
from engine.runs.locks import is_locked
from engine.runs.paths import RunPaths
from engine.runs.processes import python_command
from engine.runs.spec import RunSpec

READY_WITHIN_S = 60.0


class Launcher(Protocol):
    """Gives a run its worker; returns when the run is on its way."""

    def __call__(self, paths: RunPaths) -> None: ...


def launch(paths: RunPaths) -> None:
    """Start the worker of a run, by the launcher that its specification names.

    Returns when the worker holds its lock, stands in the queue and has written its first lines.
    """
    start = find_launcher(RunSpec.read(paths.spec).launcher)
    if is_locked(paths.lock):
        raise InputError(f"run {paths.id} already has a worker", fix="watch it, or stop it first")
    clear_requests(paths)
    start(paths)


def find_launcher(name: str) -> Launcher:
    """The launcher called `name`. Raises InputError for one that is not there."""
    if name == "local":
        return launch_local
    if name in ("torchrun", "ray"):
        raise InputError(f"training on {name!r} comes later", fix="use --on local")
    raise InputError(f"there is no launcher {name!r}", fix="use --on local")


def launch_local(paths: RunPaths) -> None:
    """A detached process on this machine: it outlives terminal, shell and console."""
    command = [*python_command("engine.runs.worker"), str(paths.root)]
    try:
        # The started process ends as soon as its fork, the worker, is ready: no child stays behind.
        started = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=READY_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise WorkError(
            f"the worker was not ready within {READY_WITHIN_S:g} s", where=paths.id, fix="see worker.log"
        ) from problem
    if started.returncode != 0:
        said = started.stdout.decode(errors="replace").strip().splitlines()
        raise WorkError(said[-1] if said else "the worker did not start", where=paths.id, fix="see worker.log")
