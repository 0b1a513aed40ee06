"""Splits whose test surprises: part of it is drawn like training, part of it as training never was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.datasets.sampling import quotas, stream

Row = dict[str, Any]
Draw = Callable[[str, str, int], list[Row]]
"""World that may be shown (`train`, `validation` or `test`), purpose, count → rows."""


def seen_and_unseen(
    draw: Draw, *, shares: Sequence[float], total: int, seen_share: float, seed: int
) -> dict[str, list[Row]]:
    """Rows of each split, shuffled. `seen_share` of validation and of test are drawn in training's world; rows of the
    test say so as `slice`."""
    train, validation, test = quotas(shares, total)
    validation_seen, test_seen = round(validation * seen_share), round(test * seen_share)
    learnt = draw("train", "train", train)
    watched = draw("train", "validation seen", validation_seen)
    watched += draw("validation", "validation", validation - validation_seen)
    repeated = draw("train", "test seen", test_seen)
    surprising = draw("test", "test unseen", test - test_seen)
    splits = {
        "train": learnt,
        "validation": watched,
        "test": [{**row, "slice": "seen"} for row in repeated] + [{**row, "slice": "unseen"} for row in surprising],
    }
    for name, rows in splits.items():
        stream(seed, "order", name).shuffle(rows)
    return splits
