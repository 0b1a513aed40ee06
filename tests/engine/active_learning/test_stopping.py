import numpy as np
import pytest

from engine.active_learning.stopping import kappa, stabilised

SAME = ["a", "b"] * 50
ONE_OFF = ["b", "b", *SAME[2:]]
FAR_OFF = ["b"] * 60 + SAME[60:]


def test_kappa_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    draws = np.random.default_rng(0)
    for classes in (2, 3, 7):
        one, other = draws.integers(classes, size=(2, 200))
        assert kappa(one, other) == pytest.approx(cohen_kappa_score(one, other))


def test_the_same_predictions_agree_fully_even_where_there_is_one_class() -> None:
    assert kappa(["a"] * 5, ["a"] * 5) == 1
    assert kappa([], []) == 1


def test_predictions_of_different_examples_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="predictions against"):
        kappa([1, 2], [1])


@pytest.mark.parametrize(
    ("rounds", "stop", "said"),
    [
        ([], False, "4 rounds are needed"),
        ([SAME, SAME, SAME], False, "3 are there"),
        ([SAME, SAME, SAME, SAME], True, "no longer change"),
        ([FAR_OFF, SAME, SAME, SAME, SAME], True, "no longer change"),
        ([SAME, SAME, SAME, ONE_OFF], True, "kappa 0.993"),
        ([SAME, SAME, ONE_OFF, SAME], False, "still change"),
        ([SAME, SAME, SAME, FAR_OFF], False, "still change"),
    ],
)
def test_it_stops_once_three_agreements_are_0_99_on_average(rounds: list[list[str]], stop: bool, said: str) -> None:
    verdict = stabilised(rounds)
    assert verdict.stop is stop
    assert said in verdict.reason
    assert len(verdict.kappas) == max(0, len(rounds) - 1)
