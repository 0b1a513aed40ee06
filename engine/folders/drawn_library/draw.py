"""A drawn library: a tree of bought assets as people have them, with what each folder is.

Creators come one after another, each from a random source of its own, so memory stays flat however many folders there
are; the same seed draws the same library in every process.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from random import Random

from engine.datasets.sampling import stream
from engine.folders.drawn_library.creator import Creator, Habits, Node, file_bytes
from engine.folders.drawn_library.roles import Role
from engine.folders.snapshots.index import FolderNode

_SHELVES = (
    ("Maps", Role.TYPE), ("Music", Role.TYPE), ("Tokens", Role.TYPE), ("Minis", Role.TYPE), ("Sci-Fi", Role.GENRE),
    ("_Unsorted", Role.JUNK), ("Downloads", Role.JUNK), ("Winter Mega Bundle 2023", Role.SERIES),
    ("Charity Bundle", Role.SERIES), ("Asset Packs", Role.TYPE), ("to sort", Role.JUNK), ("RPG", Role.GENRE),
)  # fmt: skip
"""Folders at the top that hold creators."""
_SHELF, _LOOSE = 0.04, 0.06
"""Part of the top that is a shelf of several creators; part that is works without a folder of their creator."""
_ROOT = 1
"""Its number."""
_SPREAD = 0.9
"""Of the logarithm of creators' sizes: most are small, a few are huge."""


@dataclass(frozen=True, slots=True)
class DrawnFolder:
    """A folder that does not lie on a disk yet, and what it is."""

    node: FolderNode
    """As a snapshot of the tree has it."""
    path: str
    """Below the root, with `/`."""
    role: Role | None
    """None for the root."""
    files: dict[str, int]
    """Extension, which may be empty → how many files right in it."""
    scale: float = 1.0

    def sizes(self) -> Iterator[tuple[str, int, int]]:
        """Extension, how many files, and the size of each."""
        for extension, count in self.files.items():
            yield extension, count, file_bytes(extension, self.scale)


def draw_library(folders: int, seed: int, habits: Habits | None = None) -> Iterator[DrawnFolder]:
    """The root and `folders` folders below it, parents before children."""
    plan = stream(seed, "library")
    tops = _tops(folders, seed, plan, habits or Habits())
    # Nothing lies right in the root but folders; how many is not known before the last of them is drawn.
    yield DrawnFolder(FolderNode(_ROOT, 0, 0, "", 0, 0, 0), "", None, {})
    last = _ROOT
    for top in tops:
        for folder in _flat(top, last + 1):
            last = folder.node.id
            yield folder


def _tops(folders: int, seed: int, plan: Random, habits: Habits) -> Iterator[Node]:
    """Folders right below the root, with all that is in them."""
    usual = min(max(math.sqrt(folders) / 2, 12.0), 1000.0)
    taken: set[str] = set()
    left, creators = folders, 0

    def creator(size: int) -> Node:
        nonlocal creators
        creators += 1
        return Creator(stream(seed, "creator", str(creators)), habits).draw(size)

    while left > 0:
        size = max(3, round(usual * math.exp(plan.gauss(-_SPREAD * _SPREAD / 2, _SPREAD))))
        kind = plan.random()
        if kind < _SHELF:
            tops = [_shelf([creator(max(3, size // 2)) for _ in range(plan.randint(2, 7))], plan)]
        elif kind < _SHELF + _LOOSE:
            tops = list(creator(min(size, 12)).children.values())
            for top in tops:
                _promote_guests(top)
        else:
            tops = [creator(size)]
        for top in tops:
            left -= _cut(top, left)
            _rename_apart(top, taken)
            yield top
            if left == 0:
                return


def _shelf(creators: list[Node], plan: Random) -> Node:
    name, role = plan.choice(_SHELVES)
    shelf = Node(name, role)
    for one in creators:
        _rename_apart(one, shelf.children.keys())
        shelf.children[one.name.casefold()] = one
    return shelf


def _promote_guests(node: Node) -> None:
    """Without their host, guests are the first artists on their paths."""
    if node.role is Role.GUEST:
        node.role = Role.ARTIST
        return
    for child in node.children.values():
        _promote_guests(child)


def _rename_apart(node: Node, taken: Collection[str]) -> None:
    """Give it a name that is not taken, and take that."""
    name, again = node.name, 2
    while node.name.casefold() in taken:
        node.name, again = f"{name} {again}", again + 1
    if isinstance(taken, set):
        taken.add(node.name.casefold())


def _cut(node: Node, most: int) -> int:
    """Leave `most` folders at the most, this one included; how many there are."""
    kept = 1
    for key, child in list(node.children.items()):
        if kept == most:
            del node.children[key]
        else:
            kept += _cut(child, most - kept)
    return kept


def _flat(top: Node, first: int) -> Iterator[DrawnFolder]:
    """The folder and all below it, numbered from `first`; each before those in it."""
    number = first
    waiting = [(top, _ROOT, 1, top.name)]
    while waiting:
        node, parent, depth, path = waiting.pop()
        extensions = {name: count for name, count in sorted(node.files.items(), key=_most_first) if name}
        facts = FolderNode(
            number, parent, depth, node.name, sum(node.files.values()), len(node.children), node.bytes, extensions
        )
        yield DrawnFolder(facts, path, node.role, node.files, node.scale)
        waiting.extend(
            (child, number, depth + 1, f"{path}/{child.name}") for child in reversed(node.children.values())
        )
        number += 1


def _most_first(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]
