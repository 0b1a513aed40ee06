"""`engine data generate` and `engine data import` beside a window: told how far, and ended at will."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from textual.message import Message

from engine.datasets.store import Manifest
from engine.workspace import Workspace
from tui.labelling.beside import Beside

ENGINE: tuple[str, ...] = (sys.executable, "-m", "engine")
PATIENCE_S = 4.0
"""After it was asked to end, a process has so long to take away what it began."""
MOST_BYTES = 64 << 20
"""Of an answer."""
_PROGRESS = re.compile(r"(?P<stage>[^:]+): (?P<done>[\d,]+)(?: of (?P<total>[\d,]+))?")


class Making(Beside):
    """One command at a time; another takes the place of the one before. It ends with its window."""

    @dataclass
    class Progress(Message):
        """How far it is; a total of 0 is not known."""

        stage: str
        done: int
        total: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Making.Progress)

    @dataclass
    class Ended(Message):
        """The command has answered, or the sentence that says why not."""

        turn: int
        what: str
        """What it was asked for: the name that `start` was given."""
        answer: object
        problem: str = ""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="making")
        self._workspace = workspace
        self._turn = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.what = ""
        """What is done now; empty where nothing is."""

    def start(self, what: str, arguments: Sequence[str], decode: Callable[[bytes], object]) -> None:
        """Ask; `decode` makes of standard output what is answered."""
        self.cancel()
        self._turn += 1
        self.what, turn = what, self._turn
        verb, *rest = arguments
        command = [*ENGINE, "data", verb, "--json", "--workspace", str(self._workspace.root), *rest]
        self.in_thread(lambda: self._run(what, turn, command, decode))

    def cancel(self) -> None:
        """Ask the process to end; what it began is taken away again."""
        with self._lock:
            self._turn += 1
            self.what = ""
            process = self._process
        if process is not None and process.poll() is None:
            # No daemon: the console waits for it where it is closed meanwhile, and leaves nothing half-written.
            threading.Thread(target=self._end, args=(process,), name="ending").start()

    def on_unmount(self) -> None:
        self.cancel()

    def on_making_ended(self, event: Ended) -> None:
        if event.turn == self._turn:
            self.what = ""
        else:
            event.stop()  # something else was asked since

    def _run(self, what: str, turn: int, command: Sequence[str], decode: Callable[[bytes], object]) -> Message | None:
        last = ""
        try:
            with self._lock:
                if turn != self._turn:
                    return None
                process = self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            with process:
                assert process.stdout is not None and process.stderr is not None
                told: list[bytes] = []
                reading = threading.Thread(
                    target=lambda: told.append(process.stdout.read(MOST_BYTES)),  # type: ignore[union-attr]
                    daemon=True,
                )
                reading.start()
                for raw in process.stderr:
                    line = raw.decode("utf-8", "replace").strip()
                    found = progress_of(line)
                    if found is None:
                        last = line or last
                    elif turn == self._turn:
                        self.post_message(self.Progress(*found))
                reading.join()
        except OSError as problem:
            return self.Ended(turn, what, None, str(problem))
        if turn != self._turn:
            return None
        if process.returncode:
            return self.Ended(turn, what, None, last.removeprefix("error: ") or f"it ended with {process.returncode}")
        try:
            return self.Ended(turn, what, decode(told[0]))
        except msgspec.MsgspecError as problem:
            return self.Ended(turn, what, None, f"it answered nothing that can be read ({problem})")

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        # An interrupt lets it take away what it began; who does not listen is killed, and tidied up after.
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)
            for left in self._workspace.datasets.glob(f".*.{process.pid}.*.tmp"):
                shutil.rmtree(left, ignore_errors=True)


def progress_of(line: str) -> tuple[str, int, int] | None:
    """(stage, done, total) of a line that tells it."""
    found = _PROGRESS.fullmatch(line)
    if found is None:
        return None
    total = found["total"] or "0"
    return found["stage"], int(found["done"].replace(",", "")), int(total.replace(",", ""))


def made_ids(answer: bytes) -> tuple[str, ...]:
    """The names of the datasets that were made."""
    return tuple(manifest.id for manifest in msgspec.json.decode(answer, type=list[Manifest]))
