"""Looks at files again and again in a thread, and speaks when there is news: an idle screen sends nothing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

News = TypeVar("News")


class Watch(Generic[News]):
    """Hands what `look` finds to `speak`, from its own thread; None is no news. Polls: inotify is blind on NFS."""

    def __init__(
        self, look: Callable[[], News | None], speak: Callable[[News], object], *, poll_s: float, name: str = "watch"
    ) -> None:
        self._look, self._speak, self._poll_s, self._name = look, speak, poll_s, name
        self._wake, self._stop, self._shown = threading.Event(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self.looks = 0
        """Looks at the disk so far."""

    def start(self) -> None:
        """Look from now on, or again after `pause`; returns at once."""
        self._shown.set()
        self._wake.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
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
                found = self._look()
                if found is not None:
                    self._speak(found)
            self.looks += 1
            self._wake.wait(self._poll_s)
