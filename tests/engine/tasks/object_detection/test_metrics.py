"""COCO's average precision and what is measured at an operating confidence."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tasks.object_detection.matching import Boxes, match, strongest
from engine.tasks.object_detection.metrics import RECALLS, Measured

Row = dict[str, Any]


def measured(truth: list[list[Row]], predicted: list[list[Row]], labels: tuple[str, ...] = ("pole",)) -> Measured:
    wanted = Boxes.of_rows([{"objects": objects} for objects in truth], labels)
    got = Boxes.of_rows([{"objects": objects} for objects in predicted], labels)
    return Measured.of(wanted, got, labels, len(truth))


def thing(x: float, confidence: float | None = None, label: str = "pole", side: float = 10) -> Row:
    """A square at `x`."""
    made: Row = {"label": label, "box": [x, 0, x + side, side]}
    return made if confidence is None else {**made, "confidence": confidence}


def test_right_wrong_right_is_what_the_rule_gives_by_hand() -> None:
    """Recall 1/2 at precision 1, then 1 at 2/3: 51 of the 101 points have 1, the other 50 have 2/3."""
    values = measured([[thing(0), thing(100)]], [[thing(0, 0.9), thing(50, 0.8), thing(100, 0.7)]]).values({})
    assert values["pole/map50"] == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert values["pole/map50_95"] == pytest.approx(values["pole/map50"])


def test_what_is_never_found_costs_its_part_of_the_curve() -> None:
    values = measured([[thing(0), thing(100), thing(200), thing(300)]], [[thing(0, 0.9)]]).values({})
    assert values["map50"] == pytest.approx(26 / 101)
    assert (values["pole/precision"], values["pole/recall"]) == (1, 0.25)


def test_boxes_that_fit_badly_count_at_the_low_thresholds_alone() -> None:
    """IoU 2/3 serves 0.5, 0.55, 0.6 and 0.65 of the ten thresholds."""
    values = measured([[thing(0)]], [[thing(2, 0.9)]]).values({})
    assert (values["map50"], values["map50_95"]) == (1, pytest.approx(0.4))


def test_precision_and_recall_are_those_of_the_operating_confidence() -> None:
    both = measured([[thing(0), thing(100)]], [[thing(0, 0.9), thing(50, 0.4), thing(100, 0.3)]])
    assert both.values({"pole": 0.5})["precision"] == 1
    assert both.values({"pole": 0.5})["recall"] == 0.5
    assert both.values({"pole": 0.3})["precision"] == pytest.approx(2 / 3)
    assert both.values({"pole": 0.3})["recall"] == 1


def test_recall_by_size_goes_by_the_true_boxs_area() -> None:
    truth = [[thing(0, side=31.9), thing(100, side=32), thing(300, side=95.9), thing(500, side=96)]]
    values = measured(truth, [[thing(100, 0.9, side=32), thing(500, 0.9, side=96)]]).values({})
    assert [values[f"pole/recall_{size}"] for size in ("small", "medium", "large")] == [0, 0.5, 1]
    assert "pole/recall_large" not in measured([[thing(0)]], [[]]).values({})


def test_the_means_are_over_classes_with_true_boxes() -> None:
    truth = [[thing(0, label="pole"), thing(50, label="crossarm")]]
    values = measured(truth, [[thing(0, 0.9)]], ("crossarm", "pole", "bird")).values({})
    assert (values["map50"], values["recall"], values["crossarm/recall"]) == (0.5, 0.5, 0)
    assert not any(name.startswith("bird/") for name in values)


def test_without_any_true_box_the_means_are_zero() -> None:
    assert measured([[]], [[thing(0, 0.9)]]).values({}) == {"map50_95": 0, "map50": 0, "precision": 0, "recall": 0}
    assert measured([], []).values({})["map50"] == 0


def test_an_image_that_counts_twice_is_an_image_that_stands_there_twice(crowd: Any) -> None:
    truth, predicted = crowd(images=8, truths=4, predictions=9, classes=2, seed=5)
    weights = np.array([2, 0, 1, 3, 0, 0, 1, 1])
    copies = np.repeat(np.arange(8), weights)

    def again(boxes: Boxes) -> Boxes:
        found = [np.flatnonzero(boxes.image == image) for image in copies]
        taken = boxes.take(np.concatenate(found))
        return Boxes(
            np.repeat(np.arange(len(copies)), [len(one) for one in found]), taken.label, taken.box, taken.confidence
        )

    thresholds = {"a": 0.4, "b": 0.6}
    weighted = Measured.of(truth, predicted, ("a", "b"), 8).values(thresholds, weights)
    assert weighted == pytest.approx(
        Measured.of(again(truth), again(predicted), ("a", "b"), len(copies)).values(thresholds)
    )


def test_ultralytics_finds_the_same_within_its_interpolation(crowd: Any) -> None:
    """It draws straight lines between the points of the curve, where COCO takes the step above: 0.01 at most here."""
    metrics = pytest.importorskip("ultralytics.utils.metrics")
    truth, predicted = crowd(images=300, truths=5, predictions=20, classes=3, seed=1)
    ours = Measured.of(truth, predicted, ("a", "b", "c"), 300)
    predicted = strongest(predicted)
    right = match(truth, predicted).right
    theirs = metrics.ap_per_class(right.astype(float), predicted.confidence, predicted.label, truth.label)
    for number, ranking in enumerate(ours.rankings):
        assert ranking.average_precision() == pytest.approx(theirs[5][number], abs=0.01)
        # Precision and recall at a confidence have no interpolation to differ in but that between confidences.
        at = 400
        precision, recall = ranking.precision_and_recall(float(theirs[10][at]))
        assert precision == pytest.approx(theirs[7][number][at], abs=0.01)
        assert recall == pytest.approx(theirs[8][number][at], abs=0.01)


@pytest.mark.slow
def test_five_thousand_images_take_seconds(crowd: Any) -> None:
    truth, predicted = crowd(images=5000, truths=7, predictions=100, classes=5, seed=0)
    began = time.perf_counter()
    Measured.of(truth, predicted, tuple("abcde"), 5000).values({})
    assert time.perf_counter() - began < 10


squares = st.builds(
    lambda x, confidence, label: thing(float(x), confidence, label),
    st.integers(0, 40),
    st.floats(0.01, 0.99),
    st.sampled_from(["pole", "crossarm"]),
)
scenes = st.lists(st.tuples(st.lists(squares, max_size=5), st.lists(squares, max_size=8)), min_size=1, max_size=5)
LABELS = ("crossarm", "pole")


def of_scenes(drawn: list[tuple[list[Row], list[Row]]]) -> Measured:
    return measured([truth for truth, _ in drawn], [predicted for _, predicted in drawn], LABELS)


@settings(max_examples=80, deadline=None)
@given(scenes)
def test_every_value_is_a_share(drawn: Any) -> None:
    values = of_scenes(drawn).values({})
    assert all(0 <= value <= 1 for value in values.values())
    assert values["map50_95"] <= values["map50"] + 1e-12


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(squares, min_size=1, max_size=5), min_size=1, max_size=5))
def test_perfect_predictions_have_one_everywhere(truth: list[list[Row]]) -> None:
    # Boxes that lie on each other may take each other's prediction, but there is one for each.
    values = measured(truth, truth, LABELS).values({label: 0.0 for label in LABELS})
    assert set(values.values()) == {1.0}


@settings(max_examples=50, deadline=None)
@given(scenes, st.randoms(use_true_random=False))
def test_the_order_of_images_and_boxes_does_not_matter(drawn: Any, chance: Any) -> None:
    # Where confidences, or overlaps with two true boxes, are equal the order decides, as in COCO's own evaluation.
    number = 0
    for truth, predicted in drawn:
        for place, one in enumerate(truth):
            one["box"] = [one["box"][0] + 0.0137 * place, *one["box"][1:]]
        for one in predicted:
            number += 1
            one["confidence"] = number / 100
    before = of_scenes(drawn).values({})
    shuffled = [(chance.sample(truth, len(truth)), chance.sample(got, len(got))) for truth, got in drawn]
    chance.shuffle(shuffled)
    assert of_scenes(shuffled).values({}) == pytest.approx(before)


@settings(max_examples=50, deadline=None)
@given(scenes)
def test_a_false_prediction_surer_than_all_others_never_raises_anything(drawn: Any) -> None:
    before = of_scenes(drawn).values({})
    truth, predicted = drawn[0]
    false = {"label": "pole", "box": [900.0, 900, 910, 910], "confidence": 1.0}
    after = of_scenes([(truth, [*predicted, false]), *drawn[1:]]).values({})
    assert all(after[name] <= before[name] + 1e-12 for name in before)


@settings(max_examples=50, deadline=None)
@given(scenes)
def test_a_false_prediction_below_all_others_leaves_the_average_precision(drawn: Any) -> None:
    before = of_scenes(drawn).values({})
    truth, predicted = drawn[0]
    false = {"label": "pole", "box": [900.0, 900, 910, 910], "confidence": 0.001}
    after = of_scenes([(truth, [*predicted, false]), *drawn[1:]]).values({})
    assert {name: after[name] for name in before} == before


@settings(max_examples=50, deadline=None)
@given(scenes)
def test_precision_over_recall_never_rises(drawn: Any) -> None:
    for ranking in of_scenes(drawn).rankings:
        if ranking.true:
            line = ranking.precision_over_recall()
            assert len(line) == len(RECALLS) and (np.diff(line) <= 0).all()
            assert line.mean() == pytest.approx(ranking.average_precision()[0])
