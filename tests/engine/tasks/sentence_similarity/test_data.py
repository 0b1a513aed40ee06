from typing import Any

import pytest

from engine.tasks.sentence_similarity.data import count_classes, problem_with


@pytest.mark.parametrize("score", [0, 1, 0.5, 1e-9])
def test_a_pair_that_can_be_used(score: float) -> None:
    assert problem_with({"a": "x", "b": "y", "score": score, "kind": "paraphrase"}) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"a": None}, "`a` must be a text"),
        ({"a": ""}, "`a` must be a text that is not empty"),
        ({"b": " "}, "`b` must be a text that is not empty"),
        ({"b": 5}, "`b` must be a text"),
        ({"score": None}, "`score` must be a number"),
        ({"score": "0.5"}, "`score` must be a number"),
        ({"score": True}, "`score` must be a number"),
        ({"score": float("nan")}, "`score` must be a number"),
        ({"score": float("inf")}, "`score` must be a number"),
        ({"score": 1.01}, "`score` is 1.01, and must be from 0 to 1"),
        ({"score": -0.5}, "must be from 0 to 1"),
    ],
)
def test_a_pair_that_cannot_be_used_is_told_in_words(changes: dict[str, Any], says: str) -> None:
    assert says in (problem_with({"a": "x", "b": "y", "score": 0.5, **changes}) or "")


def test_pairs_are_counted_by_score_band() -> None:
    rows = [{"a": "x", "b": "y", "score": score} for score in (0, 0.19, 0.2, 0.5, 0.8, 1)]
    assert count_classes(rows) == {"0.0-0.2": 2, "0.2-0.4": 1, "0.4-0.6": 1, "0.6-0.8": 0, "0.8-1.0": 2}
