"""Runs of the task `noop` in a workspace of their own, with leases of their own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.runs.handle import RunHandle
from engine.runs.launchers import launch
from engine.runs.locks import is_locked
from engine.runs.paths import RunPaths
from engine.runs.spec import RunPolicy, RunSpec, Target
from engine.runs.store import create_run, new_run_id
from engine.tasks.noop.halt import GO, HALTED
from engine.workspace import Workspace

PATIENCE_S = 60.0


def until(condition: Callable[[], Any], what: str, timeout_s: float = PATIENCE_S) -> Any:
    """Wait for a condition; its value."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {timeout_s:g} s for {what}"
        time.sleep(0.005)
    return value


def processes_of(run: RunPaths) -> dict[int, str]:
    """Living processes that have the run's directory on their command line: pid → command."""
    found = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            alive = (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z" if command else False
            if alive and str(run.root).encode() in command:
                found[int(entry.name)] = b" ".join(command).decode()
    return found


@dataclass
class Bench:
    """Makes runs and looks at them."""

    workspace: Workspace
    leases: Path
    made: list[RunPaths] = field(default_factory=list)

    def make(self, script: list[dict[str, Any]], *, policy: RunPolicy | None = None, **config: Any) -> RunPaths:
        """A run of `noop` that was not launched yet."""
        spec = RunSpec(
            id=new_run_id("bench", "noop"),
            profile="bench",
            model="noop",
            task="noop",
            dataset="",
            config={"script": script, **config},
            headline="score",
            targets=(Target("score", at_least=0.8),),
            policy=policy or RunPolicy(backoff_s=0.01),
            created=time.time(),
            device="cpu",
        )
        paths = create_run(self.workspace, spec)
        self.made.append(paths)
        return paths

    def start(self, script: list[dict[str, Any]], **more: Any) -> RunHandle:
        """A run of `noop` whose worker is on its way."""
        paths = self.make(script, **more)
        launch(paths)
        return RunHandle(paths)

    def wait_halted(self, run: RunPaths) -> None:
        """Wait until the script halts."""
        until((run.root / HALTED).exists, "the script to halt")

    def go(self, run: RunPaths) -> None:
        """Let a halting script go on, now and in later attempts."""
        (run.root / GO).touch()

    def pid_of(self, run: RunPaths, role: str) -> int:
        """The living `worker`, `trainer` or `verify` process of a run."""

        def find() -> int | None:
            named = [pid for pid, command in processes_of(run).items() if f"engine.runs.{role} " in command]
            return named[0] if named else None

        return int(until(find, f"a {role}"))

    def status(self, run: RunPaths) -> list[dict[str, Any]]:
        return lines_of(run.status)

    def events(self, run: RunPaths) -> list[dict[str, Any]]:
        return lines_of(run.events)

    def assert_nothing_left(self, run: RunPaths) -> None:
        """No process, no lock, no lease, no gap, nothing half-written."""
        self.assert_nobody_left(run)
        assert not list(run.root.glob("**/.*.tmp"))

    def assert_nobody_left(self, run: RunPaths) -> None:
        """No process, no lock, no lease, no gap."""
        until(lambda: not processes_of(run), "every process of the run to be gone", 10)
        # The kernel takes a dying process's memory, and with it its command line, before it closes its files.
        until(lambda: not is_locked(run.lock), "the run's lock to be free", 10)
        slots = list(self.leases.glob("*.slot"))
        until(lambda: not any(is_locked(slot) for slot in slots), "every lease to be free", 10)
        for path in (run.status, run.events):
            seqs = [line["seq"] for line in lines_of(path)]
            assert seqs == list(range(len(seqs))), f"{path.name} has gaps: {seqs}"


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Every line of an event file that is one."""
    found = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        with suppress(msgspec.DecodeError):
            found.append(msgspec.json.decode(line))
    return found


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    leases = tmp_path / "leases"
    monkeypatch.setenv("FINETOP_LEASES", str(leases))
    monkeypatch.delenv("FINETOP_CPU_SLOTS", raising=False)
    made = Bench(Workspace(tmp_path / "workspace"), leases)
    yield made
    for run in made.made:
        for pid in processes_of(run):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
