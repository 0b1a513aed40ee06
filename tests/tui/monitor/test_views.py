"""What can be done, what each way to stop keeps, what differs, what happened, who uses what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.runs.spec import RunSpec, Target
from tui.feed.model import LogLine, Moment, RunDetail, RunInfo
from tui.monitor.attribution import Share, shares_of
from tui.monitor.difference import differences, table
from tui.monitor.log_search import LEVELS, next_level, parts, search, shown_lines
from tui.monitor.possible import Situation, compared, possible
from tui.monitor.stops import asked_for, ways_for
from tui.monitor.timeline import collapsed, first_in_sight, timeline
from tui.places.place import StopWay
from tui.screens.curves import slots_of

MakeRun = Callable[..., RunInfo]


def plain(lines: Any) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


@pytest.mark.parametrize(
    ("action", "facts", "can"),
    [
        ("stop", {"state": "running"}, True),
        ("stop", {"state": "queued"}, True),
        ("stop", {"state": "stopping"}, True),
        ("stop", {"state": "done"}, False),
        ("resume", {"state": "lost"}, True),
        ("resume", {"state": "done"}, False),
        ("resume", {"state": "stopped", "task": "external"}, False),
        ("clone", {"state": "done"}, True),
        ("clone", {"state": "done", "task": "external"}, False),
        ("log", {}, True),
        ("report", {}, False),
        ("try_model", {}, False),
        ("differ", {}, False),
        ("clear", {}, False),
        ("pin", {}, True),
    ],
)
def test_what_can_be_done_with_a_run(a_run: MakeRun, action: str, facts: dict[str, Any], can: bool) -> None:
    assert possible(action, Situation(a_run(**facts))) is can


def test_readonly_changes_nothing_and_still_reads(a_run: MakeRun) -> None:
    for action in ("stop", "resume", "clone"):
        assert not possible(action, Situation(a_run(state="running"), readonly=True))
    assert possible("log", Situation(a_run(), readonly=True)) and possible("pin", Situation(a_run(), readonly=True))


def test_without_a_run_there_is_nothing_to_do() -> None:
    for action in ("stop", "resume", "clone", "report", "try_model", "details", "log", "moments", "pin", "differ"):
        assert not possible(action, Situation(None))
    broken = RunInfo("20261120-1", None, "garbage")
    assert not possible("stop", Situation(broken)) and not possible("details", Situation(broken))


def test_escape_is_there_while_it_takes_something_away(a_run: MakeRun) -> None:
    for now in ({"has_cursor": True}, {"big": True}, {"filtering": True}):
        assert possible("clear", Situation(a_run(), **now))


def test_one_marked_run_is_set_beside_the_one_under_the_cursor(a_run: MakeRun) -> None:
    one, two, three = a_run(1), a_run(2), a_run(3)
    assert compared((one,), two) == [two, one] and compared((one,), one) == [one]
    assert compared((one, two), three) == [one, two]


def test_several_marked_runs_are_stopped_at_once(a_run: MakeRun) -> None:
    one, two, ended = a_run(1, state="running"), a_run(2, state="queued"), a_run(3)
    assert asked_for((one, two, ended), ended) == [one, two]
    assert asked_for((one, ended), two) == [two]
    assert asked_for((one, ended), ended) == []


def test_each_way_to_stop_says_what_it_keeps(a_run: MakeRun) -> None:
    ways = ways_for([a_run(state="running")])
    assert [way.way for way in ways] == [StopWay.AFTER_STEP, StopWay.NOW, StopWay.KILL, None]
    said = [way.text for way in ways]
    assert "best model" in said[0] and "no model" in said[1] and "steps since then are lost" in said[2]
    script = ways_for([a_run(state="running", task="external")])
    assert "should_stop()" in script[0].text and "cannot resume" in script[2].text
    assert [way.title for way in ways_for([a_run(state="queued")])] == ["Leave the queue", "Do not stop"]
    assert "asked to stop already" in ways_for([a_run(state="stopping")])[0].text
    assert ways_for([a_run(1, state="running"), a_run(2, state="queued")])[-1].text == "The runs go on."


def spec(**given: Any) -> RunSpec:
    told: dict[str, Any] = {
        "id": "20261120-143408-utility-ner-7f3a",
        "profile": "utility",
        "model": "ner",
        "task": "token-classification",
        "dataset": "d1",
        "config": {"lr": 5e-4, "epochs": 8, "base": "m"},
        "targets": (Target("f1", 0.8),),
        "origins": {"config.epochs": "preset quick"},
    }
    return RunSpec(**(told | given))


def test_only_what_differs_is_shown_with_its_origin() -> None:
    other = spec(config={"lr": 1e-3, "epochs": 8, "extra": True}, dataset="d2", origins={"config.lr": "--set"})
    rows = differences([spec(), other])
    assert [row.name for row in rows] == ["dataset", "lr", "base", "extra"]
    shown = {row.name: [(value.text, value.origin) for value in row.values] for row in rows}
    assert shown["lr"] == [("0.0005", ""), ("0.001", "--set")]
    assert [text for text, _ in shown["base"]] == ["m", "–"]
    assert differences([spec(), spec()]) == []


@pytest.mark.parametrize("width", [60, 100, 200])
def test_the_columns_of_a_difference_are_aligned_and_fit(width: int) -> None:
    names = [f"ner {n:04x}" for n in range(3)]
    rows = differences([spec(), spec(config={"lr": 0.1, "text": "x" * 300}), spec(dataset="d" * 90)])
    lines = plain(table(names, rows, width))
    assert all(len(line) <= width for line in lines)
    starts = [lines[0].index(name) for name in names]
    lr = next(line for line in lines if line.startswith("lr"))
    assert [lr[start : start + 3] for start in starts] == ["0.0", "0.1", "0.0"]


LOG = [
    LogLine(1.0, "status", "running"),
    LogLine(2.0, "info", "Base model loaded"),
    LogLine(3.0, "warning", "model is small"),
    LogLine(4.0, "debug", "checkpoint at step 7"),
    LogLine(None, "printed", "MODEL"),
]


def test_the_levels_of_a_log_go_round() -> None:
    assert [len(shown_lines(LOG, level)) for level in LEVELS] == [5, 3, 1, 2]
    assert next_level(LEVELS[-1]) == LEVELS[0]


def test_a_search_finds_whatever_the_capitals_and_goes_round() -> None:
    found = search(LOG, "model", near=2)
    assert (found.places, found.line) == ((1, 2, 4), 2)
    assert [found.moved(1).line, found.moved(1).moved(1).line, found.moved(-1).line] == [4, 1, 1]
    nothing = search(LOG, "xyz", near=0)
    assert nothing.line is None and nothing.moved(1) is nothing
    assert search(LOG, "", 0).places == ()


@pytest.mark.parametrize(
    ("text", "sought", "pieces"),
    [
        ("a model, Model", "MODEL", [("a ", False), ("model", True), (", ", False), ("Model", True)]),
        ("model", "model", [("model", True)]),
        ("nothing", "model", [("nothing", False)]),
        ("", "x", [("", False)]),
        ("Straße", "strasse", [("Straße", False)]),
    ],
)
def test_matches_are_marked(text: str, sought: str, pieces: list[tuple[str, bool]]) -> None:
    assert parts(text, sought) == pieces


def test_checkpoints_in_a_row_are_one_line() -> None:
    saved = [Moment(10.0 + n, "checkpoint", f"checkpoint at step {n}", n) for n in range(1, 5)]
    moments = [Moment(1.0, "status", "running"), *saved, Moment(20.0, "signal", "plateau"), saved[0]]
    assert [moment.text for moment in collapsed(moments)] == [
        "running", "4 checkpoints, from step 1 to 4", "plateau", "checkpoint at step 1"
    ]  # fmt: skip
    assert collapsed(moments)[1].step == 4


def test_the_chosen_moment_is_always_in_sight() -> None:
    moments = [Moment(float(n), "status", f"m{n}") for n in range(100)]
    for at in (0, 3, 50, 99):
        lines = plain(timeline(moments, at, 10, ascii_only=True))
        assert len(lines) == 10 and sum(line.startswith("> ") and line.endswith(f"m{at}") for line in lines) == 1
    assert first_in_sight(3, 2, 10) == 0
    assert plain(timeline([], 0, 10, ascii_only=True)) == ["Nothing has happened yet."]


def test_marked_runs_keep_their_letters_and_the_highlighted_one_gets_a_free_one() -> None:
    assert slots_of("x", {}, 8) == [("x", None)] and slots_of("x", {"x": 0}, 8) == [("x", None)]
    assert slots_of("x", {"a": 0, "b": 2}, 8) == [("x", 1), ("a", 0), ("b", 2)]
    assert slots_of("b", {"a": 0, "b": 2}, 8) == [("b", 2), ("a", 0)]
    full = {str(n): n for n in range(8)}
    assert slots_of("x", full, 8) == list(full.items())


def using(**figures: float) -> RunDetail:
    return RunDetail(
        1, figures={name.replace("__", "/").replace("cuda", "cuda:"): value for name, value in figures.items()}
    )


def test_each_run_has_its_part_of_a_gpu_and_others_the_rest(a_run: MakeRun) -> None:
    runs = [a_run(1, state="running"), a_run(2, state="running", device="cuda:1"), a_run(3, state="done")]
    details = {
        runs[0].id: using(process__cuda0__memory_mib=6000.0, process__cuda0__utilisation_percent=60.0),
        runs[1].id: using(),
    }
    figures = {"cuda:0/memory_used_mib": 9000.0, "cuda:0/utilisation_percent": 95.0, "cuda:1/memory_used_mib": 500.0}
    assert shares_of(runs, details, figures) == [
        Share("ner 0001", "cuda:0", 60.0, 6000.0),
        Share("others", "cuda:0", 35.0, 3000.0, is_run=False),
        # What one of the runs uses is not known, so neither is what others do.
        Share("ner 0002", "cuda:1"),
    ]


def test_on_a_processor_it_is_that_of_all_cores(a_run: MakeRun) -> None:
    run = a_run(1, state="running", device="cpu")
    details = {run.id: RunDetail(1, figures={"process/cpu_percent": 40.0, "process/memory_mib": 2000.0})}
    figures = {"cpu/utilisation_percent": 55.0, "host/memory_used_mib": 5000.0}
    assert shares_of([run], details, figures) == [
        Share("ner 0001", "cpu", 40.0, 2000.0), Share("others", "cpu", 15.0, 3000.0, is_run=False)
    ]  # fmt: skip
    # Measured a moment apart, the parts may be more than the whole.
    assert shares_of([run], details, {"cpu/utilisation_percent": 30.0}) == [Share("ner 0001", "cpu", 40.0, 2000.0)]


def test_without_a_run_there_is_nothing_to_tell_apart(a_run: MakeRun) -> None:
    assert shares_of([a_run()], {}, {"cpu/utilisation_percent": 90.0, "cuda:0/memory_used_mib": 9000.0}) == []


def test_runs_of_another_machine_do_not_use_this_one(a_run: MakeRun) -> None:
    runs = [a_run(1, state="running", place="gpu1"), a_run(2, state="running", device="cpu")]
    assert [share.who for share in shares_of(runs, {}, {})] == ["ner 0002"]
    assert [share.who for share in shares_of(runs, {}, {}, "gpu1")] == ["gpu1 ner 0001"]
