"""Spans and tags."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.tasks.token_classification.tags import Span, spans_of_row, spans_of_tags, tags_of_units

UNITS = np.array([(0, 3), (4, 8), (8, 9), (10, 14)])


def test_spans_on_unit_boundaries_become_tags_and_come_back() -> None:
    tags, misfits = tags_of_units(UNITS, [Span(0, 8, 0), Span(8, 9, 0), Span(10, 14, 1)])
    assert tags.tolist() == [1, 2, 1, 3]
    assert misfits == 0
    assert spans_of_tags(tags) == [(0, 2, 0), (2, 3, 0), (3, 4, 1)]


def test_a_span_that_cuts_a_unit_or_hits_none_is_counted() -> None:
    tags, misfits = tags_of_units(UNITS, [Span(5, 8, 0), Span(9, 10, 1)])
    assert tags.tolist() == [0, 1, 0, 0]
    assert misfits == 2


def test_an_inside_tag_without_a_beginning_is_no_entity() -> None:
    assert spans_of_tags([0, 2, 1, 4, 3, 4, 2]) == [(2, 3, 0), (4, 6, 1)]


@given(st.lists(st.integers(0, 6), max_size=30))
def test_spans_of_any_tags_are_in_order_and_apart(tags: list[int]) -> None:
    spans = spans_of_tags(tags)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(span.start < span.end for span in spans)


def test_of_two_overlapping_entities_the_longer_first_one_stays_and_unknown_types_are_left_out() -> None:
    entities = [(4, 8, "A"), (0, 6, "B"), (0, 3, "B"), (7, 9, "C"), (9, 12, "A")]
    row = {"entities": [{"start": start, "end": end, "label": label} for start, end, label in entities]}
    assert spans_of_row(row, ["A", "B"]) == [(0, 6, 1), (9, 12, 0)]
