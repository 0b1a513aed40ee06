"""Which rows teach, which say when to stop, which tell how sure the model is, and which show strangers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.labelled_pictures import Row

FEWEST_SPARED = 30
"""Rows below which half of validation would say nothing of confidences: then all of it says both."""


@dataclass(frozen=True)
class Parts:
    """Rows of the training and validation splits by what they do."""

    taught: list[Row]
    """Of labels that are learnt."""
    watched: list[Row]
    """Say when to stop."""
    spared: list[Row]
    """Calibrate; never those that are watched, unless there are too few to have both."""
    strangers: list[Row]
    """Validation rows of people who are not learnt."""
    shared: bool
    """Whether `spared` are the rows that are watched."""


def part_rows(train: Sequence[Row], validation: Sequence[Row], labels: Sequence[str], *, seed: int) -> Parts:
    """Each label's validation rows are parted in halves; `weight` of a row plays no part."""
    learnt = set(labels)
    known = [row for row in validation if row["label"] in learnt]
    taught = [row for row in train if row["label"] in learnt]
    strangers = [row for row in validation if row["label"] not in learnt]
    if len(known) < 2 * FEWEST_SPARED:
        return Parts(taught, known, known, strangers, shared=True)
    order = np.random.default_rng(seed).permutation(len(known))
    seen: Counter[str] = Counter()
    watched: list[Row] = []
    spared: list[Row] = []
    for number in order:
        row = known[number]
        # A label with an odd number gives its last row to either in turn.
        (watched if seen[row["label"]] % 2 == 0 else spared).append(row)
        seen[row["label"]] += 1
    return Parts(taught, watched, spared, strangers, shared=False)
