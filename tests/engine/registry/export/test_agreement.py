"""When an export counts as answering like its version."""

from __future__ import annotations

import numpy as np
import pytest

from engine.registry.export.agreement import Answer, compare

ALLOWED = {"probability": 1e-3}


def answer(*shares: float, said: str = "a", margin: float = 0.5) -> Answer:
    return Answer({"probability": np.array(shares)}, said, margin)


@pytest.mark.parametrize(
    ("wanted", "got", "verified"),
    [
        ([answer(0.7)], [answer(0.7)], True),
        ([answer(0.7)], [answer(0.7009)], True),
        ([answer(0.7)], [answer(0.702)], False),
        ([answer(0.7)], [answer(float("nan"))], False),
        ([answer(float("nan"))], [answer(float("nan"))], False),
        ([answer(0.7)], [answer(0.7, 0.3)], False),
        ([answer(0.7)], [Answer({}, "a")], False),
        ([answer(0.7)], [answer(0.7, said="b")], False),
        ([answer(0.5, margin=0.001)], [answer(0.5, said="b")], True),
        ([answer(0.5, margin=0.01)], [answer(0.5, said="b")], False),
        ([answer(0.7), answer(0.7)], [answer(0.7)], False),
        ([], [], False),
    ],
)
def test_verified_is_near_and_decided_alike(wanted: list[Answer], got: list[Answer], verified: bool) -> None:
    assert compare(wanted, got, ALLOWED).verified is verified


def test_the_sentence_has_the_figures() -> None:
    found = compare([answer(0.5, margin=0.0), answer(0.7)], [answer(0.5, said="b"), answer(0.7002)], ALLOWED)
    assert (found.same, found.ties, found.differing) == (1, 1, 0)
    assert found.sentence == (
        "1 of 2 rows decided alike, 1 at a tie; probability differs by 2.0e-04 at most (allowed 1e-03)"
    )
