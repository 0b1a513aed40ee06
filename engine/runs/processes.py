"""The trainer as a process: started, watched and ended together with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from engine.devices import cpu_slots
from engine.runs.leases import Lease
from engine.runs.paths import RunPaths

PARENT_VARIABLE = "FINETOP_PARENT"
_PR_SET_PDEATHSIG = 1


class TrainerProcess:
    """One attempt. It leads its own process group; ending it ends that group and nothing outside."""

    def __init__(self, paths: RunPaths, lease: Lease, *, attempt: int, splits_of_batch: int) -> None:
        arguments = ["--attempt", str(attempt), "--device", lease.slot.device]
        arguments += ["--splits-of-batch", str(splits_of_batch)]
        with paths.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*python_command("engine.runs.trainer"), str(paths.root), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lease.fd],
                env=_environment(),
            )
        self.pid = self._process.pid
        self.killed_hard = False

    def finished(self) -> int | None:
        """The exit code once it ended (negative: a signal), and then its group is gone too."""
        # Looked at without reaping: as long as the leader is a zombie, no other process can get the
        # number of its group, so the group can be ended without hitting a stranger.
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        self.signal_group(signal.SIGKILL)
        return self._process.wait()

    def ask_to_leave(self) -> None:
        """TERM to the trainer alone: it publishes a checkpoint, which its helpers must survive."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def dump_stacks(self) -> None:
        """Make a hanging trainer write where it hangs to `trainer.log`."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR1)

    def signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """End the group at once."""
        self.killed_hard = True
        self.signal_group(signal.SIGKILL)


def python_command(module: str) -> list[str]:
    """How to start a module of ours. `-P`: files in the operator's directory must not shadow libraries."""
    return [sys.executable, "-P", "-m", module]


def die_with_parent() -> None:
    """Called first by a child: the kernel kills it when its parent dies, however that happens.

    In the child and not between fork and exec, where a multi-threaded parent could deadlock.
    """
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # not on macOS
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    parent = os.environ.get(PARENT_VARIABLE)
    if parent and os.getppid() != int(parent):
        os._exit(1)  # it died before the request reached the kernel


def end_process(code: int) -> NoReturn:
    """Leave at once: threads and teardown of native libraries must not hang or crash after the work."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def kernel_kills() -> int:
    """How often the kernel's out-of-memory killer struck in this process's cgroup, so far."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            if controllers == "":
                name = Path("/sys/fs/cgroup", group.lstrip("/"), "memory.events")
            elif "memory" in controllers.split(","):
                name = Path("/sys/fs/cgroup/memory", group.lstrip("/"), "memory.oom_control")
            else:
                continue
            with contextlib.suppress(OSError):
                return _count_of("oom_kill", name.read_text())
    return 0


def _count_of(name: str, text: str) -> int:
    return next((int(line.split()[1]) for line in text.splitlines() if line.split()[:1] == [name]), 0)


def _environment() -> dict[str, str]:
    """What a trainer finds in its environment."""
    environment = {**os.environ, PARENT_VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
    # NVML numbers GPUs by bus; CUDA does only when told so.
    environment.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    if cpu_slots() > 1:
        environment.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // cpu_slots())))
    return environment
