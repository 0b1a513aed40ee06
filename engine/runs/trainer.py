"""The trainer: the only process that imports a task's libraries.

`python -m engine.runs.trainer RUN_DIR --attempt N --device D --splits-of-batch K`, started by the worker.
Writes `events.jsonl`; its exit code says how it ended (`engine.runs.reasons`).
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import shutil
import signal
import traceback
from pathlib import Path
from types import FrameType

from engine.errors import FinetopError, StopRequested
from engine.runs.attempt import Attempt
from engine.runs.control import StopPoll
from engine.runs.paths import RunPaths
from engine.runs.processes import die_with_parent, end_process
from engine.runs.reasons import EXIT_CODES, Reason, reason_of_error
from engine.tasks.contract import Stop

_NEARLY_FULL_BYTES = 1024 * 1024


class Leaving:
    """Whether, and why, the trainer was asked to leave: by the operator, or by TERM or INT."""

    def __init__(self, paths: RunPaths) -> None:
        self._operator = StopPoll(paths)
        self._signalled = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._remember)

    def __call__(self) -> Stop:
        """What `Job.should_stop` answers."""
        return Stop.NOW if self._signalled else self._operator()

    def reason(self) -> Reason:
        """Why it left. An operator's request counts for more than the signal that may have followed it."""
        return Reason.PREEMPTED if self._signalled and self._operator() is Stop.NO else Reason.STOPPED

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self._signalled = True


def main(arguments: list[str] | None = None) -> int:
    """Train, test, and answer with an exit code."""
    die_with_parent()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)  # the worker asks a hanging trainer where it hangs
    parser = argparse.ArgumentParser(prog="python -m engine.runs.trainer")
    parser.add_argument("run", type=Path)
    parser.add_argument("--attempt", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--splits-of-batch", type=int, default=1)
    given = parser.parse_args(arguments)
    paths = RunPaths(given.run.absolute())
    leaving = Leaving(paths)
    attempt = None
    try:
        attempt = Attempt(
            paths, leaving, number=given.attempt, device=given.device, splits_of_batch=given.splits_of_batch
        )
        reason = Reason.STOPPED if attempt.run().stopped else Reason.DONE
    except StopRequested:
        reason = leaving.reason()
    except Exception as error:
        # The edge of the process: whatever happened becomes a sentence, an exit code and a traceback.
        reason = _explain(error, paths, attempt)
    return EXIT_CODES[reason]


def _explain(error: Exception, paths: RunPaths, attempt: Attempt | None) -> Reason:
    disk_full = shutil.disk_usage(paths.root).free < _NEARLY_FULL_BYTES
    reason = getattr(error, "reason", None) or reason_of_error(error, disk_full=disk_full)
    with contextlib.suppress(OSError):
        traceback.print_exception(error)
    sentence = str(error) if isinstance(error, FinetopError) else f"{type(error).__name__}: {error}"
    if attempt is not None:
        with contextlib.suppress(OSError, ValueError):
            attempt.events.log(sentence[:4000], "error")
    return reason if isinstance(reason, Reason) else Reason.CRASH


if __name__ == "__main__":
    end_process(main())
