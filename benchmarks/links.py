"""The console over a bad line: keys answered, nothing garbled, resizes survived.

    python benchmarks/links.py [--delay-ms 150] [--loss 0.02] [--rate 0] [--keys 40]

The console runs behind a small terminal server, and between that and the operator lies a wire that delays each packet
(either way: the round trip takes twice as long) and loses some. Each screen at the end is compared cell by cell with
that of a console without a wire that was given the same keys.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import socket
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lossy_link import LossyLink, Wire
from pseudo_terminal import Terminal
from run_directories import fill
from screen import Screen

PORT = 7021
WIDTH, HEIGHT = 120, 40
QUIET_S = 2.0
CURSOR = "▸"
CONSOLE = Path(__file__).with_name("fixed_console.py")
INSIDE = "FINETOP_LINKS_INSIDE"


class Line(Protocol):
    """To a console: keys and sizes one way, what it writes the other."""

    def press(self, keys: str) -> None: ...
    def resize(self, width: int, height: int) -> None: ...
    def read(self, seconds: float) -> bytes: ...


@dataclass
class Seen:
    """A line and the screen at its end."""

    line: Line
    screen: Screen
    received: int = 0

    def settle(self, quiet_s: float = QUIET_S) -> None:
        """Take in what comes until nothing does."""
        while data := self.line.read(quiet_s):
            self.received += len(data)
            self.screen.feed(data)

    def answered_s(self, keys: str, patience_s: float = 20.0) -> float:
        """Press a key that moves the cursor of the table, and say how long until its sign stands elsewhere.

        Any other cell may change for another reason: a chart that follows the cursor, a run that goes on.
        """
        changed: list[float] = []

        def look(x: int, y: int, before: str, after: str) -> None:
            if after == CURSOR:
                changed.append(time.monotonic())

        self.screen.on_change = look
        pressed = time.monotonic()
        self.line.press(keys)
        while not changed and time.monotonic() - pressed < patience_s:
            data = self.line.read(0.5)
            self.received += len(data)
            self.screen.feed(data)
        self.screen.on_change = None
        return (changed[0] if changed else float("inf")) - pressed


@dataclass(frozen=True)
class Found:
    """What came of one console on one line."""

    answers_ms: list[float]
    cells_that_differ: int
    cells_after_resizes: int
    sent: int
    lost: int
    received: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--delay-ms", type=float, default=150.0, help="of each packet, either way")
    parser.add_argument("--loss", type=float, default=0.02, help="share of the packets, either way")
    parser.add_argument("--rate", type=float, default=0.0, help="bytes a second that the wire carries; 0: all")
    parser.add_argument("--keys", type=int, default=40)
    options = parser.parse_args()
    if INSIDE not in os.environ:
        inside = ["unshare", "--user", "--map-root-user", "--net", sys.executable, *sys.argv]
        os.execvpe("unshare", inside, {**os.environ, INSIDE: "1"})
    wires = [Wire(0.0, 0.0), Wire(options.delay_ms / 1000, 0.0)]
    wires += [Wire(options.delay_ms / 1000, options.loss, options.rate)] if options.loss or options.rate else []
    print(f"{WIDTH}×{HEIGHT}, {options.keys} keys one after the other, then 200 resizes in 2 s")
    print(f"{'wire':<34}{'key → cell, ms: median':>24}{'90 %':>7}{'most':>7}{'differ':>9}{'resized':>9}{'KB':>7}")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        fill(workspace, 200)
        for thrifty in (False, True):
            for wire in wires:
                print_row(wire, thrifty, tried(workspace, wire, options.keys, thrifty=thrifty))


def print_row(wire: Wire, thrifty: bool, found: Found) -> None:
    """One line of the table."""
    name = f"{2000 * wire.delay_s:.0f} ms there and back"
    name += f", {100 * wire.loss:g} % lost" if wire.loss else ""
    name += f", {wire.bytes_per_s / 1000:g} KB/s" if wire.bytes_per_s else ""
    deciles = statistics.quantiles(found.answers_ms, n=10)
    print(
        f"{name + (' (low)' if thrifty else ''):<34}{statistics.median(found.answers_ms):>24.0f}{deciles[-1]:>7.0f}"
        f"{max(found.answers_ms):>7.0f}{found.cells_that_differ:>9}{found.cells_after_resizes:>9}"
        f"{found.received / 1000:>7.1f}",
        flush=True,
    )


def tried(workspace: Path, wire: Wire, keys: int, *, thrifty: bool, resizes: int = 200) -> Found:
    """Keys and resizes over a wire, and the same keys without one."""
    command = console(workspace, thrifty=thrifty)
    rng = random.Random(1)
    pressed = ["jjjk"[index % 4] for index in range(keys)]
    with far(command, wire) as (line, link):
        seen = Seen(line, Screen(WIDTH, HEIGHT))
        seen.settle(QUIET_S + 4 * wire.delay_s + 2)
        answers = [1000 * seen.answered_s(key) for key in pressed]
        seen.settle()
        received = seen.received
        with near(command) as reference:
            for key in pressed:
                reference.line.press(key)
                time.sleep(0.02)
            reference.settle()
            differ = difference(seen.screen, reference.screen)
            storm(seen, rng, resizes)
            reference.line.resize(100, 36)
            reference.screen.resize(100, 36)
            reference.settle()
            after = difference(seen.screen, reference.screen)
        return Found(answers, differ, after, link.sent, link.lost, received)


def storm(seen: Seen, rng: random.Random, resizes: int) -> None:
    """Sizes as they come while someone drags a window's corner; the last one stays."""
    for index in range(resizes):
        last = index == resizes - 1
        width, height = (100, 36) if last else (rng.randint(60, 200), rng.randint(20, 60))
        seen.line.resize(width, height)
        seen.screen.resize(width, height)
        seen.screen.feed(seen.line.read(0.01))
    seen.settle(3.0)


def console(workspace: Path, *, thrifty: bool) -> list[str]:
    """The command of a console that shows the same at each start."""
    return [sys.executable, str(CONSOLE), str(workspace), *(["--low-bandwidth"] if thrifty else [])]


def difference(one: Screen, other: Screen) -> int:
    """Cells whose character or style is not the same."""
    if (one.width, one.height) != (other.width, other.height):
        return max(one.width * one.height, other.width * other.height)
    pairs = zip(one.cells, other.cells, strict=True)
    return sum(mine != theirs for row, beside in pairs for mine, theirs in zip(row, beside, strict=True))


# -- without a wire


class _Near:
    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.press, self.resize = terminal.press, terminal.resize

    def read(self, seconds: float) -> bytes:
        return self._terminal.read(seconds)


@contextmanager
def near(command: list[str]) -> Iterator[Seen]:
    """A console on a terminal of this machine."""
    with Terminal(command, width=WIDTH, height=HEIGHT, SSH_CONNECTION="wire") as terminal:
        seen = Seen(_Near(terminal), Screen(WIDTH, HEIGHT))
        seen.settle(QUIET_S + 2)
        yield seen


# -- over a wire


class _Far:
    """The operator's end."""

    def __init__(self, address: str) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                self._socket = socket.create_connection((address, PORT), timeout=10)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def press(self, keys: str) -> None:
        self._socket.sendall(b"K" + struct.pack("!HH", len(keys), 0) + keys.encode())

    def resize(self, width: int, height: int) -> None:
        self._socket.sendall(b"R" + struct.pack("!HH", width, height))

    def read(self, seconds: float) -> bytes:
        if not select.select([self._socket], [], [], seconds)[0]:
            return b""
        return self._socket.recv(65536)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def far(command: list[str], wire: Wire) -> Iterator[tuple[Line, LossyLink]]:
    """A console at the other end of a wire."""
    link = LossyLink(wire, lambda address: serve(address, command))
    try:
        line = _Far("10.213.7.2")
        yield line, link
        line.close()
    finally:
        link.close()


def serve(address: str, command: list[str]) -> None:
    """The far end: a terminal server for one operator."""
    listener = socket.create_server((address, PORT))
    operator, _ = listener.accept()
    operator.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with Terminal(command, width=WIDTH, height=HEIGHT, SSH_CONNECTION="wire") as terminal:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        waiting = b""
        while True:
            ready, _, _ = select.select([operator, terminal.descriptor], [], [])
            if terminal.descriptor in ready:
                operator.sendall(os.read(terminal.descriptor, 65536))
            if operator in ready:
                data = operator.recv(65536)
                if not data:
                    return
                waiting = _obeyed(waiting + data, terminal)


def _obeyed(waiting: bytes, terminal: Terminal) -> bytes:
    """Do what whole messages ask for; the rest waits."""
    while len(waiting) >= 5:
        first, second = struct.unpack("!HH", waiting[1:5])
        if waiting[:1] == b"R":
            terminal.resize(first, second)
            waiting = waiting[5:]
        elif len(waiting) < 5 + first:
            break
        else:
            terminal.press(waiting[5 : 5 + first])
            waiting = waiting[5 + first :]
    return waiting


if __name__ == "__main__":
    main()
