"""Which images of the original training set are seen again beside feedback, so that what was learnt stays learnt.

Rehearsal of old examples is what keeps old classes (Rebuffi et al. 2017, arXiv 1611.07725). With few of them it
matters which; for detection a minimum per class helps the rare ones (arXiv 2312.09139). Pure functions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]


def replay_sample(
    rows: Sequence[Row], *, count: int, floor: int, seed: int, labels_of: Callable[[Row], set[str]]
) -> list[Row]:
    """`count` rows, among them at least `floor` that show each class (all there are, where there are fewer).

    Rare classes choose first, and where the floors ask for more than `count` rows there are more. The seed gives
    each image a place of its own in the order of choice, so a larger sample holds the smaller one of the same rows.
    """
    drawn = sorted(range(len(rows)), key=lambda at: _place(seed, rows[at]))
    shows: dict[str, list[int]] = {}
    for at in drawn:
        for label in sorted(labels_of(rows[at])):
            shows.setdefault(label, []).append(at)
    chosen: set[int] = set()
    for label in sorted(shows, key=lambda label: (len(shows[label]), label)):
        missing = floor - sum(at in chosen for at in shows[label])
        chosen.update([at for at in shows[label] if at not in chosen][: max(0, missing)])
    chosen.update([at for at in drawn if at not in chosen][: max(0, count - len(chosen))])
    return [rows[at] for at in sorted(chosen)]


def list_sha256(images: Sequence[str]) -> str:
    """Hash of a list of images, each named by its content."""
    return hashlib.sha256("\n".join(images).encode()).hexdigest()


def _place(seed: int, row: Row) -> bytes:
    return hashlib.sha256(f"{seed}\0{row['image']}".encode()).digest()
