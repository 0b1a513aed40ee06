"""What the lines of `triggers.jsonl` add up to."""

from __future__ import annotations

from pathlib import Path

from engine.triggers.log import FILE, Closed, FirstSeen, Intent, Line, Looked, Started, add, alone, fold, remembered


def intent(id: str, t: float, trigger: str = "a") -> Intent:
    return Intent(
        t=t, id=id, trigger=trigger, kind="data", why="", run=f"run-{id}", train="full", preset="full",
        ends_in="staging", profile="p.yaml",
    )  # fmt: skip


def test_a_firing_is_open_from_its_intent_until_it_is_closed() -> None:
    lines: list[Line] = [
        intent("1", 10.0),
        Started(t=11.0, id="1", run="run-1"),
        Closed(t=12.0, id="1", outcome="staged", why="", version=3),
    ]
    opened = [fold(lines[:count]).open for count in range(4)]
    assert [one is not None for one in opened] == [False, True, True, False]
    last = fold(lines).last("a")
    assert last is not None
    assert last.closed is not None
    assert last.closed.version == 3


def test_a_line_about_another_firing_changes_nothing() -> None:
    memory = fold([intent("1", 10.0), Closed(t=12.0, id="0", outcome="staged", why="")])
    assert memory.open is not None


def test_a_run_that_was_there_before_takes_the_place_of_the_one_that_was_meant() -> None:
    opened = fold([intent("1", 10.0), Started(t=11.0, id="1", run="other")]).open
    assert opened is not None
    assert opened.run == "other"


def test_a_place_is_new_until_a_trigger_has_fired_for_it() -> None:
    look = Looked(t=1.0, trigger="a", version=1, until=1.0, fired=True, why="", places=["Oslo"])
    assert fold([look]).places == frozenset()
    assert fold([look, intent("1", 2.0, "other")]).places == frozenset()
    assert fold([look, intent("1", 2.0)]).places == {"Oslo"}


def test_what_a_crash_left_of_a_line_is_no_line(tmp_path: Path) -> None:
    add(tmp_path, FirstSeen(t=1.0, trigger="a", schedule="x"))
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"type":"intent","t":2')
    assert remembered(tmp_path).open is None
    add(tmp_path, intent("1", 3.0))
    assert remembered(tmp_path).open is not None
    assert remembered(tmp_path).first_seen == {("a", "x"): 1.0}


def test_one_process_at_a_time_holds_a_model(tmp_path: Path) -> None:
    with alone(tmp_path) as first, alone(tmp_path) as second:
        assert (first, second) == (True, False)
    with alone(tmp_path) as third:
        assert third
