"""Starts trainings once, however often the same request comes: what is to be started is written before it is.

    workspace/service/requests/HASH.json    the request, and the specifications of its runs with their ids
    workspace/service/requests/HASH.lock    held by whoever works at it

A crash between the two leaves an intent; the same request, sent again, finishes what is missing of it. A request that
is done stays done, even when its runs were removed since.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import InputError, WorkError
from engine.files import write_json
from engine.runs.launchers import launch
from engine.runs.locks import is_locked, try_lock
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.store import create_run
from engine.service.errors import ConflictError
from engine.service.tokens import FOLDER
from engine.workspace import Workspace

REQUESTS = "requests"
PATIENCE_S = 60.0
KEPT_S = 30 * 86_400.0
"""Afterwards a request of the same id is a new one."""


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """What a request starts."""

    request: str
    asked: str
    """Hash of what was asked."""
    created: float
    specs: list[dict[str, Any]]
    """`run.yaml` of each run."""
    runs: list[str]
    done: bool = False


def start_once(
    workspace: Workspace, request: str, asked: Any, specify: Callable[[], Sequence[RunSpec]]
) -> tuple[list[str], bool]:
    """Ids of the runs that a request started, and whether it did so now.

    `asked`: what it asks for; the same id with something else raises ConflictError. `specify` is called once for each
    request. Raises what it raises, and what starting a worker does.
    """
    folder = workspace.root / FOLDER / REQUESTS
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(request.encode()).hexdigest()[:40]
    path, digest = folder / f"{name}.json", _digest(asked)
    with alone(path.with_suffix(".lock")):
        intent = _read(path)
        if intent is not None and intent.asked != digest:
            raise ConflictError(
                f"the request {request!r} was sent before and asked for something else",
                fix="give each request an id of its own",
            )
        if intent is not None and intent.done:
            return intent.runs, False
        is_new = intent is None
        if intent is None:
            specs = specify()
            intent = Intent(
                request=request,
                asked=digest,
                created=time.time(),
                specs=[msgspec.to_builtins(spec) for spec in specs],
                runs=[spec.id for spec in specs],
            )
            write_json(path, intent)
        for spec in intent.specs:
            _start(workspace, msgspec.convert(spec, RunSpec))
        write_json(path, msgspec.structs.replace(intent, done=True, specs=[]))
        return intent.runs, is_new


def prune(workspace: Workspace, now: float | None = None) -> int:
    """Remove requests that are older than `KEPT_S`; how many."""
    before = (time.time() if now is None else now) - KEPT_S
    removed = 0
    for path in (workspace.root / FOLDER / REQUESTS).glob("*.json"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            path.with_suffix(".lock").unlink(missing_ok=True)
            removed += 1
    return removed


def _start(workspace: Workspace, spec: RunSpec) -> None:
    """Make the run and its worker, whichever is missing."""
    paths = RunPaths(workspace.runs / spec.id)
    if not paths.root.exists():
        create_run(workspace, spec)
    if is_locked(paths.lock) or paths.status.exists():
        return  # a worker is, or was, there
    launch(paths)


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Nobody else is inside, in this process or another. Raises WorkError where somebody is for long."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    fd = try_lock(lock, patience_s=PATIENCE_S)
    if fd is None:
        raise WorkError("the same request is still being worked at", fix="send it again in a moment")
    try:
        yield
    finally:
        os.close(fd)


def _read(path: Path) -> Intent | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Intent)
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as problem:
        raise InputError("the record of this request is damaged", fix="send it under another id") from problem


def _digest(asked: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).hexdigest()
