"""Nothing that another machine says reaches the terminal as a command."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.attach.facts import facts_of
from engine.attach.protocol import Facts, Raised, Runs, Steps, read_from_workspace, to_line
from engine.events.schema import SignalEvent
from engine.runs.info import RunInfo
from engine.runs.state import RunView
from tui.places.cleaned import info, line, page, spec, value

EVIL = "\x1b]0;owned\x07na\x1b[2Jme\u202e\x9b1m\n\r\t"


@given(st.text())
def test_a_line_has_no_control_codes(text: str) -> None:
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line(text))
    assert not set(page(text)) & {"\x1b", "\x9b", "\r", "\u202e"}


def test_every_text_of_a_run_is_cleaned() -> None:
    facts = Facts(
        id="r", state="running", profile=EVIL, model=EVIL, task=EVIL, reason=EVIL, message=EVIL, headline=EVIL,
        score_split=EVIL, device=EVIL, progress=Steps(1.0, EVIL, 1, 2), seen=50.0,
    )  # fmt: skip
    shown = info(facts, "gpu1", clock_ahead_s=10.0)
    assert "\x1b" not in repr(shown) and "\\x1b" not in repr(shown) and "\\r" not in repr(shown)
    assert shown.id == "gpu1:r" and shown.place == "gpu1" and shown.last_event_t == 40.0


def test_a_run_of_which_nothing_is_known_yet_can_be_shown() -> None:
    assert info(Facts(id="r"), "gpu1", 0.0).view is None
    assert info(facts_of(RunInfo("r", None, "not a run")), "gpu1", 0.0).problem == "not a run"


def test_signals_come_over_the_wire_cleaned_and_by_this_clock() -> None:
    event = SignalEvent(t=100.0, seq=7, kind="diverged", message=EVIL)
    view = RunView(id="r", profile="p", model="m", task="t", state="running")
    sent = to_line(Runs(changed=[facts_of(RunInfo("r", view, signals=(event,) * 9))]))
    message = read_from_workspace(sent)
    assert isinstance(message, Runs)
    shown = info(message.changed[0], "gpu1", clock_ahead_s=10.0)
    assert len(shown.signals) == 4 and shown.signals[0] == SignalEvent(
        t=90.0, seq=7, kind="diverged", message=line(EVIL)
    )


def test_signals_that_this_console_does_not_know_are_passed_over() -> None:
    facts = Facts(id="r", state="running", signals=(Raised(1.0, 1, "enlightened"), Raised(1.0, 2, "plateau")))
    assert [signal.seq for signal in info(facts, "gpu1", 0.0).signals] == [2]


def test_a_specification_is_cleaned_and_typed() -> None:
    sent = {"id": "r", "profile": EVIL, "model": "m", "task": "t", "dataset": "d", "config": {EVIL: [EVIL, 1, None]}}
    known = spec(json.dumps(sent))
    assert known.config == {"]0;ownedna[2Jme1m": ["]0;ownedna[2Jme1m", 1, None]}
    assert known.profile == "]0;ownedna[2Jme1m"


@pytest.mark.parametrize("text", ["", "[]", '{"id": 7}', '{"id":"r"}', "[" * 5000])
def test_what_is_no_specification_is_refused(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        spec(text)


def test_nothing_is_nested_deeper_than_people_write() -> None:
    deep: object = "x"
    for _ in range(50):
        deep = [deep]
    assert "…" in repr(value(deep))
