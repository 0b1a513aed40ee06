"""Which prediction finds which true box."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.tasks.object_detection import matching
from engine.tasks.object_detection.matching import IOU_THRESHOLDS, Boxes, match, overlap, strongest


def boxes(*found: tuple[int, int, list[float], float]) -> Boxes:
    """(image, label, box, confidence) …"""
    image, label, box, confidence = zip(*found, strict=True)
    return Boxes(np.array(image), np.array(label), np.array(box, dtype=float), np.array(confidence, dtype=float))


def test_overlap_is_the_shared_part_of_the_union() -> None:
    one = np.array([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 1, 1], [3, 3, 3, 3]])
    other = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10], [5, 5, 6, 6], [3, 3, 3, 3]])
    assert overlap(one, other).tolist() == pytest.approx([1, 1 / 3, 0, 0])


def test_the_surest_prediction_takes_the_box_and_the_next_gets_nothing() -> None:
    truth = boxes((0, 0, [0, 0, 10, 10], 1))
    predicted = strongest(boxes((0, 0, [0, 0, 10, 10], 0.4), (0, 0, [0, 0, 10, 8], 0.9)))
    matches = match(truth, predicted)
    # IoU 0.8 serves the thresholds up to 0.8; above, the less sure but exact one finds the box.
    assert matches.right[0].tolist() == [bool(level <= 0.8) for level in IOU_THRESHOLDS]
    assert matches.right[1].tolist() == [bool(level > 0.8) for level in IOU_THRESHOLDS]
    assert matches.found_by[0].tolist() == [0] * 7 + [1] * 3


def test_a_prediction_takes_the_box_it_overlaps_most_of_those_left() -> None:
    truth = boxes((0, 0, [0, 0, 10, 10], 1), (0, 0, [1, 0, 11, 10], 1))
    predicted = strongest(boxes((0, 0, [1, 0, 11, 10], 0.9), (0, 0, [1, 0, 11, 10], 0.8)))
    assert match(truth, predicted).found_by[:, 0].tolist() == [1, 0]


def test_other_classes_and_other_images_do_not_match() -> None:
    truth = boxes((0, 0, [0, 0, 10, 10], 1))
    predicted = strongest(boxes((0, 1, [0, 0, 10, 10], 0.9), (1, 0, [0, 0, 10, 10], 0.8)))
    assert not match(truth, predicted).right.any()


def test_at_most_a_hundred_predictions_of_a_class_count_in_an_image() -> None:
    many = boxes(*[(image, 0, [0, 0, 1, 1], (number + 1) / 200) for image in (0, 1) for number in range(120)])
    kept = strongest(many)
    assert np.bincount(kept.image).tolist() == [100, 100]
    assert kept.confidence.min() == pytest.approx(21 / 200)


def test_objects_of_unknown_labels_are_left_out() -> None:
    rows = [
        {"objects": []},
        {"objects": [{"label": "pole", "box": [0, 0, 1, 2]}, {"label": "cat", "box": [0, 0, 1, 1]}]},
    ]
    read = Boxes.of_rows(rows, ["crossarm", "pole"])
    assert (read.image.tolist(), read.label.tolist(), read.box.tolist()) == ([1], [1], [[0, 0, 1, 2]])
    assert len(Boxes.of_rows([], ["pole"])) == 0


def plainly(truth: Boxes, predicted: Boxes, threshold: float) -> list[bool]:
    """The same rule in loops, prediction by prediction."""
    taken: set[int] = set()
    right = []
    for at in range(len(predicted)):
        best, least = None, threshold
        for candidate in range(len(truth)):
            same = (truth.image[candidate], truth.label[candidate]) == (predicted.image[at], predicted.label[at])
            if not same or candidate in taken:
                continue
            shared = float(overlap(truth.box[candidate : candidate + 1], predicted.box[at : at + 1])[0])
            if shared >= least and (best is None or shared > least):
                best, least = candidate, shared
        if best is not None:
            taken.add(best)
        right.append(best is not None)
    return right


@pytest.mark.parametrize("at_once", [1, 7, 1_000_000])
def test_whole_ranks_at_once_give_what_a_loop_gives(
    at_once: int, crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "PAIRS_AT_ONCE", at_once)
    truth, predicted = crowd(images=12, truths=6, predictions=20, classes=2, seed=3)
    predicted = strongest(predicted)
    matches = match(truth, predicted)
    for level, threshold in enumerate(IOU_THRESHOLDS):
        assert matches.right[:, level].tolist() == plainly(truth, predicted, threshold)
    assert matches.right.sum() == (matches.found_by >= 0).sum()
