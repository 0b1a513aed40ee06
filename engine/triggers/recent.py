"""What is remembered of inputs in use: a bounded sample of numbers, never an input itself.

    models/PROFILE/MODEL/traffic/recent/VERSION/START-PID-NUMBER.npz

Each file is a segment: a sample of the inputs of an hour (longer where few come), drawn as they pass (Vitter's
reservoir), with how many it stands for. Every writer has segments of its own and replaces the one it is at every few
seconds; a crash loses those seconds. Old ones go when there are too many.
"""

from __future__ import annotations

import contextlib
import math
import os
import random
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.files import aside
from engine.tasks.contract import Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.triggers.vectors import Describer

FOLDER = Path("traffic") / "recent"
SEGMENT_ROWS = 128
SEGMENT_S = 3600.0
MOST_SEGMENTS = 64
MOST_PLACES = 200
"""Different places in a segment; further ones are counted under the empty name."""
LONGEST_PLACE = 80
FLUSH_EVERY_S = 5.0
_FORMAT = 1


class _Told(msgspec.Struct, frozen=True):
    """What a segment says of itself beside its numbers."""

    finetop: int
    kind: str
    seen: int
    """Inputs that the sample stands for."""
    places: dict[str, dict[str, int]]
    """Column of the metadata → value → inputs."""


@dataclass(frozen=True)
class Recent:
    """Inputs since a moment."""

    kind: str
    """Of the vectors; empty where there are none."""
    t: NDArray[np.float64]
    """(inputs,): when, Unix seconds; the sample in the order in which it came."""
    confidences: NDArray[np.float32]
    """(inputs,): NaN where the model says none."""
    vectors: NDArray[np.float32]
    """(inputs, dimensions)."""
    weights: NDArray[np.float64]
    """(inputs,): how many inputs each stands for."""
    places: Mapping[str, Mapping[str, int]]
    """Column → value → inputs, over whole segments: some may be older than the moment asked for."""


class RecentInputs:
    """Remembers inputs of one version. Threads may share it; `add` costs microseconds but for the inputs it keeps."""

    def __init__(self, folder: Path, describer: Describer, columns: Sequence[str] = ("location",)) -> None:
        """`folder`: `recent_folder(…)`; `columns` of the inputs' metadata whose values are counted."""
        self._folder, self._describer, self._columns = folder, describer, tuple(columns)
        self._lock = threading.Lock()
        self._source = random.Random()
        self._number = 0
        self._flushed = 0.0
        self._begin(time.time())

    def add(
        self,
        rows: Sequence[Row],
        predictions: Sequence[Row],
        vectors: NDArray[np.floating] | None = None,
        *,
        t: float | None = None,
    ) -> None:
        """Inputs and what the model said of them. `vectors` of the describer's kind, where they are at hand already.

        An input of which no vector can be made is left out; the prediction was made, and that is what counts.
        """
        now = time.time() if t is None else t
        with self._lock:
            chosen = [(at, place) for at, row in enumerate(rows) if (place := self._place_for(row)) is not None]
            for at, place in chosen:
                self._keep(place, rows[at], predictions[at], vectors[at] if vectors is not None else None, now)
            full = len(self._kept) >= SEGMENT_ROWS and now - self._start >= SEGMENT_S
            if full or now - self._flushed >= FLUSH_EVERY_S:
                self._flush(now)
            if full:
                self._begin(now)

    def close(self) -> None:
        """Write what is not written yet."""
        with self._lock:
            self._flush(time.time())

    def _begin(self, now: float) -> None:
        self._start, self._seen, self._dirty = now, 0, False
        self._kept: list[tuple[float, float, Any]] = []
        self._places: dict[str, Counter[str]] = {column: Counter() for column in self._columns}
        self._number += 1
        self._written = False
        self._path = self._folder / f"{int(now)}-{os.getpid()}-{self._number}.npz"

    def _place_for(self, row: Row) -> int | None:
        """Where in the sample an input goes; None for most, once it is full."""
        self._seen += 1
        self._dirty = True
        for column, counts in self._places.items():
            value = place_in(row, column)
            if value is not None:
                counts[value if value in counts or len(counts) < MOST_PLACES else ""] += 1
        if self._seen <= SEGMENT_ROWS:
            return self._seen - 1
        place = self._source.randrange(self._seen)
        return place if place < SEGMENT_ROWS else None

    def _keep(self, place: int, row: Row, prediction: Row, vector: Any, now: float) -> None:
        import numpy as np

        from engine.errors import FinetopError
        from engine.triggers.vectors import confidence_of

        if vector is None:
            try:
                (vector,) = self._describer.vectors_of([row])
            except (FinetopError, KeyError, ValueError):
                return
        confidence = confidence_of(prediction)
        kept = (now, np.nan if confidence is None else confidence, np.asarray(vector, dtype=np.float16))
        if place < len(self._kept):
            self._kept[place] = kept
        else:
            self._kept.append(kept)

    def _flush(self, now: float) -> None:
        import numpy as np

        self._flushed = now
        if not self._dirty or not self._kept:
            return
        if self._written and not self._path.exists():
            # Somebody was forgotten meanwhile: what was drawn until now may be of them.
            self._begin(now)
            return
        told = _Told(
            _FORMAT, self._describer.kind, self._seen, {name: dict(each) for name, each in self._places.items()}
        )
        t, confidences, vectors = zip(*self._kept, strict=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = aside(self._path)
        try:
            # A sample that a power cut takes is no loss: nothing is fsynced on the way of a prediction.
            with temporary.open("wb") as file:
                np.savez(
                    file,
                    t=np.array(t),
                    confidences=np.array(confidences, dtype=np.float32),
                    vectors=np.stack(vectors),
                    told=np.frombuffer(msgspec.json.encode(told), dtype=np.uint8),
                )
            temporary.replace(self._path)
            self._written = True
        finally:
            temporary.unlink(missing_ok=True)
        self._dirty = False
        for old in _segments(self._folder)[:-MOST_SEGMENTS]:
            old.unlink(missing_ok=True)


def recent_folder(model: Path, version: int) -> Path:
    """Where a version's inputs are remembered; `model` is `models/PROFILE/MODEL`."""
    return model / FOLDER / str(version)


def forget_recent(model: Path, version: int) -> None:
    """Remove what is remembered of a version's inputs: a vector can say who is in a picture. A service that has the
    version loaded begins anew by itself."""
    for path in _segments(recent_folder(model, version)):
        path.unlink(missing_ok=True)


def place_in(row: Row, column: str) -> str | None:
    """What an input's metadata says in a column: beside the input, in its `metadata`, or in its `conditions`."""
    for holder in (row, row.get("metadata"), row.get("conditions")):
        value = holder.get(column) if isinstance(holder, dict) else None
        if isinstance(value, str | int) and str(value).strip():
            return str(value)[:LONGEST_PLACE]
    return None


def read_recent(folder: Path, since: float = 0.0, until: float = math.inf) -> Recent:
    """What came after `since` and up to `until`. A segment that cannot be read, or is of another kind than the
    newest, is left out."""
    import numpy as np

    loaded = [one for path in _segments(folder) if (one := _load(path)) is not None]
    kind, wide = (loaded[-1][0].kind, loaded[-1][1]["vectors"].shape[1]) if loaded else ("", 0)
    parts: list[tuple[Any, ...]] = []
    places: dict[str, Counter[str]] = {}
    for told, arrays in loaded:
        fresh = (arrays["t"] > since) & (arrays["t"] <= until)
        if told.kind != kind or arrays["vectors"].shape[1] != wide or not fresh.any():
            continue
        weight = np.full(int(fresh.sum()), told.seen / len(fresh))
        parts.append((arrays["t"][fresh], arrays["confidences"][fresh], arrays["vectors"][fresh], weight))
        for column, counts in told.places.items():
            places.setdefault(column, Counter()).update(counts)
    if not parts:
        nothing = np.zeros(0)
        return Recent(kind, nothing, nothing.astype(np.float32), np.zeros((0, wide), np.float32), nothing, places)
    t, confidences, vectors, weights = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(t, kind="stable")
    return Recent(kind, t[order], confidences[order], vectors[order].astype(np.float32), weights[order], places)


def _segments(folder: Path) -> list[Path]:
    """Oldest first."""

    def age(path: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in path.stem.split("-"))

    with contextlib.suppress(ValueError):
        return sorted(folder.glob("[0-9]*.npz"), key=age)
    return []


def _load(path: Path) -> tuple[_Told, dict[str, Any]] | None:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("t", "confidences", "vectors", "told")}
        told = msgspec.json.decode(arrays.pop("told").tobytes(), type=_Told)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.MsgspecError):
        return None
    count = len(arrays["t"])
    sound = told.finetop == _FORMAT and arrays["vectors"].ndim == 2 and 0 < count <= told.seen
    sound = sound and len(arrays["confidences"]) == len(arrays["vectors"]) == count
    sound = sound and bool(np.isfinite(arrays["vectors"]).all() and np.isfinite(arrays["t"]).all())
    return (told, arrays) if sound else None
