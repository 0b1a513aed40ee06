"""What must stay together: rows that have a key in common, directly or through others."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def components(keys: Sequence[Sequence[Hashable]]) -> list[int]:
    """Per row the number of the first row that it hangs together with; its own where it has no key in common."""
    parent = list(range(len(keys)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    owner: dict[Hashable, int] = {}
    for index, row_keys in enumerate(keys):
        for key in row_keys:
            other = owner.setdefault(key, index)
            parent[max(root(index), root(other))] = min(root(index), root(other))
    return [root(index) for index in range(len(keys))]
