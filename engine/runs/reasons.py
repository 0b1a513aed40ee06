"""Why a run, or one attempt of it, ended: a closed list. Exit codes carry it from trainer to worker."""

from __future__ import annotations

import enum
import errno
import signal
from typing import Literal

from engine.errors import DataError, InputError, NonFiniteError, OutOfMemoryError

EndState = Literal["done", "stopped", "failed"]


class Reason(enum.StrEnum):
    """Why it ended."""

    DONE = "done"
    STOPPED = "stopped by user"
    PREEMPTED = "preempted"
    BAD_CONFIGURATION = "bad configuration"
    BAD_DATA = "bad data"
    OUT_OF_MEMORY = "out of memory"
    NON_FINITE = "non-finite"
    DISK_FULL = "disk full"
    MODEL_DIFFERS = "model differs after loading"
    HANG = "hang"
    CRASH = "crash"
    WORKER_KILLED = "worker killed"
    WORKER_OUT_OF_MEMORY = "worker killed, out of memory"
    MACHINE_GONE = "machine gone"
    NEVER_STARTED = "never started"


EXIT_CODES = {
    Reason.DONE: 0,
    Reason.CRASH: 1,
    Reason.STOPPED: 20,
    Reason.PREEMPTED: 21,
    Reason.BAD_CONFIGURATION: 22,
    Reason.BAD_DATA: 23,
    Reason.OUT_OF_MEMORY: 24,
    Reason.NON_FINITE: 25,
    Reason.DISK_FULL: 26,
    Reason.MODEL_DIFFERS: 27,
}
"""What a trainer exits with. Every other code is a crash."""

_REASONS = {code: reason for reason, code in EXIT_CODES.items()}


def reason_of_exit(returncode: int, *, kernel_out_of_memory: bool = False) -> tuple[Reason, str]:
    """Reason and sentence of a trainer that exited with `returncode` (negative: a signal).

    `kernel_out_of_memory`: the kernel's out-of-memory killer was at work in its cgroup.
    """
    if returncode in _REASONS:
        return _REASONS[returncode], ""
    if returncode > 0:
        return Reason.CRASH, f"the trainer ended with exit code {returncode}"
    name = signal.Signals(-returncode).name if -returncode in signal.valid_signals() else str(-returncode)
    if -returncode == signal.SIGKILL and kernel_out_of_memory:
        return Reason.OUT_OF_MEMORY, "the kernel killed the trainer: the machine's memory was used up"
    if -returncode in (signal.SIGTERM, signal.SIGINT):
        return Reason.PREEMPTED, f"the trainer was ended by {name} before it could answer"
    return Reason.CRASH, f"the trainer was killed by {name}"


def reason_of_error(error: BaseException, *, disk_full: bool = False) -> Reason:
    """The reason that an exception in the trainer amounts to.

    `disk_full`: the run's file system has no space left; libraries wrap that error in their own.
    """
    chain = _chain(error)
    if any(isinstance(link, OSError) and link.errno in (errno.ENOSPC, errno.EDQUOT) for link in chain):
        return Reason.DISK_FULL
    if disk_full and isinstance(error, OSError | RuntimeError):
        return Reason.DISK_FULL
    # By name: torch's own class must be recognised without importing torch.
    if isinstance(error, OutOfMemoryError | MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return Reason.OUT_OF_MEMORY
    if isinstance(error, NonFiniteError):
        return Reason.NON_FINITE
    if isinstance(error, DataError):
        return Reason.BAD_DATA
    if isinstance(error, InputError) or type(error).__name__ == "ValidationError":
        return Reason.BAD_CONFIGURATION
    return Reason.CRASH


def end_state(reason: Reason) -> EndState:
    """The state in which a run ends for a reason."""
    if reason is Reason.DONE:
        return "done"
    return "stopped" if reason in (Reason.STOPPED, Reason.PREEMPTED) else "failed"


def _chain(error: BaseException) -> list[BaseException]:
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or link.__context__
    return links
