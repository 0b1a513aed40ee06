"""`engine attach` as a process: clean streams, and an end whatever hangs."""

from __future__ import annotations

import os
import sys
import threading
import time

from engine.attach.protocol import SILENCE_S
from engine.attach.session import Session
from engine.errors import InputError
from engine.runs.processes import end_process
from engine.workspace import Workspace


def serve(workspace: Workspace, *, readonly: bool) -> None:
    """Speak with the console on standard input and output until it is gone. Raises InputError where there is none."""
    if not workspace.root.is_dir():
        raise InputError(
            "there is no such workspace", where=str(workspace.root), fix="name its directory after HOST:"
        )
    # Whatever a library prints must not stand between two messages.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    session = Session(
        workspace, sys.stdin.buffer, sink, readonly=readonly, read_figures=lambda: _read_figures(workspace)
    )
    threading.Thread(target=_end_when_silent, args=(session,), daemon=True).start()
    try:
        session.run()
    except Exception as problem:
        # The console shows this line. No traceback: at its end Python would wait for the thread that listens.
        print(f"error: {problem}", file=sys.stderr, flush=True)
        end_process(1)
    # Threads that wait for a reader or a device must not keep the process.
    end_process(0)


def _read_figures(workspace: Workspace) -> dict[str, float]:
    from engine.devices import disk_figures, figures

    return {**figures(), **disk_figures(workspace.root)}


def _end_when_silent(session: Session) -> None:
    """A connection that broke without a word leaves a stream that never ends."""
    while time.monotonic() - session.heard_at < SILENCE_S:
        time.sleep(SILENCE_S / 10)
    end_process(0)
