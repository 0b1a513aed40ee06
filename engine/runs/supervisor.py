"""What a worker does: wait for a lease, run attempts, retry, write the end."""

from __future__ import annotations

import errno
import threading
import time
import traceback
from collections.abc import Callable

from engine.errors import FinetopError
from engine.events.schema import LogEvent, State, StatusEvent, TargetInfo
from engine.events.writer import EventWriter
from engine.runs.control import StopPoll
from engine.runs.glance import last_of
from engine.runs.leases import Lease, Ticket, slots_for
from engine.runs.paths import RunPaths
from engine.runs.processes import TrainerProcess, kernel_kills
from engine.runs.reasons import Reason, end_state, reason_of_exit
from engine.runs.retry import Failures, decide
from engine.runs.signals import Signals
from engine.runs.spec import RunSpec
from engine.runs.watch import Watch, events_size
from engine.tasks.contract import Stop

POLL_S = 0.15
RESERVE_BYTES = 64 * 1024
_UNSAID = {Reason.DISK_FULL: "no space is left for the run; make room and resume it"}
"""For a trainer that could not even log."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_first_lines(paths: RunPaths, spec: RunSpec, status: EventWriter) -> int:
    """Who works, and that it is queued; returns the number of the coming attempt."""
    _keep_space(paths)
    last = last_of(paths.status, StatusEvent)
    attempt = 1 if last is None else last.attempt + 1
    status.run(
        spec.id,
        profile=spec.profile,
        model=spec.model,
        task=spec.task,
        device=spec.device,
        headline=spec.headline,
        targets=[TargetInfo(target.metric, target.at_least, target.at_most) for target in spec.targets],
        attempt=attempt,
    )
    status.status("queued", attempt=attempt)
    return attempt


def _keep_space(paths: RunPaths) -> None:
    """Before anything is promised: a run that cannot even keep this much could not tell its end."""
    try:
        paths.reserve.write_bytes(bytes(RESERVE_BYTES))
    except OSError:
        paths.reserve.unlink(missing_ok=True)
        raise


def tell_troubles(paths: RunPaths) -> None:
    """Those who want to hear of it, whatever goes wrong with that: the service sweeps up later."""
    try:
        from engine.webhooks.troubles import announce_troubles

        announce_troubles(paths)
    except Exception as problem:
        traceback.print_exception(problem)


class Supervisor:
    """One run, from the queue to its end."""

    def __init__(
        self, paths: RunPaths, spec: RunSpec, status: EventWriter, signals: Signals, *, attempt: int
    ) -> None:
        self.paths, self.spec, self.status, self.signals = paths, spec, status, signals
        self.attempt = attempt
        self.stop = StopPoll(paths)
        self._lease: Lease | None = None
        self._ticket: Ticket | None = None
        self._trainer: TrainerProcess | None = None
        self._problem = ""
        try:
            # Before the launcher goes on: runs launched one after the other start in that order.
            self._ticket = Ticket(spec.id, slots_for(spec.device))
        except (FinetopError, OSError) as problem:
            self._problem = str(problem)

    def supervise(self) -> None:
        """Work until the run has ended, and say why it did."""
        try:
            reason, message = self._queue_and_run()
        except OSError as problem:
            reason, message = Reason.DISK_FULL if problem.errno in _FULL else Reason.CRASH, str(problem)
        except Exception as problem:
            # The edge of the worker: a fault in it must show as a failed run, not as a lost one.
            traceback.print_exception(problem)
            reason, message = Reason.CRASH, f"the worker failed ({problem}); see worker.log"
        if self._trainer is not None:
            self._trainer.kill()
        if reason is Reason.DONE:
            self._register()  # before the end is told: who hears of it finds the version
        if self._ticket is not None:
            self._ticket.discard()
        if self._lease is not None:
            self._lease.release()  # before the end is told: who hears of it finds the slot free
        self._announce(end_state(reason), message, reason)
        self.paths.reserve.unlink(missing_ok=True)

    def _queue_and_run(self) -> tuple[Reason, str]:
        if self._ticket is None:
            return Reason.BAD_CONFIGURATION, self._problem
        while (lease := self._ticket.try_take()) is None:
            if leaving := self._leaving():
                return leaving, "left the queue"
            self.signals.wait(POLL_S)
        self._lease, self._ticket = lease, None
        return self._run_attempts(lease)

    def _run_attempts(self, lease: Lease) -> tuple[Reason, str]:
        failures = Failures()
        batch_size = self.spec.config.get("batch_size")
        while True:
            if leaving := self._leaving():
                return leaving, "before the trainer started"
            reason, message = self._attempt(lease, failures.splits_of_batch)
            if leaving := self._leaving():
                return (leaving if reason is Reason.PREEMPTED else reason), message
            decision = decide(
                reason, failures, self.spec.policy, batch_size=batch_size if isinstance(batch_size, int) else 1
            )
            whole = "; ".join(filter(None, (message, decision.message)))
            if not decision.retry:
                return reason, whole
            failures = decision.failures
            self.attempt += 1
            self._log(whole)
            self._announce("starting", whole)
            self._wait(decision.delay_s)

    def _attempt(self, lease: Lease, splits_of_batch: int) -> tuple[Reason, str]:
        kills = kernel_kills()
        before = events_size(self.paths)
        self._announce("starting", f"on {lease.slot.device}")
        trainer = TrainerProcess(self.paths, lease, attempt=self.attempt, splits_of_batch=splits_of_batch)
        self._trainer = trainer
        watch = Watch(
            trainer,
            self.paths,
            self.spec.policy,
            self.signals,
            self.stop,
            self.status,
            self._announce,
            self._announce_trouble,
        )
        code, verdict = watch.until_it_ends()
        self._trainer = None
        if verdict is not None:
            return verdict
        reason, message = reason_of_exit(code, kernel_out_of_memory=kernel_kills() > kills)
        return reason, message or self._sentence(before, reason)

    def _register(self) -> None:
        """Make the model a version of the registry. A run is done, whether that works or not."""
        from engine.registry.store import register
        from engine.workspace import Workspace

        try:
            version = register(Workspace(self.paths.workspace), self.paths)
        except (FinetopError, OSError, ValueError) as problem:
            fix = f"`engine models register {self.paths.id}`"
            self._log(f"the model is not registered ({problem}); once that is mended, {fix}")
            return
        self._tell(lambda: self.status.log(f"registered as {version.name}"))

    def _sentence(self, since: int, reason: Reason) -> str:
        """The error that the trainer logged in this attempt."""
        if reason in (Reason.DONE, Reason.STOPPED, Reason.PREEMPTED):
            return ""
        log = last_of(self.paths.events, LogEvent, within=max(0, events_size(self.paths) - since))
        if log is not None and log.level == "error":
            return log.message
        return _UNSAID.get(reason, "trainer.log says more")

    def _leaving(self) -> Reason | None:
        if self.signals.terminate:
            return Reason.PREEMPTED
        return Reason.STOPPED if self.stop() is not Stop.NO else None

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and self._leaving() is None:
            self.signals.wait(min(left, POLL_S))

    def _announce(self, state: State, message: str, reason: Reason | None = None) -> None:
        self._tell(lambda: self.status.status(state, reason=reason, message=message, attempt=self.attempt))

    def _announce_trouble(self) -> None:
        """Beside the watching: whoever holds the webhooks must not keep a stop from being carried out."""
        threading.Thread(target=tell_troubles, args=(self.paths,), name="webhooks", daemon=True).start()

    def _log(self, message: str) -> None:
        self._tell(lambda: self.status.log(message, "warning"))

    def _tell(self, write: Callable[[], None]) -> None:
        """Write a line; on a full disk with the space that was kept for it."""
        try:
            write()
        except OSError as problem:
            if problem.errno not in _FULL:
                raise
            self.paths.reserve.unlink(missing_ok=True)
            write()
