"""Splits for rows that have none: 70/20/10, no group and no text in two splits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from engine.datasets.importers.components import components
from engine.datasets.importers.found import Found
from engine.datasets.leaks import plain
from engine.datasets.sampling import TRAIN_SHARE, VALIDATION_SHARE, stream
from engine.errors import DataError

Row = dict[str, Any]
Texts = Callable[[Row], tuple[str, ...]]
SHARES = {"test": 1 - TRAIN_SHARE - VALIDATION_SHARE, "validation": VALIDATION_SHARE}
LARGEST_GROUP = 0.25
"""Of all rows: where texts chain more rows together than this, rows are told apart by all their texts at once."""


def parse_shares(text: str | None) -> Mapping[str, float]:
    """`80/10/10`: what train, validation and test get of rows that name no split, in percent or in any other
    proportion. Raises DataError for what is none."""
    if text is None or not text.strip():
        return SHARES
    parts = [part.strip() for part in text.replace(":", "/").split("/")]
    try:
        train, validation, test = (float(part.removesuffix("%")) for part in parts)
    except ValueError:
        train = validation = test = 0.0
    total = train + validation + test
    if not all(math.isfinite(part) and part > 0 for part in (train, validation, test)):
        raise DataError(
            f"{text[:40]!r} are no shares of three splits",
            where="--shares",
            fix="write those of train, validation and test, such as 80/10/10",
        )
    return {"test": test / total, "validation": validation / total}


def settle_splits(
    found: list[Found],
    texts: Texts,
    seed: int,
    noun: str = "text",
    shares: Mapping[str, float] = SHARES,
) -> tuple[dict[str, list[Row]], list[str]]:
    """Rows per split: those that the sources name; what is missing is drawn. And what was drawn, in words."""
    named: dict[str, list[Row]] = {"train": [], "validation": [], "test": []}
    for one in found:
        named[one.split or "train"].append(one.row)
    missing = [split for split in ("test", "validation") if not named[split]]
    if not named["train"]:
        raise DataError(
            "there are no training examples", where=found[0].where, fix="name a file for training: train=PATH"
        )
    if not missing:
        return named, []
    drawn, how = draw(named["train"], {split: shares[split] for split in missing}, texts, seed, noun)
    named.update(drawn)
    empty = [split for split, rows in named.items() if not rows]
    if empty:
        raise DataError(
            f"{len(found)} rows are too few, or too alike, to draw {empty[0]} from",
            where=found[0].where,
            fix="give more rows, or name a file for each split",
        )
    parts = ", ".join(f"{split} {shares[split]:.0%}" for split in missing)
    return named, [f"drawn from the training rows: {parts} ({how})"]


def draw(
    rows: Sequence[Row], shares: dict[str, float], texts: Texts, seed: int, noun: str = "text"
) -> tuple[dict[str, list[Row]], str]:
    """Part `rows` into `train` and the given shares. Rows of one group, or with a text in common, stay together."""
    keys, how = _grouped(rows, texts, noun)
    groups: dict[int, list[int]] = {}
    for index, key in enumerate(keys):
        groups.setdefault(key, []).append(index)
    order = sorted(groups)
    stream(seed, "split").shuffle(order)
    split_of = dict.fromkeys(range(len(rows)), "train")
    room = {split: max(1, round(share * len(rows))) for split, share in shares.items()}
    for key in order:
        members = groups[key]
        split = next((split for split, left in room.items() if len(members) <= left), None)
        if split is not None and len(members) < len(rows):
            room[split] -= len(members)
            split_of.update(dict.fromkeys(members, split))
    parted: dict[str, list[Row]] = {name: [] for name in ("train", *shares)}
    for index, row in enumerate(rows):
        parted[split_of[index]].append(row)
    return parted, how


def repeated_texts(splits: dict[str, list[Row]], texts: Texts, noun: str = "text") -> list[str]:
    """Rows of validation and test that stand in another split too, in words."""
    known: dict[tuple[str, ...], str] = {}
    notes = []
    for name in ("train", "validation", "test"):
        counts: dict[str, int] = {}
        own = {tuple(map(plain, texts(row))): None for row in splits.get(name, [])}
        for key in own:
            if key in known:
                counts[known[key]] = counts.get(known[key], 0) + 1
        notes += [f"{count} {noun}s of {name} stand in {other} too" for other, count in counts.items()]
        known.update({key: name for key in own if key not in known})
    return notes


def _grouped(rows: Sequence[Row], texts: Texts, noun: str) -> tuple[list[int], str]:
    each = components([_keys(row, [(plain(text),) for text in texts(row)]) for row in rows])
    if max(Counter(each).values()) <= LARGEST_GROUP * len(rows) or len(rows) < 4:
        return each, f"no {noun} in two splits"
    whole = components([_keys(row, [tuple(map(plain, texts(row)))]) for row in rows])
    return whole, "no pair in two splits; single texts are shared, because they chain most pairs together"


def _keys(row: Row, texts: list[tuple[str, ...]]) -> list[Hashable]:
    group = row.get("group")
    return [*texts, *([("group", group, None)] if group else [])]
