"""Ends a run by force: the processes of that run, and nothing else.

Its worker is asked first, and ends its trainer's group itself. A worker that does not answer, and a script that is
its own worker, is ended from outside: the process that provably holds the run's lock, with all that it started.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError, WorkError
from engine.events.schema import RunEvent, StatusEvent
from engine.events.writer import EventWriter
from engine.runs.control import request_kill
from engine.runs.glance import first_of, last_of
from engine.runs.locks import is_locked, lock_for_good
from engine.runs.paths import RunPaths
from engine.runs.reasons import Reason

ANSWER_WITHIN_S = 2.0
"""A worker looks for requests ten times a second; one that is busy with a slow disk gets some more time."""
GONE_WITHIN_S = 10.0
_POLL_S = 0.02


@dataclass(frozen=True)
class _Member:
    pid: int
    handle: int
    """A pidfd: what it is sent reaches this process or nobody."""
    leads_group: bool


def kill_run(paths: RunPaths) -> None:
    """End it now; returns when it is gone and its end is written. Raises InputError, WorkError where it cannot be."""
    if not is_locked(paths.lock):
        raise InputError(f"run {paths.id} has no worker", fix="there is nothing to kill")
    request_kill(paths)
    first = first_of(paths.status, RunEvent)
    is_script = first is not None and first.task == "external"
    if not is_script and _holds_within(ANSWER_WITHIN_S, lambda: not is_locked(paths.lock)):
        return
    _end_tree(_holder(paths), paths.id)
    if not _holds_within(GONE_WITHIN_S, lambda: not is_locked(paths.lock)):
        raise WorkError(f"run {paths.id} was killed, and something still holds its lock", fix="look at its processes")
    _write_end(paths)


def _holder(paths: RunPaths) -> int:
    """The process that holds the lock, by its own word and by the kernel's."""
    try:
        holder = json.loads(paths.lock.read_bytes())
        pid, host = int(holder["pid"]), str(holder["host"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise WorkError(
            f"nobody knows which process works on run {paths.id}", fix="stop it where it runs"
        ) from problem
    if host != socket.gethostname():
        raise InputError(f"run {paths.id} is worked on by the machine {host}", fix="kill it there")
    if not _has_locked(pid, paths.lock):
        raise WorkError(
            f"process {pid} is not the one that works on run {paths.id}", fix="stop it where it was started"
        )
    return pid


def _has_locked(pid: int, path: Path) -> bool:
    """Whether one of the process's open files is this one, locked for writing."""
    found = path.stat()
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                opened = entry.stat()
                if (opened.st_dev, opened.st_ino) == (found.st_dev, found.st_ino):
                    locks = Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text()
                    if "FLOCK" in locks and "WRITE" in locks:
                        return True
    return False


def _end_tree(leader: int, run_id: str) -> None:
    """Kill a process and all that descends from it, with the groups that those lead.

    Each is halted before its children are listed, so that none slips away, and no number is used anew meanwhile.
    """
    if not hasattr(signal, "pidfd_send_signal"):
        raise WorkError(f"run {run_id} cannot be killed on this system", fix=f"end process {leader} by hand")
    halted: list[_Member] = []
    waiting: list[tuple[int, int | None]] = [(leader, None)]
    try:
        while waiting:
            pid, parent = waiting.pop()
            member = _halt(pid, parent)
            if member is not None:
                halted.append(member)
                waiting += [(child, pid) for child in _children(pid)]
        for member in halted:
            if member.leads_group and member.pid != leader:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(member.pid, signal.SIGKILL)
            _send(member.handle, signal.SIGKILL)
    except PermissionError as problem:
        for member in halted:
            _send(member.handle, signal.SIGCONT)
        raise InputError(f"run {run_id} belongs to another user", fix="ask them, or stop it gently") from problem
    finally:
        for member in halted:
            os.close(member.handle)


def _halt(pid: int, parent: int | None) -> _Member | None:
    """Halt a process; None where it is gone, or is no longer this parent's."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return None
    try:
        if parent is not None and _parent_of(pid) != parent:
            os.close(handle)
            return None
        signal.pidfd_send_signal(handle, signal.SIGSTOP)
        return _Member(pid, handle, os.getpgid(pid) == pid)
    except ProcessLookupError:
        os.close(handle)
        return None
    except PermissionError:
        os.close(handle)
        raise


def _send(handle: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, number)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _parent_of(pid: int) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return None


def _write_end(paths: RunPaths) -> None:
    """Say how it ended, for the worker that no longer can: whoever holds the lock writes the status."""
    lock = lock_for_good(paths.lock)
    if lock is None:
        return  # somebody resumed it already
    try:
        last = last_of(paths.status, StatusEvent)
        if last is None or last.state not in ("done", "stopped", "failed"):
            with EventWriter(paths.status) as status:
                attempt = last.attempt if last else 1
                status.status("stopped", reason=Reason.STOPPED, message="killed", attempt=attempt)
    finally:
        os.close(lock)


def _holds_within(seconds: float, condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= until:
            return False
        time.sleep(_POLL_S)
    return True
