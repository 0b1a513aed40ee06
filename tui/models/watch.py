"""Looks at the registry's files in a thread, and speaks when they changed: an idle screen sends nothing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from engine.workspace import Workspace
from tui.models.reader import Reader
from tui.models.shelf import Shelf


class Watch:
    """Hands a `Shelf` to `speak`, from its own thread, when there is a new one. Polls: inotify is blind on NFS."""

    def __init__(self, workspace: Workspace, speak: Callable[[Shelf], object], *, poll_s: float) -> None:
        self._reader, self._speak, self._poll_s = Reader(workspace), speak, poll_s
        self._chosen = ""
        self._wake, self._stop, self._shown = threading.Event(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self.looks = 0
        """Looks at the disk so far."""

    def start(self) -> None:
        """Look from now on, or again after `pause`; returns at once."""
        self._shown.set()
        self._wake.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="models", daemon=True)
            self._thread.start()

    def pause(self) -> None:
        """Nobody sees it."""
        self._shown.clear()

    def stop(self) -> None:
        """End the thread, and wait for it."""
        self._stop.set()
        self._shown.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5)

    def choose(self, model: str) -> None:
        """Read the versions of this model."""
        if model != self._chosen:
            self._chosen = model
            self._wake.set()

    def nudge(self) -> None:
        """Look now: the console itself changed something."""
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._shown.wait()
            if self._stop.is_set():
                return
            self._wake.clear()
            # What vanishes between two calls is seen at the next look.
            with contextlib.suppress(OSError):
                found = self._reader.read(self._chosen)
                if found is not None:
                    self._speak(found)
            self.looks += 1
            self._wake.wait(self._poll_s)
