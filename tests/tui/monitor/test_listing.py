"""Which runs stand in the table, and in what order."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from engine.runs.filter import parse_filter
from engine.runs.spec import Target
from tui.feed.model import PlaceInfo, RunDetail, RunInfo, Snapshot
from tui.monitor.listing import Listing
from tui.monitor.order import ORDERS, next_order, ordered
from tui.widgets.run_row import is_old

NOW = 1_795_185_600.0
MakeRun = Callable[..., RunInfo]


def numbers(runs: Any) -> list[int]:
    return [int(run.id.rsplit("-", 1)[-1], 16) for run in runs]


def test_runs_that_work_stand_above_those_that_wait_and_those_that_ended(a_run: MakeRun) -> None:
    states = ["done", "queued", "running", "failed", "queued", "stalled"]
    runs = [a_run(9 - place, state=state) for place, state in enumerate(states)]
    assert numbers(ordered(runs, "newest")) == [7, 4, 5, 8, 9, 6]


@pytest.mark.parametrize(
    ("order", "expected"),
    [("newest", [1, 3, 2, 0]), ("name", [2, 0, 3, 1]), ("metric", [0, 2, 3, 1]), ("progress", [1, 2, 0, 3])],
)
def test_the_orders(a_run: MakeRun, order: Any, expected: list[int]) -> None:
    runs = [
        a_run(3, model="yolo", headline="map50_95", score=0.4),
        a_run(2, model="embeddings", score=0.7, at=0.5),
        a_run(1, model="yolo", state="running", score=None, at=0.9),
        a_run(0, score=0.9, at=0.1),
    ]
    assert numbers(ordered(runs, order)) == expected


def test_a_metric_that_must_be_low_stands_lowest_first(a_run: MakeRun) -> None:
    low = (Target("loss", at_most=0.2),)
    runs = [a_run(n, headline="loss", score=score, targets=low) for n, score in ((1, 0.5), (0, 0.1))]
    assert numbers(ordered(runs, "metric")) == [0, 1]


def test_pinned_runs_stay_on_top_in_every_order(a_run: MakeRun) -> None:
    runs = [a_run(n, score=n / 10, at=n / 10) for n in range(3, -1, -1)]
    for order in ORDERS:
        assert numbers(ordered(runs, order, {runs[2].id}))[0] == 1


def test_the_orders_go_round() -> None:
    order = ORDERS[0]
    for _ in ORDERS:
        order = next_order(order)
    assert order == ORDERS[0]


def test_a_filter_shows_some_of_them_and_a_directory_that_is_no_run_never(a_run: MakeRun) -> None:
    runs = (a_run(2, state="failed"), a_run(1), RunInfo("20261120-1-x", None, "garbage"))
    listing = Listing()
    assert len(listing.show(Snapshot(runs=runs), NOW).rows) == 3
    listed = listing.show(Snapshot(runs=runs), NOW, wanted=parse_filter("status:failed"))
    assert (numbers(listed.rows), listed.total) == ([2], 3)
    assert not listing.show(Snapshot(runs=runs), NOW, wanted=parse_filter("not ner")).rows


def test_a_run_of_another_machine_is_named_after_it_and_found_by_it(a_run: MakeRun) -> None:
    runs = (a_run(1, place="gpu1"), a_run(0))
    listing = Listing()
    places = (PlaceInfo("gpu1", connected=True),)
    rows = listing.show(Snapshot(runs=runs, places=places), NOW).rows
    assert [(row.host, row.model, row.away) for row in rows] == [("gpu1", "ner", False), ("here", "ner", False)]
    assert numbers(listing.show(Snapshot(runs=runs), NOW, wanted=parse_filter("host:gpu1")).rows) == [1]


def test_runs_of_a_machine_that_went_away_are_shown_as_old(a_run: MakeRun) -> None:
    runs, listing = (a_run(1, place="gpu1", state="running"), a_run(0, place="gpu1", state="done")), Listing()
    listing.show(Snapshot(runs=runs, places=(PlaceInfo("gpu1", connected=True),)), NOW)
    rows = listing.show(Snapshot(runs=runs, places=(PlaceInfo("gpu1", problem="ssh"),)), NOW).rows
    assert [(is_old(row), row.phase) for row in rows] == [(True, "was running"), (False, "")]


def test_a_run_that_changed_is_asked_again(a_run: MakeRun) -> None:
    listing, wanted = Listing(), parse_filter("status:running")
    assert not listing.show(Snapshot(runs=(a_run(0, state="queued"),)), NOW, wanted=wanted).rows
    assert listing.show(Snapshot(runs=(a_run(0, state="running"),)), NOW, wanted=wanted).rows


def test_the_age_of_a_run_is_asked_again_as_time_goes_by(a_run: MakeRun) -> None:
    listing, wanted, runs = Listing(), parse_filter("age<2h"), (a_run(0),)
    assert listing.show(Snapshot(runs=runs), NOW, wanted=wanted).rows
    assert not listing.show(Snapshot(runs=runs), NOW + 7200, wanted=wanted).rows


def test_rows_that_did_not_change_are_the_same_objects(a_run: MakeRun) -> None:
    listing, detail = Listing(), RunDetail(1)
    runs = (a_run(1, state="running"), a_run(0))
    first = listing.show(Snapshot(runs=runs, details={runs[1].id: detail}), NOW).rows
    second = listing.show(Snapshot(runs=runs, details={runs[1].id: detail}), NOW + 60).rows
    assert first[1] is second[1]
    third = listing.show(Snapshot(runs=runs, details={runs[1].id: RunDetail(2, trend=(1.0,))}), NOW).rows
    assert tuple(third[1].history) == (1.0,)


def test_five_thousand_runs_are_shown_again_within_a_frame(a_run: MakeRun) -> None:
    runs = tuple(a_run(n, state="running" if n > 4990 else "done", score=n / 5000) for n in range(5000, 0, -1))
    listing, wanted = Listing(), parse_filter("task:ner f1>0.1 age<2d")
    listing.show(Snapshot(runs=runs), NOW, wanted=wanted, order="metric")

    def once() -> float:
        began = time.perf_counter()
        listing.show(Snapshot(runs=runs), NOW, wanted=wanted, order="metric", pinned={runs[7].id})
        return time.perf_counter() - began

    assert min(once() for _ in range(5)) < 0.05  # 6 ms on a quiet core; that of the tests is shared
