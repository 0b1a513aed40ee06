"""`engine … --json` beside the screen: a process of its own, for it loads models, which the console never does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from textual.message import Message

from engine.workspace import Workspace
from tui.labelling.beside import Beside

ENGINE: tuple[str, ...] = (sys.executable, "-m", "engine")


class EngineCommand(Beside):
    """Runs one command at a time. It ends with its window: it measures, and writes nothing."""

    @dataclass
    class Ended(Message):
        """The command has answered, or the sentence that says why not."""

        answer: object
        problem: str = ""
        before: object = None
        """What `before` said."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="engine-command")
        self._workspace = workspace
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def start(
        self,
        arguments: Sequence[str],
        decode: Callable[[bytes], object],
        *,
        before: Callable[[], object] = lambda: None,
    ) -> None:
        """Ask; `decode` makes of standard output what is answered. `before` is called in the thread, ahead of it."""
        command = [*ENGINE, *arguments, "--json", "--workspace", str(self._workspace.root)]
        self.in_thread(lambda: self._run(command, decode, before()))

    def cancel(self) -> None:
        """End the process and all that it started; nothing is answered any more."""
        self._ended = True
        process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)

    def on_unmount(self) -> None:
        self.cancel()

    def _run(self, command: Sequence[str], decode: Callable[[bytes], object], before: object) -> Message | None:
        try:
            with subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            ) as process:
                self._process = process
                if self._ended:
                    self.cancel()
                told, words = process.communicate()
        except OSError as problem:
            return self.Ended(None, str(problem))
        if self._ended:
            return None
        try:
            return self.Ended(decode(told), before=before)
        except msgspec.MsgspecError as problem:
            return self.Ended(None, _sentence(words) or f"it answered nothing that can be read ({problem})")


def _sentence(words: bytes) -> str:
    """The last line that the command said."""
    lines = [line.strip() for line in words.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ") if lines else ""
