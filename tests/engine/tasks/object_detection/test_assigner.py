"""How well a prediction fits a thin box."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.tasks.object_detection.assigner import ThinAwareAssigner, wasserstein_similarity, widened
from engine.tasks.object_detection.library import TaskAlignedAssigner

THIN = torch.tensor([[20.0, 50.0, 60.0, 54.0]])
BESIDE = THIN + torch.tensor([0.0, 5.0, 0.0, 5.0])
"""Five pixels below: the boxes do not meet."""


def assigner(remedy: str) -> ThinAwareAssigner:
    return ThinAwareAssigner(remedy=remedy, thin_width=16.0, topk=10, num_classes=2, stride=[8.0, 16.0, 32.0])


@pytest.mark.parametrize("remedy", ["distance", "widen"])
def test_a_near_miss_of_a_thin_box_fits_a_little_where_its_iou_is_nothing(remedy: str) -> None:
    plain = TaskAlignedAssigner(topk=10, num_classes=2).iou_calculation(THIN, BESIDE)
    assert plain.item() == 0
    assert 0.3 < assigner(remedy).iou_calculation(THIN, BESIDE).item() < 0.9


@pytest.mark.parametrize("remedy", ["distance", "widen"])
def test_boxes_that_are_not_thin_are_measured_as_ever(remedy: str) -> None:
    box, other = torch.tensor([[0.0, 0.0, 40.0, 40.0]]), torch.tensor([[10.0, 0.0, 50.0, 40.0]])
    plain = TaskAlignedAssigner(topk=10, num_classes=2).iou_calculation(box, other)
    assert torch.equal(assigner(remedy).iou_calculation(box, other), plain)


@given(shift=st.lists(st.floats(-50, 50), min_size=2, max_size=2), further=st.floats(1.01, 3), size=st.floats(1, 60))
def test_similarity_falls_with_distance_and_is_one_for_equal_boxes(
    shift: list[float], further: float, size: float
) -> None:
    box = torch.tensor([[100.0, 100.0, 100.0 + size, 103.0]])
    move = torch.tensor([[*shift, *shift]])
    assert wasserstein_similarity(box, box, constant=16.0).item() == pytest.approx(1, abs=1e-5)
    near = wasserstein_similarity(box, box + move, constant=16.0).item()
    far = wasserstein_similarity(box, box + move * further, constant=16.0).item()
    assert 0 <= far <= near <= 1


def test_widening_keeps_the_centre_and_what_is_wide_enough() -> None:
    assert widened(THIN, 16.0).tolist() == [[20.0, 44.0, 60.0, 60.0]]
