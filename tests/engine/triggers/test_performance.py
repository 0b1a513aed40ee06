"""The rolling metric: newest judgements, a minimum, and a threshold."""

from __future__ import annotations

import pytest

from engine.profiles.triggers import Performance
from engine.triggers.performance import Judgement, falls_short, rolled


def judged(*marks: tuple[bool, str]) -> list[Judgement]:
    return [Judgement(float(at), right, label) for at, (right, label) in enumerate(marks)]


RIGHT, WRONG = (True, "a"), (False, "a")


@pytest.mark.parametrize(
    ("marks", "window", "value"),
    [
        ([RIGHT] * 8 + [WRONG] * 2, 10, 0.8),
        ([WRONG] * 90 + [RIGHT] * 10, 10, 1.0),
        ([RIGHT] * 90 + [WRONG] * 10, 20, 0.5),
    ],
)
def test_the_newest_judgements_count(marks: list[tuple[bool, str]], window: int, value: float) -> None:
    found = rolled(reversed(judged(*marks)), "accuracy", window)
    assert found is not None
    assert found.value == pytest.approx(value)
    assert found.low <= found.value <= found.high


def test_balanced_accuracy_gives_each_label_the_same_weight() -> None:
    found = rolled(judged(*[(True, "often")] * 98, (False, "rare"), (False, "rare")), "balanced_accuracy", 100)
    assert found is not None
    assert found.value == pytest.approx(0.5)
    assert found.right == 98


@pytest.mark.parametrize(
    ("right", "of", "fires"),
    [(40, 49, False), (40, 50, True), (43, 50, False), (42, 50, True), (0, 0, False)],
)
def test_it_falls_short_only_where_enough_was_judged(right: int, of: int, fires: bool) -> None:
    wanted = Performance(at_least=0.85, minimum=50)
    found = rolled(judged(*[RIGHT] * right, *[WRONG] * (of - right)), wanted.metric, wanted.window)
    assert falls_short(found, wanted) is fires
