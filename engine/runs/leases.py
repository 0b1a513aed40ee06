"""Who may use which device: one run per slot, in order of arrival, host-wide for one user.

A slot is a GPU, or one of the CPU slots (`FINETOP_CPU_SLOTS`, one by default). Slots and places in the
queue are flocked files in the lease directory (`FINETOP_LEASES`), so whatever a killed process held is
free at once. A waiting worker asks the kernel for one lock per poll: next to nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.devices import Device, cpu_slots, list_devices
from engine.errors import InputError
from engine.runs.locks import is_locked, lock, try_lock

DIRECTORY_VARIABLE = "FINETOP_LEASES"


@dataclass(frozen=True)
class Slot:
    """A place to train: `key` names it host-wide, `device` as torch calls it."""

    key: str
    device: str


@dataclass(frozen=True)
class Lease:
    """A held slot. `fd` goes to the trainer too, so that the slot stays taken while either lives."""

    slot: Slot
    fd: int

    def release(self) -> None:
        os.close(self.fd)


def lease_directory() -> Path:
    """`FINETOP_LEASES`, else a directory per user under the temporary directory."""
    given = os.environ.get(DIRECTORY_VARIABLE)
    path = Path(given) if given else Path(os.environ.get("TMPDIR") or "/tmp", f"finetop-leases-{os.getuid()}")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    # Under a shared temporary directory somebody else could have made it first.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise InputError(
            "the lease directory belongs to somebody else", where=str(path), fix=f"set {DIRECTORY_VARIABLE}"
        )
    return path


def slots_for(wish: str) -> list[Slot]:
    """Slots that a device wish (`auto`, `cpu`, `cuda`, `cuda:1`) can be met with.

    Raises InputError when this machine has none.
    """
    gpus = [device for device in list_devices() if device.name != "cpu"]
    if wish == "cpu" or (wish == "auto" and not gpus):
        return [Slot(f"cpu-{number}", "cpu") for number in range(cpu_slots())]
    if wish in ("auto", "cuda"):
        found = gpus
    else:
        found = [device for device in gpus if device.name == wish]
    if not found:
        there = ", ".join(["cpu", *(device.name for device in gpus)])
        raise InputError(f"this machine has no device {wish!r}", fix=f"use one of: {there}")
    return [_gpu_slot(device) for device in found]


def _gpu_slot(device: Device) -> Slot:
    return Slot(re.sub(r"[^A-Za-z0-9-]", "-", f"gpu-{device.uuid or device.name}"), device.name)


class Ticket:
    """A place in the queue. Drawn once, held until the lease is taken or the wish is given up."""

    def __init__(self, run_id: str, slots: Sequence[Slot]) -> None:
        self._directory = lease_directory()
        self._slots = list(slots)
        self._blockers: dict[str, int] = {}
        tickets = self._directory / "queue"
        tickets.mkdir(exist_ok=True)
        self._path, self._fd = _draw(tickets, run_id, [slot.key for slot in slots])

    def try_take(self) -> Lease | None:
        """A slot, when one is free that no earlier living ticket waits for."""
        for slot in self._slots:
            if self._is_blocked(slot.key):
                continue
            fd = try_lock(self._directory / f"{slot.key}.slot")
            if fd is not None:
                os.ftruncate(fd, 0)
                os.pwrite(fd, json.dumps({"pid": os.getpid(), "run": self._path.name[9:]}).encode(), 0)
                self.discard()
                return Lease(slot, fd)
        return None

    def ahead(self) -> int:
        """How many living tickets were drawn before and want one of the same slots."""
        wanted = {slot.key for slot in self._slots}
        return sum(is_locked(path) for path in _before(self._path) if wanted & set(_wish(path)))

    def discard(self) -> None:
        """Leave the queue."""
        for fd in self._blockers.values():
            os.close(fd)
        self._blockers.clear()
        self._path.unlink(missing_ok=True)
        os.close(self._fd)

    def _is_blocked(self, key: str) -> bool:
        """Whether an earlier ticket for `key` lives. Remembers the nearest, so that most polls ask one lock."""
        known = self._blockers.get(key)
        if known is not None:
            if not lock(known):
                return True
            os.close(self._blockers.pop(key))
        for path in reversed(_before(self._path)):
            if key not in _wish(path):
                continue
            try:
                fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            if not lock(fd):
                self._blockers[key] = fd
                return True
            path.unlink(missing_ok=True)  # its worker was killed
            os.close(fd)
        return False


def _draw(directory: Path, run_id: str, keys: list[str]) -> tuple[Path, int]:
    """The next number of the queue, taken under a lock of all who draw; a clock could jump back."""
    mutex = os.open(directory / ".draw", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        number = max((int(path.name[:8]) for path in _tickets(directory)), default=0) + 1
        path = directory / f"{number:08d}-{run_id}"
        # Locked before it has its name: whoever sees it must find it alive.
        staged = directory / f".{path.name}.{os.getpid()}.{time.monotonic_ns()}"
        fd = os.open(staged, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        fcntl.flock(fd, fcntl.LOCK_EX)
        os.write(fd, " ".join(keys).encode())
        staged.rename(path)
        return path, fd
    finally:
        os.close(mutex)


def _tickets(directory: Path) -> list[Path]:
    return sorted(directory / name for name in os.listdir(directory) if re.match(r"\d{8}-", name))  # noqa: PTH208


def _before(ticket: Path) -> list[Path]:
    return [path for path in _tickets(ticket.parent) if path.name < ticket.name]


def _wish(ticket: Path) -> list[str]:
    try:
        return ticket.read_text().split()
    except FileNotFoundError:
        return []
