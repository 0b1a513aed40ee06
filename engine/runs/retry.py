"""Whether to try again: a pure function of what happened."""

from __future__ import annotations

from dataclasses import dataclass

from engine.runs.reasons import Reason
from engine.runs.spec import RunPolicy

_RETRIED = (Reason.CRASH, Reason.HANG, Reason.PREEMPTED)


@dataclass(frozen=True)
class Failures:
    """What went wrong before, in this worker's life."""

    crashes: int = 0
    """Crashes, hangs and preemptions that were retried."""
    splits_of_batch: int = 1
    """Micro-batches per batch of the attempt that ended."""


@dataclass(frozen=True)
class Decision:
    """What the worker does next."""

    retry: bool
    delay_s: float = 0.0
    failures: Failures = Failures()
    message: str = ""
    """A sentence for people; empty when there is nothing to say beyond the reason."""


def decide(reason: Reason, failures: Failures, policy: RunPolicy, *, batch_size: int = 1) -> Decision:
    """A crash, hang or preemption is retried with back-off; out of memory only with smaller
    micro-batches (the effective batch stays); everything else never."""
    if reason is Reason.OUT_OF_MEMORY:
        return _halve(failures, batch_size)
    if reason not in _RETRIED:
        return Decision(False)
    if failures.crashes >= policy.retries:
        return Decision(False, message=f"gave up after {failures.crashes + 1} attempts" if policy.retries else "")
    delay = policy.backoff_s * 2**failures.crashes
    return Decision(
        True,
        delay_s=delay,
        failures=Failures(failures.crashes + 1, failures.splits_of_batch),
        message=f"{reason}: retry {failures.crashes + 1} of {policy.retries} in {delay:g} s from the last checkpoint",
    )


def _halve(failures: Failures, batch_size: int) -> Decision:
    splits = failures.splits_of_batch * 2
    if splits > batch_size:
        least = -(-batch_size // failures.splits_of_batch)
        return Decision(False, message=f"not even {least} example(s) at once fit into memory")
    return Decision(
        True,
        failures=Failures(failures.crashes, splits),
        message=(
            f"out of memory: each batch of {batch_size} now goes in {splits} parts of "
            f"{-(-batch_size // splits)}; the effective batch stays"
        ),
    )
