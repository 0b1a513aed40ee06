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


class Terminal:
    """A process on a pseudo-terminal."""

    def __init__(self, command: list[str], **environment: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "SSH_CONNECTION")}
        clean |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=clean, start_new_session=True, close_fds=True
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

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
