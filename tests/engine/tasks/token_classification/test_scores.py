"""Entity-level precision, recall and F1, beside seqeval's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tasks.token_classification.scores import Counts, scores
from engine.tasks.token_classification.tags import Span, spans_of_tags, tag_names

LABELS = ["CITY", "PERSON", "TOOL"]
NAMES = tag_names(LABELS)
SENTENCES = st.lists(
    st.integers(1, 12).flatmap(
        lambda size: st.tuples(*[st.lists(st.integers(0, 6), min_size=size, max_size=size)] * 2)
    ),
    min_size=1,
    max_size=8,
)


@given(SENTENCES)
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning", "ignore::UserWarning")
def test_the_numbers_are_seqevals_strict_ones(sentences: list[tuple[list[int], list[int]]]) -> None:
    from seqeval.metrics import classification_report  # heavy, and of no use to other tests
    from seqeval.scheme import IOB2

    truth = [spans_of_tags(wanted) for wanted, _ in sentences]
    found = [spans_of_tags(got) for _, got in sentences]
    ours = scores(Counts.of(truth, found, len(LABELS)), LABELS)
    if not any(truth) and not any(found):  # seqeval refuses: it has no type to speak of
        assert ours["f1"] == 0
        return
    report = classification_report(
        [[NAMES[tag] for tag in wanted] for wanted, _ in sentences],
        [[NAMES[tag] for tag in got] for _, got in sentences],
        mode="strict",
        scheme=IOB2,
        output_dict=True,
        zero_division=0,
    )
    for ours_name, theirs in [("", "micro avg"), *((f"{label}/", label) for label in LABELS)]:
        wanted = report.get(theirs, {"precision": 0, "recall": 0, "f1-score": 0})
        got = [ours[f"{ours_name}{name}"] for name in ("precision", "recall", "f1")]
        assert got == pytest.approx([wanted["precision"], wanted["recall"], wanted["f1-score"]])


def test_counts_over_repeated_documents_add_up() -> None:
    counts = Counts.of([[], [Span(0, 1, 0)]], [[Span(2, 3, 0)], [Span(0, 1, 0)]], 1)
    assert scores(counts, ["A"])["precision"] == 0.5
    assert scores(counts.over(np.array([1, 1, 0])), ["A"])["precision"] == pytest.approx(2 / 3)
