"""Each signal: a table of series and what is seen in them."""

import math

import pytest

from engine.advisor.signals import (
    exploded,
    not_a_number,
    overfitting,
    patience_exhausted,
    plateau,
    stalled,
    target_reached,
)
from engine.runs.spec import Target

NAN, INF = math.nan, math.inf
F1, LOSS = Target("f1", at_least=0.85), Target("loss", at_most=0.5)


@pytest.mark.parametrize(
    ("targets", "values", "reached"),
    [
        ((), {"f1": 1.0}, False),
        ((F1,), {"f1": 0.85}, True),
        ((F1,), {"f1": 0.8499}, False),
        ((F1, LOSS), {"f1": 0.9, "loss": 0.5}, True),
        ((F1, LOSS), {"f1": 0.9, "loss": 0.6}, False),
        ((F1, LOSS), {"f1": 0.9}, False),
        ((F1,), {"f1": None}, False),
        ((F1,), {"f1": NAN}, False),
        ((Target("loss", at_least=0.1, at_most=0.5),), {"loss": 0.05}, False),
    ],
)
def test_targets_are_reached_all_at_once(targets: tuple[Target, ...], values: dict, reached: bool) -> None:
    message = target_reached(targets, values)
    assert (message is not None) is reached
    if message:
        assert all(str(target) in message for target in targets)


@pytest.mark.parametrize(
    ("scores", "mode", "seen"),
    [
        ([], "max", False),
        ([0.1, 0.5, 0.8, 0.8, 0.8, 0.8], "max", True),
        ([0.1, 0.5, 0.8, 0.8, 0.8], "max", False),
        ([0.1, 0.5, 0.8, 0.7, 0.6, 0.79], "max", True),
        ([0.1, 0.5, 0.8, 0.8001, 0.8002, 0.8003], "max", True),  # gains below a thousandth
        ([0.1, 0.5, 0.8, 0.8005, 0.801, 0.8015], "max", False),  # a gain all the same, in small steps
        ([0.1, 0.5, 0.8, 0.8, 0.8, 0.9], "max", False),
        ([0.0, 0.0, 0.0, 0.0, 0.0, 0.0], "max", False),  # it never moved: not learnt yet, no plateau
        ([0.5, 0.4, 0.3, 0.2, 0.1], "max", False),  # never better than its start: `kept_start` says that
        ([0.9, 0.5, 0.2, 0.2, 0.3, 0.2], "min", True),
        ([0.9, 0.5, 0.2, 0.19, 0.18, 0.1], "min", False),
        ([0.1, 0.5, None, NAN, 0.5], "max", True),
        ([-0.5, -0.2, -0.1, -0.1, -0.1, -0.1], "max", True),
    ],
)
def test_a_plateau_is_no_gain_after_gains(scores: list, mode: str, seen: bool) -> None:
    assert (plateau(scores, mode=mode) is not None) is seen


@pytest.mark.parametrize(
    ("losses", "scores", "mode", "seen"),
    [
        ([4.0, 3.0, 2.0, 1.0], [0.8, 0.7, 0.6, 0.5], "max", True),
        ([4.0, 3.0, 2.0, 1.0], [0.5, 0.6, 0.7, 0.8], "min", True),
        ([4.0, 3.0, 2.0, 1.0], [0.5, 0.6, 0.7, 0.8], "max", False),
        ([4.0, 3.0, 2.0, 2.5], [0.8, 0.7, 0.6, 0.5], "max", False),  # training does not improve either
        ([4.0, 3.0, 2.0, 1.0], [0.8, 0.7, 0.75, 0.5], "max", False),
        ([4.0, 3.0, 2.0, 1.0], [0.8, 0.7, 0.7, 0.5], "max", False),
        ([3.0, 2.0, 1.0], [0.8, 0.7, 0.6], "max", False),  # too short to tell
        ([9.0, 4.0, 3.0, 2.0, 1.0], [0.1, 0.9, 0.8, 0.7, 0.6], "max", True),
        ([4.0, 3.0, None, 1.0], [0.8, 0.7, 0.6, 0.5], "max", False),
        ([4.0, 3.0, 2.0, 1.0], [0.8, NAN, 0.6, 0.5], "max", False),
    ],
)
def test_overfitting_is_training_better_and_validation_worse(
    losses: list, scores: list, mode: str, seen: bool
) -> None:
    assert (overfitting(losses, scores, mode=mode) is not None) is seen


@pytest.mark.parametrize(
    ("value", "seen"),
    [(1.0, None), (0.0, None), (NAN, "became not a number"), (None, "became not a number"), (-INF, "became -inf")],
)
def test_a_number_that_is_none_is_seen(value: float | None, seen: str | None) -> None:
    message = not_a_number("loss", value)
    assert message == (seen and f"loss {seen}")


@pytest.mark.parametrize(
    ("recent", "median", "start", "seen"),
    [
        ([11.0] * 5, 1.0, 2.0, True),
        ([11.0, 11.0, 9.0, 11.0, 11.0], 1.0, 2.0, False),  # not in a row
        ([10.0] * 5, 1.0, 2.0, False),
        ([0.1] * 5, 0.001, 2.0, False),  # far below where it began
        ([3.0] * 5, 0.001, 2.0, True),
        ([5.0] * 5, 0.0, 0.0, False),  # of a median of nothing, no multiple
        ([5.0] * 5, -1.0, -1.0, False),
        ([], 1.0, 1.0, False),
    ],
)
def test_an_explosion_is_many_times_the_usual_loss_for_some_steps(
    recent: list[float], median: float, start: float, seen: bool
) -> None:
    assert (exploded(recent, median=median, start=start) is not None) is seen


@pytest.mark.parametrize(("without_gain", "patience", "seen"), [(4, 5, False), (5, 5, True), (9, 0, False)])
def test_patience_ends_after_so_many_evaluations(without_gain: int, patience: int, seen: bool) -> None:
    assert (patience_exhausted(without_gain, patience) is not None) is seen


@pytest.mark.parametrize(
    ("times", "now", "seen"),
    [
        ([0, 1, 2, 3], 22.9, False),
        ([0, 1, 2, 3], 23.1, True),
        ([0.0, 0.1, 0.2, 0.3], 9.0, False),  # short gaps: it gets ten seconds
        ([0.0, 0.1, 0.2, 0.3], 11.0, True),
        ([0, 1, 2, 60, 61, 62], 90.0, True),  # one long gap is not the usual one
        ([0, 60, 120], 1000.0, False),
        ([0, 1], 1e6, False),  # too few to know what is usual
        ([5, 4, 3, 2], 10.0, False),  # a clock that jumped back
    ],
)
def test_stalled_is_silence_for_many_times_the_usual_gap(times: list[float], now: float, seen: bool) -> None:
    assert (stalled(times, now, factor=20) is not None) is seen
