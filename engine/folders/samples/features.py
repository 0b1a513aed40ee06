"""Features: a snapshot of a tree → one TrainingSample for each folder → the training database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from engine.errors import InputError, WorkError
from engine.folders.samples.escapes import escaped
from engine.folders.samples.names import normalised
from engine.folders.samples.outline import NOWHERE, Outline, outline_of
from engine.folders.samples.sample import TrainingSample
from engine.folders.snapshots.raw import decoded

if TYPE_CHECKING:
    from engine.folders.samples.training_db import TrainingDb
    from engine.folders.snapshots.index import FolderNode

BATCH_SIZE = 1000
MOST_NEIGHBOURS = 8
"""Names of siblings and of children that a sample holds: more than a text shows is of no use to a model."""
MOST_EXTENSIONS = 16
_PLACES_KEPT = 1 << 14
ROOT, SNAPSHOT = "root", "snapshot"
"""Facts of a training database."""
Nodes = Callable[[], Iterable["FolderNode"]]
"""Hands out the folders of a snapshot, each time in the same order."""


@dataclass(frozen=True)
class Featured:
    """What was done."""

    samples: int
    """Folders of the snapshot: each has a sample now."""
    new: int
    """Folders that the training database did not know."""
    gone: int
    """Samples whose folder is not in the snapshot. They stay, with their labels, and are proposed no more."""
    seconds: float


def make_features(
    db: TrainingDb,
    nodes: Nodes,
    *,
    root: str,
    snapshot: int,
    moved: bool = False,
    batch_size: int = BATCH_SIZE,
    tick: Callable[[int, int], None] | None = None,
) -> Featured:
    """Store a sample for each folder of the snapshot, a batch in a transaction; done twice, it changes nothing.

    `tick` hears how many of how many are stored. Raises InputError where the database is of another root, unless
    that one `moved`.
    """
    if batch_size < 1:
        raise InputError(f"a batch of {batch_size} samples", where="--batch-size", fix="write 1 or more")
    root, known = escaped(root), db.fact(ROOT)
    if known and known != root and not moved:
        raise InputError(
            f"holds folders of {known}, and the snapshot is of {root}",
            where=str(db.path),
            fix="name another --training-db, or say --moved where it is the same tree in another place",
        )
    started, before = time.monotonic(), db.count()
    outline = outline_of(nodes())
    total, done = sum(depth > 0 for depth in outline.depths), 0
    samples = _samples(nodes(), outline)
    while batch := list(islice(samples, batch_size)):
        db.put(batch)
        done += len(batch)
        if tick is not None:
            tick(done, total)
    gone = db.mark_gone(_paths(outline)) if before else 0
    db.set_fact(ROOT, root)
    db.set_fact(SNAPSHOT, str(snapshot))
    return Featured(done, db.count() - before, gone, time.monotonic() - started)


def samples_of(nodes: Nodes) -> Iterator[TrainingSample]:
    """One sample for each folder below the root, in the order of the snapshot.

    Memory: some forty bytes for each folder. Raises WorkError when the second reading differs from the first.
    """
    outline = outline_of(nodes())
    return _samples(nodes(), outline)


def _samples(nodes: Iterable[FolderNode], outline: Outline) -> Iterator[TrainingSample]:
    places, read = _Places(outline), 0
    for row, node in enumerate(nodes):
        if row >= len(outline) or outline.ids[row] != node.id:
            raise _changed()
        read += 1
        if node.depth > 0:
            yield _sample(node, outline, row, places)
    if read < len(outline):
        raise _changed()


def _changed() -> WorkError:
    return WorkError("the snapshot changed while it was read", fix="wait for `engine folders gather` to end")


def _sample(node: FolderNode, outline: Outline, row: int, places: _Places) -> TrainingSample:
    above = places.of(outline.parents[row])
    name = normalised(node.name)
    siblings, at = outline.beside(row)
    children = outline.children(row)
    return TrainingSample(
        path=f"{above.path}/{node.name}" if above.path else node.name,
        name=name,
        tokens=(*above.tokens, *name.split()),
        creator=above.creator or name,
        parent=above.name,
        siblings=tuple(_words_of(outline.raw(other)) for other in _nearest(siblings, at)),
        children=tuple(_words_of(outline.raw(child)) for child in _spread(children)),
        depth=node.depth,
        files=node.files,
        folders=node.folders,
        bytes=node.bytes,
        extensions=_most_frequent(node.extensions),
        height=outline.heights[row],
        position=round(at / (len(siblings) - 1), 4) if len(siblings) > 1 else 0.0,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """What a folder hands down to those in it; all empty for the root."""

    path: str = ""
    name: str = ""
    tokens: tuple[str, ...] = ()
    creator: str = ""


_ROOT_PLACE = _Place()


class _Places:
    """Places of folders, those of the last ones kept: what lies in one folder mostly comes together."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._kept: dict[int, _Place] = {}

    def of(self, row: int) -> _Place:
        """Without recursion: a tree may be deeper than Python's stack."""
        outline, below = self._outline, []
        while row not in self._kept and row != NOWHERE and outline.depths[row] > 0:
            below.append(row)
            row = outline.parents[row]
        place = self._kept.get(row, _ROOT_PLACE)
        if len(self._kept) > _PLACES_KEPT:
            self._kept.clear()
        for inner in reversed(below):
            raw = outline.name(inner)
            name = normalised(raw)
            path = f"{place.path}/{raw}" if place.path else raw
            place = _Place(path, name, (*place.tokens, *name.split()), place.creator or name)
            self._kept[inner] = place
        return place


@lru_cache(maxsize=1 << 16)
def _words_of(raw: bytes) -> str:
    return normalised(decoded(raw))


def _nearest(rows: Sequence[int], at: int) -> list[int]:
    """Those beside it, by name, on both sides: `Ruins Day` is what tells most of `Ruins Night`."""
    first = max(0, min(at - MOST_NEIGHBOURS // 2, len(rows) - MOST_NEIGHBOURS - 1))
    return [row for row in rows[first : first + MOST_NEIGHBOURS + 1] if row != rows[at]]


def _spread(rows: Sequence[int]) -> Sequence[int]:
    """Some of them at equal distances: the first ones alone would often be 01, 02, 03."""
    if len(rows) <= MOST_NEIGHBOURS:
        return rows
    return [rows[step * (len(rows) - 1) // (MOST_NEIGHBOURS - 1)] for step in range(MOST_NEIGHBOURS)]


def _most_frequent(extensions: dict[str, int]) -> dict[str, int]:
    if len(extensions) < 2:
        return {name.lower(): count for name, count in extensions.items() if name}
    counts: dict[str, int] = {}
    for name, count in extensions.items():
        if name:
            counts[name.lower()] = counts.get(name.lower(), 0) + count
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_EXTENSIONS])


def _paths(outline: Outline) -> Iterator[str]:
    places = _Places(outline)
    return (places.of(row).path for row in range(len(outline)) if outline.depths[row] > 0)
