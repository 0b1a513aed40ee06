"""Up to when the operator has seen what happened: one number, kept for each workspace and operator.

It lies with the operator, not in the workspace: colleagues have days of their own, and one who only reads writes
nothing there. It only grows, so several consoles at once need not agree: the latest look counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine.files import write_json
from tui.state_home import state_file

AWAY_S = 60.0
"""Who pressed no key for so long may not have seen what was told."""


class _Kept(msgspec.Struct):
    seen_t: float
    workspace: str = ""
    """For people who look into the file."""


class Seen:
    """The file of one workspace."""

    def __init__(self, workspace: Path, environment: Mapping[str, str] = os.environ) -> None:
        name = hashlib.sha256(str(workspace).encode(errors="surrogateescape")).hexdigest()[:16]
        self.path = state_file(f"seen-{name}.json", environment)
        self._workspace = str(workspace)

    def read(self) -> float | None:
        """Unix seconds; None where no console was opened on this workspace before."""
        with contextlib.suppress(OSError, ValueError, RecursionError):
            seen_t = msgspec.json.decode(self.path.read_bytes(), type=_Kept).seen_t
            return seen_t if math.isfinite(seen_t) else None
        return None

    def advance(self, t: float) -> float:
        """Seen up to here; returns what stands then. Raises OSError.

        Two consoles that write in the same moment may lose the later of two times that are moments apart.
        """
        before = self.read()
        if before is not None and before >= t:
            return before
        write_json(self.path, _Kept(t, self._workspace.encode(errors="replace").decode()))
        return t
