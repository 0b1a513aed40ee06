"""Bodies as they are seen: from every side, as large and as warm as the view says."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tasks.image_feature_extraction.targets.bodies import Body
from engine.tasks.image_feature_extraction.targets.catalog import KINDS
from engine.tasks.image_feature_extraction.targets.view import Seen, View, look

SIDE = 48


def seen(body: Body, **changes: Any) -> Seen:
    view = {"azimuth": 0.0, "elevation": 0.1, "extent": 30.0, "centre": (24.0, 24.0), "heat": 0.0, "sun": (0, 0, 0)}
    return look(body, View(**{**view, **changes}), SIDE, SIDE)


def bar(**heat: float) -> Body:
    body = Body()
    body.box((-4.0, 4.0), 0.5, (0.0, 1.0), 2.0, **heat)
    return body


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(KINDS)),
    st.integers(0, 2**32),
    st.floats(0, 1),
    st.floats(-7, 7),
    st.floats(-0.5, 0.6),
)
def test_every_target_is_seen_from_every_side(
    label: str, individual: int, phase: float, azimuth: float, elevation: float
) -> None:
    body = KINDS[label].build(np.random.default_rng(individual), phase)
    one = seen(body, azimuth=azimuth, elevation=elevation, heat=1.0, sun=(1.0, 0.5, 2.0))
    assert np.isfinite(one.rises).all() and np.isfinite(one.plume).all()
    assert one.cover.min() >= 0 and one.cover.max() <= 1
    assert 4 < one.cover.sum() < 0.6 * SIDE**2
    assert not one.rises[one.cover == 0].any()


def test_a_bar_is_as_long_as_asked_for_and_foreshortened_from_its_end() -> None:
    along, across = (seen(bar(), azimuth=turn).cover.max(axis=0).sum() for turn in (0.0, math.pi / 2))
    assert along == pytest.approx(30, abs=1.5)
    assert across == pytest.approx(30 / 8, abs=1.5)


def test_it_stands_where_the_view_looks() -> None:
    cover = seen(bar(), centre=(20.0, 30.0)).cover
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    assert (rows * cover).sum() / cover.sum() == pytest.approx(30, abs=0.5)
    assert (columns * cover).sum() / cover.sum() == pytest.approx(20, abs=0.5)


def test_an_engine_warms_its_part_as_far_as_it_is_hot() -> None:
    cold, hot = (seen(bar(heat=10.0), heat=state) for state in (0.0, 1.0))
    inside = cold.cover == 1
    assert cold.rises[inside] == pytest.approx(2.0)
    assert hot.rises[inside] == pytest.approx(12.0)


def test_the_sun_warms_what_faces_it() -> None:
    inside = seen(bar()).cover == 1
    facing, averted = (seen(bar(), sun=sun).rises[inside].mean() for sun in ((0, -4.0, 0), (0, 4.0, 0)))
    assert facing > averted + 2.5


def test_heat_on_the_far_side_is_hidden() -> None:
    body = bar()
    body.glow((4.0, 0, 0.5), 1.0, 20.0, facing=(1, 0, 0))
    front, rear = (seen(body, azimuth=turn, heat=1.0).rises.max() for turn in (math.pi / 2, -math.pi / 2))
    assert front > 15 and rear == pytest.approx(2.0)


def test_hot_air_is_seen_beside_the_body() -> None:
    body = bar()
    body.glow((-5.0, 0, 0.5), 0.6, 10.0, in_air=True)
    assert seen(body, heat=1.0).plume.max() > 8
    assert not seen(body, heat=0.0).plume.any()


@pytest.mark.parametrize("label", sorted(KINDS))
def test_an_individual_is_built_the_same_again_and_another_differs(label: str) -> None:
    first, again, other = (seen(KINDS[label].build(np.random.default_rng(number), 0.3)).rises for number in (1, 1, 2))
    assert (first == again).all() and np.abs(first - other).max() > 0.5
