"""`trainer_state.json`, which the Trainer of transformers leaves in each checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import DataError
from engine.events.splits import split_and_name
from engine.foreign_runs.recording import Facts, Point

FILE = "trainer_state.json"
MOST_BYTES = 256 * 1024 * 1024
_NOT_METRICS = ("step", "epoch", "total_flos", "train_runtime", "train_loss")


class _State(msgspec.Struct):
    log_history: list[dict[str, Any]] = []
    max_steps: int = 0
    num_train_epochs: float = 0.0
    train_batch_size: int | None = None


class TrainerState:
    """The newest of a training's states: the one of its last checkpoint has all lines of those before."""

    kind = "trainer_state"

    def __init__(self, path: Path) -> None:
        self.path = path
        folder = path.resolve().parent
        self.name = folder.parent.name if folder.name.startswith("checkpoint-") else folder.name
        self._state = _State()
        self._seen = 0
        self._read_at = 0.0

    def facts(self) -> Facts:
        state = self._state
        config = {"train_batch_size": state.train_batch_size} if state.train_batch_size else {}
        return Facts(max(0, state.max_steps), float(state.num_train_epochs), config)

    def read(self) -> Iterator[Point]:
        path = newest_state(self.path)
        changed = path.stat().st_mtime
        if changed == self._read_at:
            return
        self._state, self._read_at = _read(path), changed
        lines = self._state.log_history
        if len(lines) < self._seen:
            self._seen = 0
        began = _began(lines, changed)
        for line in lines[self._seen :]:
            step = line.get("step")
            if not isinstance(step, int):
                continue
            last = max(1, self._state.max_steps, step)
            yield from _points(line, step, began + (changed - began) * (step / last))
        self._seen = len(lines)


def newest_state(path: Path) -> Path:
    """The state with most steps beside a checkpoint's own: a training makes more checkpoints as it goes on."""
    folder = path.parent
    if not folder.name.startswith("checkpoint-"):
        return path
    beside = [each for each in folder.parent.glob(f"checkpoint-*/{FILE}") if _step_of(each) >= 0]
    return max(beside, key=_step_of, default=path)


def _step_of(path: Path) -> int:
    number = path.parent.name.rpartition("-")[2]
    return int(number) if number.isdigit() else -1


def _read(path: Path) -> _State:
    if path.stat().st_size > MOST_BYTES:
        raise DataError("larger than a state ever is", where=str(path), fix="import another file")
    try:
        return msgspec.json.decode(path.read_bytes(), type=_State)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise DataError(f"not a state of a Trainer ({problem})", where=str(path), fix="import another file") from None


def _began(lines: list[dict[str, Any]], ended: float) -> float:
    """When the training began: the state says no times, but at the very end how long it took."""
    took = next((line["train_runtime"] for line in reversed(lines) if "train_runtime" in line), 0.0)
    return ended - float(took) if isinstance(took, int | float) and took > 0 else ended


def _points(line: dict[str, Any], step: int, t: float) -> Iterator[Point]:
    by_split: dict[str, dict[str, float]] = {}
    for key, value in line.items():
        if key in _NOT_METRICS or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        split, name = split_and_name(key)
        by_split.setdefault(split, {})[name] = float(value)
    epoch = line.get("epoch")
    for split, values in by_split.items():
        yield Point(step, t, split, values, float(epoch) if isinstance(epoch, int | float) else 0.0)
