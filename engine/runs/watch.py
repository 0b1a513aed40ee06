"""Watches one attempt: passes on requests to leave, ends a hang, writes figures."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

from engine import devices
from engine.alarms import alarms
from engine.events.schema import SignalKind, State
from engine.events.writer import EventWriter
from engine.runs.control import StopPoll, kill_requested
from engine.runs.glance import usual_gap_s
from engine.runs.paths import RunPaths
from engine.runs.processes import TrainerProcess
from engine.runs.reasons import Reason
from engine.runs.signals import Signals
from engine.runs.spec import RunPolicy
from engine.runs.state import STALL_AT_LEAST_S, stall_limit_s
from engine.tasks.contract import Stop

POLL_S = 0.1
FIGURES_EVERY_S = 5.0
TERM_TO_KILL_S = 0.5
STACKS_TO_KILL_S = 0.5

Announce = Callable[[State, str], None]
Verdict = tuple[Reason, str]


class Watch:
    """Use once: `Watch(...).until_it_ends()`."""

    def __init__(
        self,
        trainer: TrainerProcess,
        paths: RunPaths,
        policy: RunPolicy,
        signals: Signals,
        stop: StopPoll,
        status: EventWriter,
        announce: Announce,
        trouble: Callable[[], object] = lambda: None,
    ) -> None:
        self.trainer, self.paths, self.policy = trainer, paths, policy
        self.signals, self.stop, self.status, self.announce = signals, stop, status, announce
        self.trouble = trouble
        """Called when a signal was raised."""
        self._alarms: frozenset[str] = frozenset()
        self._size = events_size(paths)
        self._last_event = self._last_figures = time.monotonic()
        self._running = self._stopping = self._asked = self._stalled = False
        self._deadline: float | None = None
        self._verdict: Verdict | None = None

    def until_it_ends(self) -> tuple[int, Verdict | None]:
        """The trainer's exit code, and why it was ended when it had to be ended by force."""
        while (code := self.trainer.finished()) is None:
            now = time.monotonic()
            self._follow_events(now)
            self._pass_on_requests(now)
            self._enforce(now)
            self._write_figures(now)
            self.signals.wait(POLL_S)
        return code, self._verdict if self.trainer.killed_hard else None

    def _follow_events(self, now: float) -> None:
        size = events_size(self.paths)
        if size != self._size:
            self._size, self._last_event = size, now
            if not self._running and not self._stopping:
                self._running = True
                self.announce("running", "")
            self._stalled = False
        silence = now - self._last_event
        self._notice_stall(silence)
        if self._deadline is None and silence > self.policy.hang_after_s:
            self._verdict = (Reason.HANG, f"no event for {silence:.0f} s; trainer.log has where each thread was")
            self.trainer.dump_stacks()
            self._deadline = now + STACKS_TO_KILL_S

    def _notice_stall(self, silence: float) -> None:
        """Raise the signal once per silence."""
        if self._stalled or not self._running or silence <= STALL_AT_LEAST_S:
            return
        if silence > stall_limit_s(usual_gap_s(self.paths.events), self.policy.stall_factor):
            self._stalled = True
            self._raise("stalled", message=f"no event for {silence:.0f} s")

    def _pass_on_requests(self, now: float) -> None:
        stop = self.stop()
        leave = self.signals.terminate
        if (leave or stop is not Stop.NO) and not self._stopping:
            self._stopping = True
            self.announce("stopping", f"the worker got {leave}" if leave else f"asked to stop {stop.value}")
        if leave and not self._asked:
            self._asked = True
            self.trainer.ask_to_leave()
            self._leave_within(now, self.policy.preempt_grace_s, Reason.PREEMPTED)
        if stop is Stop.NOW and kill_requested(self.paths):
            self._verdict = (Reason.STOPPED, "killed")
            self.trainer.kill()
        elif stop is Stop.NOW:
            self._leave_within(now, self.policy.stop_grace_s, Reason.STOPPED)

    def _leave_within(self, now: float, grace_s: float, reason: Reason) -> None:
        if self._verdict is None or (reason is Reason.STOPPED and self._verdict[0] is Reason.PREEMPTED):
            message = f"the trainer did not leave within {grace_s:g} s and was killed; the last checkpoint stands"
            self._verdict = (reason, message)
            self._deadline = min(self._deadline or now + grace_s, now + grace_s)

    def _enforce(self, now: float) -> None:
        """TERM to the group at the deadline, KILL shortly after."""
        if self._deadline is None or now < self._deadline:
            return
        self.trainer.signal_group(signal.SIGTERM)
        if now >= self._deadline + TERM_TO_KILL_S:
            self.trainer.kill()

    def _write_figures(self, now: float) -> None:
        if now - self._last_figures < FIGURES_EVERY_S:
            return
        self._last_figures = now
        figures: dict[str, float] = {}
        with contextlib.suppress(OSError):  # a full disk ends the trainer, not the watching
            figures = devices.figures(self.trainer.pid) | devices.disk_figures(self.paths.root)
            self.status.system(figures)
        began, self._alarms = alarms(self._alarms, figures)
        for alarm in began:
            self._raise(alarm.kind, message=alarm.message, metric="" if alarm.about == "disk" else alarm.about)

    def _raise(self, kind: SignalKind, *, message: str, metric: str = "") -> None:
        with contextlib.suppress(OSError):
            self.status.signal(kind, metric=metric, message=message)
        self.trouble()


def events_size(paths: RunPaths) -> int:
    """Bytes in `events.jsonl`; 0 before it is there."""
    try:
        return os.stat(paths.events).st_size  # noqa: PTH116 - ten times a second
    except FileNotFoundError:
        return 0
