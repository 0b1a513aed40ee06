"""What the console asks of a run: carried out in the workspace, and never outside it."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import msgspec

from engine.attach.protocol import Answer, LogPart, Report, Request, Resume, Spec, Stop
from engine.errors import FinetopError, InputError, NotFoundError
from engine.runs.paths import RunPaths
from engine.runs.spec import is_run_id
from engine.workspace import Workspace

REPORT_BYTES = 200 * 1024
PART_BYTES = 4 * 1024 * 1024
"""Of a file, read for one part of a log …"""
SENT_BYTES = 300 * 1024
"""… and the most that is sent of it."""
_NUMBERS = (b'"type":"metrics"', b'"type":"progress"', b'"type":"system"', b'"type":"sample"')
"""Most lines of a run, and none for people."""


def answer(request: Request, workspace: Workspace, *, readonly: bool) -> Answer:
    """Do what is asked; what cannot be done is an answer, too."""
    try:
        return _answer(request, workspace, readonly)
    except FinetopError as problem:
        return Answer(
            id=request.id,
            error=problem.what[:2000],
            where=(problem.where or "")[:2000],
            fix=(problem.fix or "")[:2000],
        )
    except Exception as problem:
        # One request must not end the connection for all that is watched over it.
        return Answer(id=request.id, error=f"{type(problem).__name__}: {problem}"[:2000])


def run_paths(workspace: Workspace, run_id: str) -> RunPaths:
    """The run's directory. Raises NotFoundError where there is none in this workspace."""
    paths = RunPaths(workspace.runs / run_id)
    if not is_run_id(run_id) or not paths.root.is_dir():
        raise NotFoundError(f"no run {run_id[:200]!r} there", fix="it may have been removed")
    if paths.root.resolve().parent != workspace.runs.resolve():
        raise InputError(f"run {run_id} is a link out of the workspace", fix="look at it where it lies")
    return paths


def _answer(request: Request, workspace: Workspace, readonly: bool) -> Answer:
    if readonly and isinstance(request, Stop | Resume):
        raise InputError("this workspace is attached read-only", fix="attach without --readonly")
    paths = run_paths(workspace, request.run)
    if isinstance(request, Stop):
        return Answer(id=request.id, text=_stop(paths, request.way))
    if isinstance(request, Resume):
        from engine.runs.handle import RunHandle

        RunHandle(paths).resume()
        return Answer(id=request.id, text=f"{paths.id} goes on.")
    if isinstance(request, Report):
        return Answer(id=request.id, text=_report(paths))
    if isinstance(request, Spec):
        from engine.runs.spec import RunSpec

        return Answer(id=request.id, data=msgspec.json.encode(RunSpec.read(paths.spec), enc_hook=str).decode())
    return _log_part(request, paths)


def _stop(paths: RunPaths, way: str) -> str:
    from engine.runs.handle import RunHandle

    handle = RunHandle(paths)
    if way == "kill":
        handle.kill()
        return f"{paths.id} was killed; its checkpoints stand."
    handle.stop(now=way == "now")
    return f"{paths.id} was asked to stop {way}."


def _report(paths: RunPaths) -> str:
    page = paths.report.with_suffix(".md")
    data = _read(page, 0, REPORT_BYTES + 1)
    if not data:
        raise NotFoundError(f"run {paths.id} has no report", fix="wait until it is done")
    text = data[:REPORT_BYTES].decode("utf-8", "replace")
    return text if len(data) <= REPORT_BYTES else f"{text}\n\n… the rest is in {page.name}"


def _log_part(request: LogPart, paths: RunPaths) -> Answer:
    """Whole lines for people before an offset, and where they begin; the newest where they are many."""
    path = {"events": paths.events, "status": paths.status, "log": paths.log}[request.file]
    end = _size(path) if request.before is None else min(request.before, _size(path))
    start = max(0, end - PART_BYTES)
    data = _read(path, start, end - start)
    if start:
        cut = data.find(b"\n") + 1
        start, data = (start + cut, data[cut:]) if cut else (start, b"")
    kept: list[bytes] = []
    room = SENT_BYTES
    at = start + len(data)
    for line in reversed(io.BytesIO(data).readlines()):
        wanted = request.file == "log" or not any(mark in line for mark in _NUMBERS)
        if wanted and len(line) > room:
            # A line longer than an answer is left out; any other waits for the next one.
            if kept:
                break
        elif wanted:
            room -= len(line)
            kept.append(line)
        at -= len(line)
    return Answer(id=request.id, data=b"".join(reversed(kept)).decode("latin-1"), at=at)


def _size(path: Path) -> int:
    try:
        return path.stat(follow_symlinks=False).st_size
    except OSError:
        return 0


def _read(path: Path, start: int, count: int) -> bytes:
    """Bytes of a file proper: a link could lead out of the workspace, and a pipe would never answer."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return os.pread(fd, count, start) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
    finally:
        os.close(fd)
