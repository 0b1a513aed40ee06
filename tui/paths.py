"""A path as people type it."""

from __future__ import annotations

from pathlib import Path


def typed_path(text: str) -> Path:
    """The path of what was typed. `~` is the home; `~nobody` stays a name like any other."""
    path = Path(text.strip())
    try:
        return path.expanduser()
    except RuntimeError:
        return path
