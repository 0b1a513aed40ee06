"""A start that can be given up until its first run is created."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.errors import FinetopError


class GivenUpError(FinetopError):
    """The operator changed their mind: nothing was started."""


class Starting:
    """Told by `engine.api.train` how far it is. One thread starts, another may cancel."""

    def __init__(self, tell: Callable[[str, int, int], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._cancelled = self._begun = False

    def cancel(self) -> bool:
        """Give it up. False when it is too late: runs are being created."""
        with self._lock:
            self._cancelled = not self._begun
            return self._cancelled

    def watch(self, model: str, ready: int, of: int) -> None:
        """What `train` calls; raises GivenUpError once it was given up."""
        with self._lock:
            if self._cancelled:
                raise GivenUpError("Given up: nothing was started.")
            self._begun = not model
        self._tell(model, ready, of)
