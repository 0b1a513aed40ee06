"""What is told of a run, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.attach.device_figures import worth_telling
from engine.attach.facts import changes, facts_of, merged, only_moves
from engine.attach.protocol import Facts, Runs, read_from_workspace, to_line
from engine.attach.trend import thinned
from engine.events.schema import ProgressEvent
from engine.runs.info import RunInfo
from engine.runs.state import RunView

VIEW = RunView(id="r", profile="utility", model="ner", task="token-classification", state="running", score=0.5)
INFO = RunInfo("r", VIEW, last_event_t=100.0)


def step(number: int) -> ProgressEvent:
    return ProgressEvent(t=float(number), seq=number, phase="training", step=number, steps=100)


def test_at_first_everything_is_told() -> None:
    assert changes(None, facts_of(INFO)) == facts_of(INFO)


def test_then_what_changed_and_nothing_else() -> None:
    change = changes(facts_of(INFO), facts_of(replace(INFO, view=replace(VIEW, score=0.6))))
    assert change == Facts(id="r", score=0.6)


@pytest.mark.parametrize(("later", "told"), [(101.0, False), (105.0, True)])
def test_the_last_event_is_told_coarsely(later: float, told: bool) -> None:
    assert (changes(facts_of(INFO), facts_of(replace(INFO, last_event_t=later))) is not None) is told


def test_going_on_is_told_apart_from_news() -> None:
    goes_on = changes(facts_of(INFO), facts_of(replace(INFO, view=replace(VIEW, progress=step(7)))))
    news = changes(facts_of(INFO), facts_of(replace(INFO, view=replace(VIEW, progress=step(7), state="stalled"))))
    assert goes_on is not None and only_moves(goes_on)
    assert news is not None and not only_moves(news)


@given(
    st.lists(
        st.builds(
            lambda state, score, steps, model: replace(
                INFO, has_model=model, view=replace(VIEW, state=state, score=score, progress=step(steps))
            ),
            st.sampled_from(["queued", "running", "done", "failed"]),
            st.one_of(st.none(), st.floats()),
            st.integers(0, 100),
            st.booleans(),
        ),
        min_size=1,
    )
)
def test_a_console_that_took_every_change_knows_the_last_state(infos: list[RunInfo]) -> None:
    told: Facts | None = None
    for info in infos:
        change = changes(told, facts_of(info))
        if change is not None:
            line = read_from_workspace(to_line(Runs(changed=[change])))
            assert isinstance(line, Runs)
            told = merged(told, line.changed[0])
    assert told == facts_of(infos[-1])


def test_names_as_long_as_anybody_likes_are_cut() -> None:
    facts = facts_of(replace(INFO, view=replace(VIEW, model="x" * 5000, message="y" * 50_000)))
    assert isinstance(read_from_workspace(to_line(Runs(changed=[facts]))), Runs)


def test_a_directory_that_is_no_run_says_why() -> None:
    assert facts_of(RunInfo("r", None, "not a run")) == Facts(id="r", state="unreadable", problem="not a run")


@pytest.mark.parametrize(
    ("before", "after", "live", "worth"),
    [
        ({}, {"cpu/utilisation_percent": 1.0}, False, True),
        ({"cpu/utilisation_percent": 9.0}, {"cpu/utilisation_percent": 14.0}, False, False),
        ({"cpu/utilisation_percent": 9.0}, {"cpu/utilisation_percent": 14.0}, True, True),
        ({"host/memory_used_mib": 9000.0}, {"host/memory_used_mib": 9020.0}, True, False),
        ({"host/memory_used_mib": 9000.0}, {"host/memory_used_mib": 9020.0}, False, False),
    ],
)
def test_figures_are_told_when_a_person_would_call_it_a_change(
    before: dict[str, float], after: dict[str, float], live: bool, worth: bool
) -> None:
    assert worth_telling(before, after, live=live) is worth


def test_a_trend_keeps_its_last_point_and_is_short() -> None:
    points = thinned([float(number) for number in range(1000)])
    assert points[-1] == 999.0 and len(points) <= 32
    assert thinned([1.0, 2.0]) == (1.0, 2.0)
