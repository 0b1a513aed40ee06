"""Where the console keeps what it remembers of its operator: beside the settings, and never in a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def state_file(name: str, environment: Mapping[str, str]) -> Path:
    """`finetop/NAME` in `$XDG_STATE_HOME`, by default in `~/.local/state`."""
    base = environment.get("XDG_STATE_HOME", "")
    # The standard says that a relative path counts as none.
    home = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return home / "finetop" / name
