"""A log line in pieces. Pure."""

from __future__ import annotations

import time

from tui.feed.model import LogLine
from tui.theme import Role
from tui.widgets.cells import Line
from tui.widgets.log_tail import level_role

_ROLES = {"signal": Role.TARGET, "status": Role.ACTIVE, "printed": Role.MUTED}


def as_line(line: LogLine) -> Line:
    """Time, word where the level matters, text."""
    clock = time.strftime("%H:%M:%S", time.localtime(line.t)) if line.t is not None else " " * 8
    role = _ROLES.get(line.level, level_role(line.level))
    word = f"{line.level}: " if line.level in ("warning", "error", "signal") else ""
    return ((f"{clock} ", Role.MUTED), (word, role), (line.text, role))
