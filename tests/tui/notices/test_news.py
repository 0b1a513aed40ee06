"""What is new in a snapshot: from what was known and a snapshot to notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tui.feed.model import PlaceInfo, RunInfo, Snapshot
from tui.notices.news import STALLED_AGAIN_S, Known, news
from tui.notices.notice import Kind, Notice

from .conftest import NOW

OPENED = NOW - 100
Run = Callable[..., RunInfo]


def told(*snapshots: Snapshot, opened: float = OPENED) -> list[Notice]:
    """What a console tells that sees these, one after the other."""
    known, all_of_it = Known(opened=opened), []
    for snapshot in snapshots:
        notices, known = news(known, snapshot)
        all_of_it += notices
    return all_of_it


def after(*infos: RunInfo, now: float = NOW, **facts: Any) -> Snapshot:
    return Snapshot(runs=infos, now=now, **facts)


@pytest.mark.parametrize(
    ("before", "state", "facts", "kind", "text"),
    [
        ("running", "done", {"score": 0.912}, Kind.DONE, "f1 0.912, target 0.85 reached"),
        ("running", "done", {"score": 0.8}, Kind.DONE, "f1 0.8, target 0.85 missed"),
        ("running", "done", {}, Kind.DONE, ""),
        ("running", "failed", {"reason": "hang", "message": "no event for 600 s"}, Kind.FAILED,
         "hang: no event for 600 s"),
        ("stopping", "stopped", {"reason": "stopped by user"}, Kind.STOPPED, "by user"),
        ("queued", "lost", {"reason": "machine gone", "message": "it was restarted"}, Kind.LOST,
         "machine gone: it was restarted"),
        ("running", "stalled", {"last_event_age_s": 41.4}, Kind.STALLED, "nothing written for 41 s"),
    ],
)  # fmt: skip
def test_a_change_of_state_is_told(
    run: Run, before: str, state: str, facts: dict[str, Any], kind: Kind, text: str
) -> None:
    (notice,) = told(after(run(before)), after(run(state, **facts)))
    assert (notice.kind, notice.text, notice.name) == (kind, text, "ner 7f3a")
    assert notice.quiet == (kind is Kind.STOPPED)


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ("queued", "starting"),
        ("starting", "running"),
        ("stalled", "running"),
        ("running", "stopping"),
        ("stopped", "queued"),
    ],
)
def test_what_is_as_it_should_be_is_not_told(run: Run, before: str, state: str) -> None:
    assert told(after(run(before)), after(run(state)), opened=NOW + 1) == []


@pytest.mark.parametrize("state", ["done", "failed", "lost", "stopped", "stalled", "running"])
def test_what_was_so_before_the_console_opened_is_not_told(run: Run, state: str) -> None:
    info = run(state, signals=[("target_reached", OPENED - 1)])
    assert told(after(run(state, **({"ended": OPENED - 1} if state != "stalled" else {}))), after(info)) == []


def test_a_run_that_came_and_ended_between_two_looks_is_told(run: Run) -> None:
    assert [notice.kind for notice in told(after(), after(run("failed", ended=NOW)))] == [Kind.FAILED]


def test_everything_is_told_once(run: Run) -> None:
    done = run("done", signals=[("target_reached", NOW - 1)])
    again = run("done", signals=[("target_reached", NOW - 1)], score=0.9)
    kinds = [notice.kind for notice in told(after(run("running")), after(done), after(done), after(again))]
    assert kinds == [Kind.TARGET, Kind.DONE]


@pytest.mark.parametrize(
    ("signal", "kinds"),
    [("target_reached", [Kind.TARGET]), ("diverged", [Kind.DIVERGED]), ("plateau", []), ("overfitting", [])],
)
def test_signals_that_matter_are_told(run: Run, signal: str, kinds: list[Kind]) -> None:
    assert [each.kind for each in told(after(run("running", signals=[(signal, NOW)])))] == kinds


def test_a_second_attempt_that_fails_is_told_again(run: Run) -> None:
    notices = told(after(run("running")), after(run("failed")), after(run("failed", attempt=2)))
    assert [notice.kind for notice in notices] == [Kind.FAILED, Kind.FAILED]


def test_a_run_that_stalls_now_and_then_is_told_once_in_a_while(run: Run) -> None:
    flapping = [after(run(state), now=NOW + place) for place, state in enumerate(["running", "stalled"] * 5)]
    later = [after(run(state), now=NOW + STALLED_AGAIN_S + 20) for state in ("running", "stalled")]
    assert len(told(*flapping, *later)) == 2


def test_a_full_disk_and_a_hot_device_are_told_once_and_again_when_they_come_back() -> None:
    def disk(free: float) -> Snapshot:
        return after(figures={"disk/free_mib": free, "disk/total_mib": 10_000.0})

    notices = told(disk(5_000.0), disk(400.0), disk(390.0), disk(510.0), disk(480.0), disk(5_000.0), disk(300.0))
    assert [(notice.kind, notice.quiet) for notice in notices] == [(Kind.DISK, False), (Kind.DISK, False)]


def test_a_disk_that_was_full_before_stands_in_the_list_alone() -> None:
    (notice,) = told(after(figures={"disk/free_mib": 400.0, "disk/total_mib": 10_000.0}))
    assert notice.quiet and notice.text == "400 MiB of 9.8 GiB left"


def test_what_a_run_says_cannot_reach_the_terminal(run: Run) -> None:
    said = "\x1b]0;owned\x07 line\none\u202e\x9b31m" + "x" * 10_000
    (notice,) = told(after(run("running")), after(run("failed", reason="crash", message=said)))
    assert notice.text.isprintable() and len(notice.text) <= 240
    assert notice.text.startswith("crash: ]0;owned line one")


def test_a_run_that_cannot_be_read_is_passed_over() -> None:
    assert told(after(RunInfo("20261120-143408-x-y-0000", None, "no run")), after()) == []


def test_a_notice_of_another_machine_names_it(run: Run) -> None:
    def elsewhere(state: str, **facts: Any) -> Snapshot:
        return after(replace(run(state, **facts), place="gpu1"))

    notices = told(elsewhere("running"), elsewhere("failed", signals=[("diverged", NOW)]))
    assert [notice.sentence.partition(":")[0] for notice in notices] == [
        "ner 7f3a on gpu1 diverged",
        "ner 7f3a on gpu1 failed",
    ]


def test_a_machine_elsewhere_that_gets_too_hot_is_told_once() -> None:
    def machine(celsius: float, *, connected: bool = True) -> Snapshot:
        return after(places=(PlaceInfo("gpu1", connected=connected, figures={"cuda:0/temperature_c": celsius}),))

    notices = told(machine(60), machine(95), machine(96), machine(96, connected=False), machine(95))
    assert [(notice.sentence, notice.quiet) for notice in notices] == [
        ("gpu1 device too hot: cuda:0 is at 95 °C", False)
    ]
    assert [notice.quiet for notice in told(machine(95))] == [True]


def test_a_clock_that_is_ahead_dates_no_notice_into_the_future(run: Run) -> None:
    (notice,) = told(after(run("running")), after(run("done", ended=1e11)))
    assert notice.t == NOW


def test_a_signal_whose_time_was_moved_is_not_told_again(run: Run) -> None:
    first, moved = (run("running", signals=[("diverged", NOW - ago)]) for ago in (9, 5))
    assert len(told(after(run("running")), after(first), after(moved))) == 1
