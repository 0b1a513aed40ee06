"""Events that somebody made up: none of them can stop the console."""

from __future__ import annotations

import numpy as np
import pytest

from engine.events.columns import Series
from tui.feed.model import LogLine, Moment, RunDetail
from tui.places.cleaned_detail import cleaned_detail


def series(*times: float) -> Series:
    t = np.array(times)
    return Series(np.arange(len(t)), t, t, t)


@pytest.mark.parametrize("t", [-1.0, 1e300, float("inf"), float("nan")])
def test_a_time_that_no_clock_shows_is_none(t: float) -> None:
    made_up = RunDetail(
        1,
        series={("train", "loss"): series(1.0, t), ("train", "lr"): series(1.0, 2.0), ("test", "f1"): series()},
        log=(LogLine(t, "info", "\x1b[2Jhello"),),
        moments=(Moment(t, "status", "x"), Moment(5.0, "status", "\x1bdone")),
    )
    shown = cleaned_detail(made_up, 100)
    assert shown.log == (LogLine(None, "info", "[2Jhello"),) and shown.moments == (Moment(5.0, "status", "done"),)
    assert set(shown.series) == {("train", "lr"), ("test", "f1")}


def test_there_are_no_more_metrics_than_anybody_looks_at() -> None:
    many = RunDetail(1, series={("train", f"m{number}"): series(1.0) for number in range(50)})
    assert len(cleaned_detail(many, 10).series) == 10
