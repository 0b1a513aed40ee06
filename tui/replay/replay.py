"""A replay: a workspace of its own for as long as it lasts, and a thread that plays a run into it."""

from __future__ import annotations

import math
import shutil
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from engine.errors import InputError
from engine.events.schema import StatusEvent
from engine.runs.glance import last_of, last_time
from engine.runs.paths import RunPaths
from engine.runs.state import ENDED, look
from engine.runs.store import find_run
from engine.workspace import Workspace
from tui.replay.player import Player
from tui.replay.recording import lines_of, recorded
from tui.replay.worker import FakeWorker

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_S = 0.05
SLOWEST, FASTEST = 0.01, 1e6


class Replay:
    """Use with `with`; the run shows as live in `workspace` while its time is `now()`.

    Times are those of the run: whoever looks at it must ask `now`, and not the clock on the wall.
    """

    def __init__(self, run: RunPaths, speed: float, workspace: Workspace) -> None:
        self.run, self.speed, self.workspace = run, speed, workspace
        self.paths = RunPaths(workspace.runs / run.id)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._stands_at: float | None = None
        self.failed: Callable[[str], object] = lambda sentence: None
        """Called from the thread when the replay cannot go on."""
        self.paths.root.mkdir(parents=True)
        shutil.copyfile(run.spec, self.paths.spec)
        if run.lock.exists():
            # It says how to tell why a worker is gone that wrote no end.
            shutil.copyfile(run.lock, self.paths.lock)
        self._worker = FakeWorker(self.paths).hold()
        self._player = Player(self._worker, recorded(run), speed, before_the_end=self._hand_over)

    @property
    def note(self) -> str:
        """For the menu."""
        return f"replay ×{self.speed:g} of {self.run.id}"

    def now(self) -> float:
        """The time of the run."""
        return self._player.now() if self._stands_at is None else self._stands_at

    def start(self) -> None:
        """Begin to play; returns at once."""
        self._thread = threading.Thread(target=self._play, name="replay", daemon=True)
        self._thread.start()

    def stand_before_the_end(self) -> None:
        """Play all at once but how it ended, and let time stand there: what a picture shows."""
        last = last_of(self.run.status, StatusEvent)
        end_t = last.t if last is not None and last.state in ENDED else math.inf
        stands_at = 0.0
        for line in lines_of(self.run.status, status=True):
            if line.t < end_t:
                stands_at = line.t
                self._worker.append(line.data, status=True)
        if self.run.events.exists():
            shutil.copyfile(self.run.events, self.paths.events)
        self._stands_at = max(stands_at, last_time(self.paths.events) or 0.0)

    def _play(self) -> None:
        try:
            while not self._stop.is_set() and (wait_s := self._player.step()) is not None:
                self._stop.wait(max(TICK_S, wait_s))
        except OSError as problem:
            self.failed(f"The replay ends here: {problem.strerror} ({problem.filename or self.workspace.root})")

    def _hand_over(self) -> None:
        """What is there only when a run is over."""
        for path in (self.run.report, self.run.report.with_suffix(".md"), self.run.metrics, self.run.log):
            if path.is_file():
                (self.paths.root / path.name).symlink_to(path.absolute())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
        self._worker.die()
        shutil.rmtree(self.workspace.root, ignore_errors=True)


def open_replay(workspace: Workspace, name: str, speed: float) -> Replay:
    """A replay of a run by its id, a prefix of it, or `@latest`. Raises InputError for a run that is not over."""
    if not SLOWEST <= speed <= FASTEST:
        raise InputError(f"--speed {speed:g} cannot be played", fix=f"give {SLOWEST:g} to {FASTEST:g}")
    run = find_run(workspace, name)
    view = look(run)
    if not view.is_over:
        raise InputError(f"run {run.id} is {view.state}, and not over", fix="watch it live: leave --replay out")
    return Replay(run, speed, Workspace(Path(tempfile.mkdtemp(prefix="finetop-replay-"))))
