"""`results.csv` of Ultralytics: a line for each epoch."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.foreign_runs.recording import Facts, Point

FILE = "results.csv"
MOST_BYTES = 64 * 1024 * 1024


class UltralyticsResults:
    """The table, and `args.yaml` beside it."""

    kind = "ultralytics"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.resolve().parent.name
        self._seen = 0
        self._began: float | None = None

    def facts(self) -> Facts:
        config = _arguments(self.path.with_name("args.yaml"))
        epochs = config.get("epochs")
        return Facts(
            steps=epochs if isinstance(epochs, int) else 0,
            epochs=float(epochs) if isinstance(epochs, int) else 0.0,
            config=config,
        )

    def read(self) -> Iterator[Point]:
        rows = self._rows()
        if rows and self._began is None:
            self._began = self.path.stat().st_mtime - rows[-1].get("time", 0.0)
        for number, row in enumerate(rows[self._seen :], start=self._seen + 1):
            epoch = row.pop("epoch", float(number))
            t = (self._began or 0.0) + row.pop("time", 0.0)
            by_split: dict[str, dict[str, float]] = {"train": {}, "validation": {}}
            for key, value in row.items():
                place, _, name = key.partition("/")
                if place in ("metrics", "val"):
                    by_split["validation"][name] = value
                else:
                    by_split["train"][name if place == "train" else key] = value
            for split, values in by_split.items():
                losses = [value for name, value in values.items() if name.endswith("_loss")]
                if losses:
                    values["loss"] = sum(losses)
                if values:
                    yield Point(int(epoch), t, split, values, epoch)
        self._seen = len(rows)

    def _rows(self) -> list[dict[str, float]]:
        if self.path.stat().st_size > MOST_BYTES:
            raise DataError("larger than a table of results ever is", where=str(self.path), fix="import another file")
        # The last line may be on its way.
        text = self.path.read_text(encoding="utf-8", errors="replace").rpartition("\n")[0]
        lines = list(csv.reader(text.splitlines()))
        if not lines:
            return []
        names = [name.strip() for name in lines[0]]
        if "epoch" not in names:
            raise DataError("no column `epoch`", where=f"{self.path}:1", fix="import a results.csv of Ultralytics")
        rows = []
        for place, line in enumerate(lines[1:], start=2):
            if len(line) != len(names):
                raise DataError(f"{len(line)} values where {len(names)} are named", where=f"{self.path}:{place}")
            try:
                rows.append({name: float(value) for name, value in zip(names, line, strict=True) if value.strip()})
            except ValueError as problem:
                raise DataError(str(problem), where=f"{self.path}:{place}", fix="mend the line") from None
            if not math.isfinite(rows[-1].get("epoch", 0.0)):
                raise DataError("the epoch is no number", where=f"{self.path}:{place}", fix="mend the line")
        return rows


def _arguments(path: Path) -> dict[str, Any]:
    """What the training was started with, as far as it is plain values; nothing where it cannot be read."""
    import yaml

    try:
        if path.stat().st_size > 1 << 20:
            return {}
        document = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    plain = (str, int, float, bool)
    return (
        {str(key): value for key, value in document.items() if isinstance(value, plain)}
        if isinstance(document, dict)
        else {}
    )
