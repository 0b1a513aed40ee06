"""Who is before a new run, and how long several take."""

from __future__ import annotations

import pytest

from engine.runs.state import RunView
from tui.feed.model import RunInfo
from tui.train.queue import before, together, waits_for


def run(name: str, state: str, device: str) -> RunInfo:
    return RunInfo(name, RunView(name, "p", "m", "noop", state, device=device))  # type: ignore[arg-type]


RUNS = [
    run("new", "queued", "auto"),
    run("old", "queued", "cuda"),
    run("cpu", "running", "cpu"),
    run("gpu", "stalled", "cuda:1"),
    run("done", "done", "cuda:0"),
    RunInfo("broken", None),
]
"""Newest first, as they are listed."""


@pytest.mark.parametrize(
    ("devices", "names"),
    [
        (("cpu",), ["cpu", "new"]),
        (("cuda:0", "cuda:1"), ["gpu", "old", "new"]),
        (("cuda:0",), ["old", "new"]),
        ((), ["new"]),
    ],
)
def test_those_that_hold_or_wait_for_a_device_are_before(devices: tuple[str, ...], names: list[str]) -> None:
    assert [one.id for one in before(RUNS, devices)] == names


@pytest.mark.parametrize(
    ("ahead", "slots", "waits"),
    [([], 1, []), (["a"], 1, ["a"]), (["a"], 2, []), (["a", "b"], 2, ["a", "b"]), (["a"], 0, ["a"])],
)
def test_a_run_waits_where_no_slot_is_free(ahead: list[str], slots: int, waits: list[str]) -> None:
    assert waits_for(ahead, slots) == waits


@pytest.mark.parametrize(
    ("seconds", "slots", "expected"),
    [
        ([], 1, (0.0, 0)),
        ([60.0, 30.0], 1, (90.0, 0)),
        ([60.0, 30.0, 20.0], 2, (60.0, 0)),
        ([60.0, None], 1, (60.0, 1)),
    ],
)
def test_time_of_several_runs(seconds: list[float | None], slots: int, expected: tuple[float, int]) -> None:
    assert together(seconds, slots) == expected
