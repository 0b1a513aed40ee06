"""A run as an object: look, wait, stop, kill, resume."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.runs.control import request_stop
from engine.runs.launchers import launch
from engine.runs.locks import is_locked
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.state import RunState, RunView, look

if TYPE_CHECKING:
    from engine.evaluation.report import Report
    from engine.events.columns import Columns

_POLL_S = 0.05


class RunHandle:
    """One run of a workspace. Everything is read from disk when it is asked."""

    def __init__(self, paths: RunPaths) -> None:
        self.paths = paths

    def __repr__(self) -> str:
        return f"RunHandle({self.id!r})"

    @property
    def id(self) -> str:
        return self.paths.id

    @property
    def spec(self) -> RunSpec:
        """What it was started with."""
        return RunSpec.read(self.paths.spec)

    @property
    def state(self) -> RunState:
        return self.view().state

    @property
    def metrics(self) -> Columns:
        """Every metric as arrays."""
        from engine.events.columns import load_columns

        return load_columns(self.paths.events)

    def view(self) -> RunView:
        """One look at the run."""
        return look(self.paths)

    def wait(self, timeout: float | None = None) -> RunView:
        """Wait until the run is over and its worker gone. Raises TimeoutError after `timeout` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while not (view := self.view()).is_over or is_locked(self.paths.lock):
            if until is not None and time.monotonic() >= until:
                raise TimeoutError(f"run {self.id} is still {view.state} after {timeout:g} s")
            time.sleep(_POLL_S)
        return view

    def stop(self, now: bool = False) -> None:
        """Ask it to stop: after its step with an evaluation, or now. Raises InputError when it is over."""
        view = self.view()
        if view.is_over:
            raise InputError(f"run {self.id} is over ({view.state})", fix="there is nothing to stop")
        request_stop(self.paths, now)

    def kill(self) -> None:
        """End its processes by force and wait until they are gone; its checkpoints stand.

        Raises InputError when it is over, and where its processes are out of reach.
        """
        from engine.runs.killing import kill_run

        view = self.view()
        if view.is_over:
            raise InputError(f"run {self.id} is over ({view.state})", fix="there is nothing to kill")
        kill_run(self.paths)

    def resume(self) -> RunHandle:
        """Go on from the newest checkpoint, in the same directory. Raises InputError when it cannot."""
        view = self.view()
        if view.state == "done":
            raise InputError(f"run {self.id} is done", fix="start a new run to train more")
        if not view.is_over:
            raise InputError(f"run {self.id} is {view.state}", fix="it need not be resumed")
        launch(self.paths)
        return self

    def report(self) -> Report:
        """The evaluation on the test split. Raises InputError before there is one."""
        from engine.evaluation.report import read_report

        try:
            return read_report(self.paths.report)
        except FileNotFoundError as problem:
            raise InputError(f"run {self.id} has no report", fix="wait until it is done") from problem
