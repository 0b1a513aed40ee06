"""Which runs are pinned, and in what order the table stands: kept over restarts, outside the workspace.

One small file for all workspaces, under XDG_STATE_HOME. It belongs to the console and not to the runs: several
operators of one workspace pin what each of them looks at.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from engine.files import write_atomic
from tui.state_home import state_file

MOST_BYTES = 1024 * 1024
MOST_PINS = 200
"""Of a workspace; the newest stay."""


class Kept(msgspec.Struct, frozen=True):
    """The file: workspace → ids of runs."""

    pins: dict[str, list[str]] = {}


def pins_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where it lies."""
    return state_file("monitor.json", environment)


def read_pins(file: Path, workspace: Path) -> frozenset[str]:
    """The pinned runs of a workspace; none where nothing readable is kept."""
    return frozenset(_read(file).pins.get(str(workspace.absolute()), ()))


def write_pins(file: Path, workspace: Path, pins: Collection[str]) -> None:
    """Keep these. What another console keeps for other workspaces stays."""
    kept = dict(_read(file).pins)
    kept[str(workspace.absolute())] = sorted(pins, reverse=True)[:MOST_PINS]
    write_atomic(file, msgspec.json.encode(Kept({place: ids for place, ids in kept.items() if ids})) + b"\n")


def _read(file: Path) -> Kept:
    try:
        with file.open("rb") as opened:
            return msgspec.json.decode(opened.read(MOST_BYTES), type=Kept)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Kept()
