"""The content of a checkpoint of the training loop: `state.pt` with tensors, `position.json` for the rest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.files import read_json, write_json
from engine.training.position import Position

STATE_FILE = "state.pt"
POSITION_FILE = "position.json"


@dataclass(frozen=True)
class Snapshot:
    """All that a training needs to go on as if it had never been interrupted."""

    phase: str
    phase_index: int
    position: Position
    advisor: dict[str, Any]
    model: dict[str, Tensor]
    """What training changes."""
    best: dict[str, Tensor] | None
    """The same of the best evaluation so far."""
    optimizer: dict[str, Any]
    random: dict[str, Any]
    average: dict[str, Tensor] | None = None
    """The running mean of the weights, where there is one."""


def write_snapshot(snapshot: Snapshot, directory: Path) -> None:
    """Write into a directory that is being staged (engine.runs.checkpoints.publish)."""
    tensors = ("model", "best", "average", "optimizer", "random")
    torch.save({name: getattr(snapshot, name) for name in tensors}, directory / STATE_FILE)
    position = {
        "phase": snapshot.phase,
        "phase_index": snapshot.phase_index,
        "position": asdict(snapshot.position),
        "advisor": snapshot.advisor,
    }
    write_json(directory / POSITION_FILE, position)


def read_snapshot(checkpoint: Path) -> Snapshot:
    """Read a checkpoint whose manifest verified. Nothing in it is run: tensors and plain values alone."""
    saved = read_json(checkpoint / POSITION_FILE)
    state: dict[str, Any] = torch.load(checkpoint / STATE_FILE, map_location="cpu", weights_only=True)
    return Snapshot(
        phase=saved["phase"],
        phase_index=saved["phase_index"],
        position=Position(**saved["position"]),
        advisor=saved["advisor"],
        **state,
    )
