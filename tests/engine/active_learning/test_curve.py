import numpy as np
import pytest

from engine.active_learning.curve import (
    Examples,
    Point,
    doubling,
    labels_needed,
    learning_curve,
    learning_curve_table,
    macro_f1,
)

DRAWS = np.random.default_rng(0)
TRUTH = DRAWS.integers(4, size=500)
VECTORS = (DRAWS.normal(scale=0.6, size=(500, 4)) + np.eye(4)[TRUTH]).astype(np.float32)
TRAIN, TEST = Examples(VECTORS[:200], TRUTH[:200]), Examples(VECTORS[200:], TRUTH[200:])


@pytest.mark.slow
def test_macro_f1_is_that_of_scikit_learn_over_the_classes_of_the_truth() -> None:
    from sklearn.metrics import f1_score

    truth, predicted = DRAWS.integers(3, size=60), DRAWS.integers(5, size=60)
    expected = f1_score(truth, predicted, average="macro", labels=[0, 1, 2])
    assert macro_f1(truth, predicted, 5) == pytest.approx(expected)


def test_the_curve_rises_and_ends_with_all_labels() -> None:
    points = learning_curve(TRAIN, TEST, 4)
    assert [point.labels for point in points] == [16, 32, 64, 128, 200]
    assert points[-1].mean > points[0].mean + 0.03
    assert len(set(points[-1].values)) == 1  # all labels are the same labels in every order


def test_the_order_in_which_labels_came_can_be_followed() -> None:
    order = np.argsort(TRAIN.labels, kind="stable")  # one class after the other: the worst of all
    (point,) = learning_curve(TRAIN, TEST, 4, sizes=[40], orders=[order])
    assert point.mean < 0.2


@pytest.mark.parametrize(("total", "sizes"), [(0, []), (9, [9]), (16, [16]), (17, [16, 17]), (64, [16, 32, 64])])
def test_sizes_double_up_to_the_total(total: int, sizes: list[int]) -> None:
    assert doubling(total) == sizes


@pytest.mark.parametrize(
    ("means", "wanted", "needed"),
    [
        ([0.2, 0.4, 0.6], 0.5, 250),
        ([0.2, 0.4, 0.6], 0.1, 100),
        ([0.2, 0.4, 0.6], 0.7, None),
        ([0.5, 0.4, 0.6], 0.5, 250),
    ],
    ids=["between points", "from the start", "never", "reached to stay"],
)
def test_labels_needed_for_an_f1(means: list[float], wanted: float, needed: float | None) -> None:
    points = [Point(100 * (at + 1), (mean,)) for at, mean in enumerate(means)]
    assert labels_needed(points, wanted) == (None if needed is None else pytest.approx(needed))


def test_the_table_can_be_drawn_and_says_whether_more_labels_help() -> None:
    table = learning_curve_table(TRAIN, TEST, 4, of="the untrained base, on test")
    assert table.figure == "curves"
    assert table.columns == ["labels", "macro F1", "lowest", "highest"]
    assert all(low - 1e-9 <= mean <= high + 1e-9 for _, mean, low, high in table.rows)
    assert "the untrained base" in table.note
    assert "more" in table.note


def test_too_few_labels_make_no_curve() -> None:
    table = learning_curve_table(Examples(VECTORS[:5], TRUTH[:5]), TEST, 4, of="the base")
    assert len(table.rows) == 1
    assert "Too few" in table.note
