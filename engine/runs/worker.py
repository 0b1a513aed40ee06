"""The worker: supervises one run from the queue to its end. `python -m engine.runs.worker RUN_DIR`.

Detached from terminal, shell and console. Holds `worker.lock` as long as it lives and writes
`status.jsonl`. Imports nothing heavy: a queued worker costs a few MB.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import socket
import sys
import traceback
from pathlib import Path

from engine.devices import boot_id
from engine.errors import FinetopError, InputError
from engine.events.writer import EventWriter
from engine.runs.locks import lock_for_good
from engine.runs.paths import RunPaths
from engine.runs.processes import kernel_kills
from engine.runs.signals import Signals
from engine.runs.spec import RunSpec
from engine.runs.supervisor import Supervisor, write_first_lines

READY = b"ready"


def main(arguments: list[str] | None = None) -> int:
    """Fork the worker proper; say on stdout, and by the exit code, whether it is on its way.

    The process that was started ends as soon as the worker holds its lock, so that whoever started it
    has no child left to care for.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    paths = RunPaths(Path((sys.argv[1:] if arguments is None else arguments)[0]).absolute())
    ready_read, ready_write = os.pipe()
    spec_read, spec_write = os.pipe()
    if os.fork() == 0:
        os.close(ready_read)
        os.close(spec_write)
        _detach(paths)
        with os.fdopen(spec_read, "rb") as given:
            pickled = given.read()
        if pickled:
            _work(paths, pickle.loads(pickled), ready_write)  # from our own process, a line below
        os._exit(0)
    os.close(ready_write)
    try:
        # Read on this side of the fork: a worker may wait for days, and need not hold a YAML parser.
        pickled = pickle.dumps(RunSpec.read(paths.spec))
    except FinetopError as problem:
        print(problem)
        return 1
    with os.fdopen(spec_write, "wb") as giving:
        giving.write(pickled)
    with os.fdopen(ready_read, "rb") as answer:
        message = answer.read()
    if message == READY:
        return 0
    print((message or b"the worker ended before it was ready; see worker.log").decode())
    return 1


def _work(paths: RunPaths, spec: RunSpec, ready: int) -> None:
    try:
        signals = Signals()
        lock = take_lock(paths)
        status = EventWriter(paths.status)
        attempt = write_first_lines(paths, spec, status)
        supervisor = Supervisor(paths, spec, status, signals, attempt=attempt)
    except (FinetopError, OSError) as problem:
        os.write(ready, str(problem).encode())
        return
    os.write(ready, READY)
    os.close(ready)
    supervisor.supervise()
    _tell(paths, status)
    _prune(paths, spec, status)
    status.close()
    os.close(lock)


def _tell(paths: RunPaths, status: EventWriter) -> None:
    """Those who want to hear of it, whatever goes wrong with that: the service sweeps up later."""
    try:
        from engine.webhooks.ended_runs import announce_end
        from engine.webhooks.troubles import announce_troubles

        announce_troubles(paths)
        announce_end(paths)
    except Exception as problem:
        traceback.print_exception(problem)
        with contextlib.suppress(OSError):
            status.log(f"webhooks were not told of the end: {problem}", "warning")


def _prune(paths: RunPaths, spec: RunSpec, status: EventWriter) -> None:
    """The run is over, whatever becomes of older ones."""
    if spec.continues is None:
        return
    from engine.runs.retention import prune

    try:
        gone = prune(paths, spec)
        if gone:
            status.log(f"removed older trainings on feedback: {', '.join(gone)}")
    except Exception as problem:
        traceback.print_exception(problem)


def take_lock(paths: RunPaths) -> int:
    """Hold the lock of a run as long as this process lives, and say in it who does. Raises InputError
    when another process holds it."""
    lock = lock_for_good(paths.lock)
    if lock is None:
        raise InputError(f"run {paths.id} already has a worker", fix="watch it, or stop it first")
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "boot": boot_id(),
        "kernel_kills": kernel_kills(),
    }
    # Says how to tell later why it is gone; a full disk must not keep the run from failing properly.
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, json.dumps(holder).encode(), 0)
    return lock


def _detach(paths: RunPaths) -> None:
    """No terminal, no pipe of the launcher: stdin closed, output to a file."""
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_RDONLY)
    log = os.open(paths.worker_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(null)
    os.close(log)


if __name__ == "__main__":
    sys.exit(main())
