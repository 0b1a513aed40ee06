"""When a cron expression is due: by the clock of its time zone, once for all that was missed."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.triggers.schedule import due, next_after

BERLIN = "Europe/Berlin"


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def by_the_clock(t: float | None, zone: str = BERLIN) -> str:
    return "never" if t is None else datetime.fromtimestamp(t, ZoneInfo(zone)).strftime("%m-%d %H:%M %Z")


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 3 * * 1", "2026-11-21T00:00+00:00", "11-23 03:00 CET"),
        # In the night of 29 March the clock goes from 2:00 to 3:00.
        ("30 2 * * *", "2026-03-28T12:00+00:00", "03-29 03:00 CEST"),
        ("30 2 * * *", "2026-03-29T01:00+00:00", "03-30 02:30 CEST"),
        # In the night of 25 October it shows 2:30 twice, an hour apart.
        ("30 2 * * *", "2026-10-24T12:00+00:00", "10-25 02:30 CEST"),
        ("30 2 * * *", "2026-10-25T00:31+00:00", "10-26 02:30 CET"),
        ("30 * * * *", "2026-10-25T00:31+00:00", "10-25 02:30 CET"),
    ],
)
def test_the_next_moment_follows_the_clock_through_its_changes(cron: str, after: str, expected: str) -> None:
    assert by_the_clock(next_after(cron, BERLIN, at(after))) == expected


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        ("2026-11-16T03:00", "2026-11-22T23:59", "never"),
        ("2026-11-16T03:00", "2026-11-23T03:00", "11-23 03:00 CET"),
        ("2026-09-01T00:00", "2026-11-22T00:00", "11-16 03:00 CET"),
    ],
)
def test_what_was_missed_counts_once_as_the_last_of_it(since: str, now: str, expected: str) -> None:
    assert by_the_clock(due("0 3 * * 1", BERLIN, at(f"{since}+01:00"), at(f"{now}+01:00"))) == expected


def test_a_time_that_the_clock_shows_twice_is_due_once() -> None:
    minutes = [at("2026-10-24T22:00+00:00") + 60 * minute for minute in range(5 * 60)]
    found = [due("30 2 * * *", BERLIN, before, now) for before, now in itertools.pairwise(minutes)]
    assert [by_the_clock(one) for one in found if one is not None] == ["10-25 02:30 CEST"]


moments = st.integers(int(at("2025-01-01T00:00+00:00")), int(at("2027-12-31T00:00+00:00")))
fields = st.tuples(
    st.sampled_from(["0", "30", "*/15", "7,52"]),
    st.sampled_from(["*", "2", "3", "*/6"]),
    st.sampled_from(["*", "1", "31"]),
    st.sampled_from(["*", "3", "10"]),
    st.sampled_from(["*", "0", "1-5"]),
).map(" ".join)
zones = st.sampled_from([BERLIN, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])


@given(cron=fields, zone=zones, start=moments)
@settings(max_examples=60, deadline=None)
def test_what_comes_next_is_due_when_it_comes_and_not_before(cron: str, zone: str, start: int) -> None:
    coming = next_after(cron, zone, start)
    assert coming is not None
    assert coming > start
    assert due(cron, zone, start, coming) == coming
    assert due(cron, zone, start, coming - 1) is None
    assert due(cron, zone, coming, coming) is None


def test_every_moment_of_a_year_is_found_from_both_sides() -> None:
    forward, t = [], at("2026-01-01T00:00+00:00")
    end = at("2027-01-01T00:00+00:00")
    while (found := next_after("30 2 * * *", BERLIN, t)) is not None and found < end:
        forward.append(found)
        t = found
    backward, t = [], end - 1
    while (found := due("30 2 * * *", BERLIN, forward[0] - 1, t)) is not None:
        backward.append(found)
        t = found - 1
    assert forward == backward[::-1]
    assert len(forward) == 365
    assert datetime.fromtimestamp(forward[0], UTC).hour == 1
