"""A network of two with delay and loss: two namespaces, and between them this process that carries the packets.

Real TCP runs over it, with its own retransmissions; only the wire is ours. It needs user namespaces and /dev/net/tun,
no root and no kernel module (tc netem is one that many sandboxes lack):

    unshare --user --map-root-user --net python -c 'import lossy_link; ...'
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import os
import random
import select
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

HERE, THERE = "10.213.7.1", "10.213.7.2"
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000


@dataclass(frozen=True)
class Wire:
    """What a packet meets, either way."""

    delay_s: float
    loss: float
    bytes_per_s: float = 0.0
    """0: as many as come."""


class LossyLink:
    """The network. The caller is one end; `serve` runs in a child that is the other."""

    def __init__(self, wire: Wire, serve: Callable[[str], None], seed: int = 0) -> None:
        self.wire = wire
        self.sent = self.lost = self.carried_bytes = 0
        self._random = random.Random(seed)
        ours, theirs = socket.socketpair()
        self.child = os.fork()
        if self.child == 0:
            ours.close()
            # Whatever becomes of this end: the other one does not stay behind.
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            try:
                _other_end(theirs, serve)
            finally:
                os._exit(0)
        theirs.close()
        _, (there,), _, _ = socket.recv_fds(ours, 1, 1)
        here = _tunnel("here0", HERE)
        self._ends = (here, there)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._carry, args=ends, daemon=True)
                         for ends in ((here, there), (there, here))]  # fmt: skip
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Cut the wire and end the other side."""
        self._stop.set()
        os.kill(self.child, 15)
        os.waitpid(self.child, 0)
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            os.close(end)

    def _carry(self, source: int, sink: int) -> None:
        waiting: list[tuple[float, int, bytes]] = []
        free = time.monotonic()
        while not self._stop.is_set():
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                os.write(sink, heapq.heappop(waiting)[2])
            pause = min(0.05, waiting[0][0] - now) if waiting else 0.05
            if not select.select([source], [], [], max(0.0, pause))[0]:
                continue
            packet = os.read(source, 65536)
            self.sent += 1
            if self._random.random() < self.wire.loss:
                self.lost += 1
                continue
            now = time.monotonic()
            if self.wire.bytes_per_s:
                free = max(free, now) + len(packet) / self.wire.bytes_per_s
                now = free
            self.carried_bytes += len(packet)
            heapq.heappush(waiting, (now + self.wire.delay_s, self.sent, packet))


def _other_end(channel: socket.socket, serve: Callable[[str], None]) -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no network namespace")
    tunnel = _tunnel("there0", THERE)
    socket.send_fds(channel, [b"t"], [tunnel])
    os.close(tunnel)
    serve(THERE)


def _tunnel(name: str, address: str) -> int:
    """A network device whose packets are read and written here."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    for command in (
        ["ip", "link", "set", "lo", "up"],
        ["ip", "addr", "add", f"{address}/30", "dev", name],
        ["ip", "link", "set", name, "up"],
    ):
        subprocess.run(command, check=True)
    return descriptor
