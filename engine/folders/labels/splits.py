"""Which labelled folders train, validate and test a model. Who was settled once stays where it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import InputError

TEST_SIZE = 0.2
VALIDATION_SIZE = 0.15
SEED = 7
By = Literal["creator", "plain"]


@dataclass(frozen=True)
class Splitting:
    """How rows are parted."""

    by: By = "creator"
    """`creator`: all folders of one together, so that the test asks about creators never seen; `plain`: each row for
    itself, labels in proportion, for comparison."""
    test_size: float = TEST_SIZE
    validation_size: float = VALIDATION_SIZE
    seed: int = SEED

    def __post_init__(self) -> None:
        for name, size in (("--test-size", self.test_size), ("--validation-size", self.validation_size)):
            if not 0 < size < 1:
                raise InputError(f"a part of {size:g}", where=name, fix="write a number between 0 and 1, such as 0.2")
        if self.test_size + self.validation_size >= 1:
            raise InputError("test and validation leave nothing to train on", fix="make --test-size smaller")

    @property
    def shares(self) -> dict[str, float]:
        """Split → its part of the rows."""
        rest = 1 - self.test_size - self.validation_size
        return {"train": rest, "validation": self.validation_size, "test": self.test_size}


@dataclass(frozen=True)
class Splittable:
    """A labelled row."""

    id: int
    creator: str
    label: str


def settle(rows: Sequence[Splittable], known: Mapping[int, str], how: Splitting) -> dict[int, str]:
    """Row → its split. Rows that `known` names keep theirs; by creator, further rows of their creators join them."""
    if how.by == "creator":
        return _by_creator(rows, known, how)
    return _by_row(rows, known, how)


def _by_creator(rows: Sequence[Splittable], known: Mapping[int, str], how: Splitting) -> dict[int, str]:
    told: dict[str, Counter[str]] = {}
    for row in rows:
        if row.id in known:
            told.setdefault(row.creator, Counter())[known[row.id]] += 1
    split_of = {creator: max(counts, key=lambda split: (counts[split], split)) for creator, counts in told.items()}
    sizes = Counter(row.creator for row in rows)
    # The largest first, as the small ones can even out what they leave; among equals by chance.
    new = sorted(
        sizes.keys() - split_of.keys(), key=lambda creator: (-_octave(sizes[creator]), _draw(how.seed, creator))
    )
    filled = Counter[str]()
    for creator, split in split_of.items():
        filled[split] += sizes[creator]
    for left, creator in zip(range(len(new), 0, -1), new, strict=True):
        empty = {split: share for split, share in how.shares.items() if not filled[split]}
        # Few creators are spread over all splits before the shares are kept.
        split_of[creator] = _emptiest(filled, empty if len(empty) >= left else how.shares)
        filled[split_of[creator]] += sizes[creator]
    return {row.id: known.get(row.id) or split_of[row.creator] for row in rows}


def _by_row(rows: Sequence[Splittable], known: Mapping[int, str], how: Splitting) -> dict[int, str]:
    settled = {row.id: known[row.id] for row in rows if row.id in known}
    whole = Counter(settled.values())
    filled: dict[str, Counter[str]] = {}
    for row in rows:
        if row.id in settled:
            filled.setdefault(row.label, Counter())[settled[row.id]] += 1
    for row in sorted(rows, key=lambda row: _draw(how.seed, str(row.id))):
        if row.id not in settled:
            counts = filled.setdefault(row.label, Counter())
            settled[row.id] = split = _emptiest(counts, how.shares, whole)
            counts[split] += 1
            whole[split] += 1
    return settled


def _emptiest(filled: Counter[str], shares: Mapping[str, float], whole: Counter[str] | None = None) -> str:
    """The split that lacks most of its share; where that is even, the one that lacks most of the whole."""
    return max(
        shares, key=lambda split: (_lack(filled, shares, split), _lack(whole, shares, split) if whole else 0.0)
    )


def _lack(filled: Counter[str], shares: Mapping[str, float], split: str) -> float:
    # Against the share: with one row each, 65/15/20 is train, test, validation, train, train …
    return shares[split] * (sum(filled.values()) + 1) - filled[split]


def _octave(size: int) -> int:
    return size.bit_length()


def _draw(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{name}".encode("utf-8", "surrogateescape")).digest()
