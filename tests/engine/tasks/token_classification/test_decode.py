"""The best well-formed tag sequence."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tasks.token_classification.decode import best_tags, entities

TAGS = 5


def well_formed(tags: tuple[int, ...]) -> bool:
    """Every I (2 and 4) follows a B or I of its type."""
    return all(tag not in (2, 4) or (at > 0 and tags[at - 1] in (tag, tag - 1)) for at, tag in enumerate(tags))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_no_well_formed_sequence_is_likelier(lengths: list[int], seed: int) -> None:
    offsets = np.cumsum([0, *lengths])
    table = np.log(np.random.default_rng(seed).dirichlet(np.ones(TAGS), int(offsets[-1]))).astype(np.float32)
    tags = best_tags(table.reshape(-1, TAGS), offsets)
    for begin, end in itertools.pairwise(offsets):
        rows = table[begin:end]
        found = tuple(tags[begin:end].tolist())
        assert well_formed(found)
        likelihood = [
            sum(rows[at, tag] for at, tag in enumerate(sequence))
            for sequence in itertools.product(range(TAGS), repeat=end - begin)
            if well_formed(sequence)
        ]
        assert sum(rows[at, tag] for at, tag in enumerate(found)) == pytest.approx(max(likelihood), abs=1e-4)


def test_entities_lie_in_the_text_with_the_mean_confidence_of_their_tags() -> None:
    shares = np.array([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.98, 0.01, 0.01], [0.05, 0.45, 0.5]])
    table = np.log(shares).astype(np.float32)
    units = [np.array([(0, 3), (4, 9), (10, 12)]), np.zeros((0, 2), dtype=int), np.array([(2, 5)])]
    first, empty, last = entities(table, np.array([0, 3, 3, 4]), units)
    assert [(span, round(sure, 3)) for span, sure in first] == [((0, 9, 0), 0.8)]
    assert empty == []
    assert [(span, round(sure, 3)) for span, sure in last] == [((2, 5, 0), 0.45)]
