"""`engine data curate` beside the screen: a process of its own, for it may import what the console must not."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys

from textual.message import Message

from engine.workspace import Workspace
from tui.labelling.beside import Beside

ENGINE: tuple[str, ...] = (sys.executable, "-m", "engine")
_PROGRESS = re.compile(r"(?P<stage>.+): (?P<done>[\d,]+) of (?P<total>[\d,]+)")


class Searching(Beside):
    """At most one at a time. It ends with the console: nothing is written before all is found."""

    class Progress(Message):
        """How far it is."""

        def __init__(self, dataset: str, stage: str, done: int, total: int) -> None:
            super().__init__()
            self.dataset, self.stage, self.done, self.total = dataset, stage, done, total

    class Ended(Message):
        """It has found what there is, or the sentence that says why not."""

        def __init__(self, dataset: str, problem: str = "") -> None:
            super().__init__()
            self.dataset, self.problem = dataset, problem

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(id="searching")
        self._workspace = workspace
        self._process: subprocess.Popen[str] | None = None
        self.dataset = ""
        """What is searched now."""

    def start(self, dataset: str) -> bool:
        """Search a dataset; False where another is being searched."""
        if self.dataset:
            return False
        self.dataset = dataset
        self.in_thread(lambda: self._search(dataset))
        return True

    def on_unmount(self) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()

    def on_searching_ended(self) -> None:
        self.dataset = ""

    def _search(self, dataset: str) -> Message:
        command = [*ENGINE, "data", "curate", dataset, "--json", "--workspace", str(self._workspace.root)]
        last = ""
        try:
            with subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            ) as process:
                self._process = process
                assert process.stderr is not None
                for line in process.stderr:
                    found = progress_of(line)
                    if found is not None:
                        self.post_message(self.Progress(dataset, *found))
                    else:
                        last = line.strip() or last
        except OSError as problem:
            return self.Ended(dataset, str(problem))
        if process.returncode:
            return self.Ended(dataset, last.removeprefix("error: ") or f"it ended with {process.returncode}")
        return self.Ended(dataset)


def progress_of(line: str) -> tuple[str, int, int] | None:
    """(stage, done, total) of a line that tells it."""
    found = _PROGRESS.fullmatch(line.strip())
    if found is None:
        return None
    done, total = (int(found[name].replace(",", "")) for name in ("done", "total"))
    return found["stage"], done, total
