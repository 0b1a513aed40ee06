import errno
import signal

import pytest

from engine.errors import DataError, InputError, NonFiniteError, OutOfMemoryError, WorkError
from engine.runs.reasons import EXIT_CODES, Reason, end_state, reason_of_error, reason_of_exit


@pytest.mark.parametrize("reason", list(EXIT_CODES))
def test_an_exit_code_carries_its_reason(reason: Reason) -> None:
    assert reason_of_exit(EXIT_CODES[reason])[0] is reason


@pytest.mark.parametrize(
    ("returncode", "kernel", "reason", "says"),
    [
        (-signal.SIGKILL, False, Reason.CRASH, "SIGKILL"),
        (-signal.SIGKILL, True, Reason.OUT_OF_MEMORY, "memory"),
        (-signal.SIGSEGV, True, Reason.CRASH, "SIGSEGV"),
        (-signal.SIGTERM, False, Reason.PREEMPTED, "SIGTERM"),
        (-signal.SIGINT, False, Reason.PREEMPTED, "SIGINT"),
        (3, False, Reason.CRASH, "3"),
    ],
)
def test_a_signal_is_named(returncode: int, kernel: bool, reason: Reason, says: str) -> None:
    found, sentence = reason_of_exit(returncode, kernel_out_of_memory=kernel)
    assert found is reason
    assert says in sentence


class OutOfMemoryErrorOfALibrary(RuntimeError):
    pass


OutOfMemoryErrorOfALibrary.__name__ = "OutOfMemoryError"


def wrapped(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DataError("a row"), Reason.BAD_DATA),
        (InputError("a setting"), Reason.BAD_CONFIGURATION),
        (OutOfMemoryError("full"), Reason.OUT_OF_MEMORY),
        (OutOfMemoryErrorOfALibrary("CUDA out of memory"), Reason.OUT_OF_MEMORY),
        (MemoryError(), Reason.OUT_OF_MEMORY),
        (NonFiniteError("nan"), Reason.NON_FINITE),
        (OSError(errno.ENOSPC, "full"), Reason.DISK_FULL),
        (wrapped(RuntimeError("cannot write"), OSError(errno.ENOSPC, "full")), Reason.DISK_FULL),
        (OSError(errno.EACCES, "denied"), Reason.CRASH),
        (WorkError("something"), Reason.CRASH),
        (KeyError("key"), Reason.CRASH),
    ],
)
def test_an_error_amounts_to_a_reason(error: Exception, reason: Reason) -> None:
    assert reason_of_error(error) is reason


def test_a_library_that_hides_the_full_disk_is_seen_through() -> None:
    assert reason_of_error(RuntimeError("unexpected pos 64 vs 0"), disk_full=True) is Reason.DISK_FULL


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Reason.DONE, "done"),
        (Reason.STOPPED, "stopped"),
        (Reason.PREEMPTED, "stopped"),
        (Reason.CRASH, "failed"),
        (Reason.BAD_DATA, "failed"),
    ],
)
def test_a_reason_ends_in_a_state(reason: Reason, state: str) -> None:
    assert end_state(reason) == state
