"""What the console remembers from one time to the next: the colours that were chosen with a key.

Beside the settings, and not in them: what a person wrote is never rewritten.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tui.state_home import state_file

MAX_BYTES = 4096


class Remembered(msgspec.Struct, frozen=True):
    """All of it."""

    theme: str = ""


def remembered_path(environment: Mapping[str, str]) -> Path:
    """`finetop/console.json` in the user's directory for state."""
    return state_file("console.json", environment)


def recall(path: Path) -> Remembered:
    """What was remembered; nothing where the file is not there or not whole."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MAX_BYTES), type=Remembered)
    except (OSError, msgspec.DecodeError):
        return Remembered()


def remember(path: Path, what: Remembered) -> None:
    """Keep it. Where that cannot be (a home that is read-only), the console works all the same."""
    from engine.files import write_atomic

    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, msgspec.json.encode(what) + b"\n")
