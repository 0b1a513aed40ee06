"""The shape of a snapshot in some forty bytes for each folder: who lies in whom, in the order of names.

Context of a folder (path, siblings, children, height) is all over the tree, and a snapshot is read only forwards.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.folders.snapshots.raw import decoded, encoded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.folders.snapshots.index import FolderNode

NOWHERE = -1
"""The row above a folder that lies in none."""


@dataclass(frozen=True)
class Outline:
    """Folders are told by their row: their number in the order in which the snapshot hands them out, from 0."""

    ids: array[int]
    parents: memoryview[int]
    """Row → row of the folder above, or `NOWHERE`."""
    depths: array[int]
    heights: memoryview[int]
    """Row → levels of folders below it."""
    _names: bytearray
    _ends: array[int]
    _order: memoryview[int]
    """Rows, those of one parent together and by name."""
    _places: memoryview[int]
    """Row → where it stands in `_order`."""
    _starts: memoryview[int]
    """Parent row + 1 → where its children begin in `_order`; one more at the end."""

    def __len__(self) -> int:
        return len(self.ids)

    def raw(self, row: int) -> bytes:
        """The name as the file system has it."""
        return bytes(self._names[self._ends[row - 1] if row else 0 : self._ends[row]])

    def name(self, row: int) -> str:
        """The same; bytes that are no UTF-8 are surrogates."""
        return decoded(self.raw(row))

    def children(self, row: int) -> Sequence[int]:
        """Rows right in it, by name."""
        return self._order[self._starts[row + 1] : self._starts[row + 2]]

    def beside(self, row: int) -> tuple[Sequence[int], int]:
        """Rows of its parent's children by name, itself among them, and where it stands there."""
        rows = self.children(self.parents[row])
        return rows, self._places[row] - self._starts[self.parents[row] + 1]


def outline_of(nodes: Iterable[FolderNode]) -> Outline:
    """The outline of a snapshot's folders, in any order."""
    import numpy as np

    ids, above, depths, ends, names = array("q"), array("q"), array("i"), array("q"), bytearray()
    for node in nodes:
        ids.append(node.id)
        above.append(node.parent)
        depths.append(node.depth)
        names += encoded(node.name)
        ends.append(len(names))
    parents = _rows_of(np.frombuffer(above, np.int64), np.frombuffer(ids, np.int64))
    order = np.argsort(parents, kind="stable").astype(np.int32)
    starts = np.searchsorted(parents[order], np.arange(NOWHERE, len(ids) + 1)).astype(np.int32)
    heights = _heights(parents, np.frombuffer(depths, np.int32))
    made = Outline(
        ids=ids,
        parents=_view(parents),
        depths=depths,
        heights=_view(heights),
        _names=names,
        _ends=ends,
        _order=_view(order),
        _places=_view(np.empty_like(order)),
        _starts=_view(starts),
    )
    _sort_by_name(made)
    return made


def _rows_of(wanted: NDArray[Any], ids: NDArray[Any]) -> NDArray[Any]:
    """Row of each id; `NOWHERE` for one that is none."""
    import numpy as np

    if not len(ids):
        return np.empty(0, np.int32)
    by_id = np.argsort(ids, kind="stable")
    at = np.minimum(np.searchsorted(ids, wanted, sorter=by_id), len(ids) - 1)
    rows = by_id[at]
    return np.where((ids[rows] == wanted) & (rows != np.arange(len(ids))), rows, NOWHERE).astype(np.int32)


def _heights(parents: NDArray[Any], depths: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    heights = np.zeros(len(parents), np.int32)
    deepest_first = np.argsort(-depths, kind="stable")
    levels = np.flatnonzero(np.diff(depths[deepest_first])) + 1
    for rows in np.split(deepest_first, levels):
        rows = rows[parents[rows] != NOWHERE]
        np.maximum.at(heights, parents[rows], heights[rows] + 1)
    return heights


def _sort_by_name(made: Outline) -> None:
    order, places, starts = made._order, made._places, made._starts
    for parent in range(len(starts) - 1):
        first, last = starts[parent], starts[parent + 1]
        if last - first > 1:
            rows = sorted(order[first:last], key=lambda row: _by_name(made.name(row)))
            for at, row in enumerate(rows, first):
                order[at] = row
        for at in range(first, last):
            places[order[at]] = at


def _by_name(name: str) -> tuple[str, str]:
    return name.casefold(), name


def _view(values: NDArray[Any]) -> memoryview[int]:
    # One number of a memoryview is read three times as fast as one of an array of numpy.
    return memoryview(values)  # type: ignore[arg-type]
