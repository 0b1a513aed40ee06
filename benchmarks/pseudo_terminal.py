"""A program on a pseudo-terminal of 160 × 48: what it writes, and the processor time that it takes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

WIDTH, HEIGHT = 160, 48


def _take_terminal() -> None:
    """Make it the process's own: the kernel tells it of sizes, and ends it with the one that opened the terminal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A process on a pseudo-terminal."""

    def __init__(self, command: list[str], *, width: int = WIDTH, height: int = HEIGHT, **environment: str) -> None:
        self.peak_mib = 0.0
        """The most that the session kept in memory while it was recorded."""
        self.started = time.monotonic()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "SSH_CONNECTION")}
        clean |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=clean,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._master)

    def read_for(self, seconds: float, until: bytes | None = None) -> int:
        """Bytes that were written in this time; ends early where `until` is seen."""
        end, count, seen = time.monotonic() + seconds, 0, b""
        while (left := end - time.monotonic()) > 0:
            if not select.select([self._master], [], [], left)[0]:
                break
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:
                raise SystemExit(f"the scene ended early:\n{seen.decode(errors='replace')[-2000:]}") from None
            count += len(data)
            seen = (seen + data)[-4000:]
            if until is not None and until in seen:
                break
        return count

    def record(self, seconds: float, quiet_s: float | None = None) -> list[tuple[float, bytes]]:
        """What is written in this time, each piece with its moment; ends early once nothing came for `quiet_s`.

        Memory is looked at meanwhile (`peak_mib`).
        """
        pieces: list[tuple[float, bytes]] = []
        began = time.monotonic()
        last = looked = began
        while (now := time.monotonic()) - began < seconds:
            if pieces and quiet_s is not None and now - last > quiet_s:
                break
            if now - looked > 0.05:
                looked = now
                self.peak_mib = max(self.peak_mib, self.memory_mib())
            if select.select([self._master], [], [], 0.05)[0]:
                data = os.read(self._master, 1 << 16)
                last = time.monotonic()
                pieces.append((last, data))
        return pieces

    @property
    def descriptor(self) -> int:
        """This side of the terminal."""
        return self._master

    def read(self, seconds: float) -> bytes:
        """What is written next; nothing where that takes longer."""
        try:
            return os.read(self._master, 1 << 16) if select.select([self._master], [], [], seconds)[0] else b""
        except OSError:
            raise SystemExit("the program on the terminal ended") from None

    def press(self, keys: str | bytes) -> None:
        """Type."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size, as a window manager does."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def session(self) -> list[int]:
        """The process and all that it started and that lives."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[3]) == self._process.pid:
                        found.append(int(entry.name))
        return found

    def session_cpu_s(self) -> float:
        """Processor time of the whole session, with that of children which ended."""
        total = 0
        for pid in self.session():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += sum(int(field) for field in fields[11:15])
        return total / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """What the session keeps in memory now; pages that its processes share count for each of them."""
        pages = 0
        for pid in self.session():
            with contextlib.suppress(OSError):
                pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
