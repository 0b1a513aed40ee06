"""Workspaces on other machines in the feed: real processes at both ends, and what happens when they die."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FinetopError
from engine.events import Run
from engine.runs.control import stop_requested
from engine.tasks.contract import Stop
from tui.feed.model import Snapshot, Wanted
from tui.places.place import StopWay

pytestmark = pytest.mark.slow


def steps(said: Snapshot, run_id: str) -> list[int]:
    detail = said.details.get(run_id)
    series = detail.series.get(("train", "loss")) if detail is not None else None
    return [] if series is None else series.step.tolist()


def test_two_machines_stand_in_one_picture_with_their_curves_and_logs(watch: Any, machine: Any, train: Any) -> None:
    one, two = train(machine("gpu1")), train(machine("gpu2"), steps=30)
    feed, watcher = watch("gpu1", "gpu2")
    said = watcher.until(lambda said: len(said.runs) == 2)
    assert {(run.id, run.place) for run in said.runs} == {(f"gpu1:{one.id}", "gpu1"), (f"gpu2:{two.id}", "gpu2")}
    ids = tuple(run.id for run in said.runs)
    feed.want(Wanted(ids, ids))
    said = watcher.until(lambda said: all(steps(said, run_id) for run_id in ids) and said.complete)
    assert steps(said, f"gpu1:{one.id}") == list(range(1, 21)) and steps(said, f"gpu2:{two.id}") == list(range(1, 31))
    assert any(line.text == "so far" for line in said.details[f"gpu1:{one.id}"].log)
    assert said.details[f"gpu2:{two.id}"].trend and said.places[0].figures
    two.metrics(31, loss=0.5)
    watcher.until(lambda said: steps(said, f"gpu2:{two.id}")[-1] == 31)


def test_after_a_kill_in_the_middle_nothing_is_lost_and_nothing_doubled(
    watch: Any, machine: Any, train: Any, kill: Callable[[str], None]
) -> None:
    run = train(machine("gpu1"))
    feed, watcher = watch("gpu1")
    run_id = f"gpu1:{run.id}"
    watcher.until(lambda said: said.runs)
    feed.want(Wanted((run_id,), (run_id,)))
    for first in (21, 31, 41):
        watcher.until(lambda said, last=first - 1: steps(said, run_id)[-1:] == [last])
        for step in range(first, first + 5):
            run.metrics(step, loss=0.5)
        kill("gpu1")
        for step in range(first + 5, first + 10):
            run.metrics(step, loss=0.5)
    said = watcher.until(lambda said: steps(said, run_id)[-1:] == [50] and said.places[0].connected)
    assert steps(said, run_id) == list(range(1, 51))
    logged = [line.text for line in said.details[run_id].log]
    assert logged.count("so far") == 1 and logged.count("running") == 1


def test_what_was_known_stays_while_a_machine_is_away(
    watch: Any, machine: Any, train: Any, kill: Callable[[str], None], ssh: Path
) -> None:
    run = train(machine("gpu1"))
    feed, watcher = watch("gpu1")
    run_id = f"gpu1:{run.id}"
    watcher.until(lambda said: said.runs)
    feed.want(Wanted((run_id,), ()))
    watcher.until(lambda said: len(steps(said, run_id)) == 20)
    ssh.write_text("#!/bin/sh\necho 'ssh: no route to host' >&2\nexit 255\n")
    kill("gpu1")
    said = watcher.until(lambda said: "no route" in said.places[0].problem)
    place = said.places[0]
    assert not place.connected and place.seen_at is not None and abs(place.seen_at - time.time()) < 30
    assert len(steps(said, run_id)) == 20 and said.find(run_id).view.state == "running"


def test_a_dead_and_a_mute_machine_hold_nobody_up(watch: Any, machine: Any, train: Any) -> None:
    train(machine("gpu1"))
    began = time.monotonic()
    _, watcher = watch("dead", "mute", "gpu1")
    said = watcher.until(lambda said: said.runs and said.places[0].problem)
    assert "Connection refused" in said.places[0].problem and not said.places[1].connected
    assert time.monotonic() - began < 20


def test_a_wrong_directory_and_a_missing_engine_say_what_to_do(watch: Any, machine: Any) -> None:
    machine("gpu1").root.rmdir()
    _, watcher = watch("gpu1")
    said = watcher.until(lambda said: said.places[0].problem)
    assert "no such workspace" in said.places[0].problem
    _, watcher = watch("gpu2", engine="engine-that-is-not-there")
    said = watcher.until(lambda said: said.places[0].problem)
    assert "--remote-engine" in said.places[0].problem


def test_everything_is_done_with_a_run_there(watch: Any, machine: Any, train: Any, ssh: Path) -> None:
    run: Run = train(machine("chatty"))
    run.paths.report.with_suffix(".md").write_text("# Report\x1b[2J\n")
    feed, watcher = watch("chatty")
    run_id = watcher.until(lambda said: said.runs).runs[0].id
    place = feed.attached[0].place
    assert place.spec(run_id).config == {"lr": 0.5}
    assert place.report(run_id) == "# Report[2J\n"
    assert [line.text for line in place.log(run_id)][-1] == "so far"
    assert "asked to stop after this step" in place.stop(run_id, StopWay.AFTER_STEP)
    assert stop_requested(run.paths) is Stop.AFTER_STEP
    with pytest.raises(FinetopError, match=r"chatty: run .* is stopping"):
        place.resume(run_id)
    options, _, _ = Path(f"{ssh}.calls").read_text().partition("\n")
    assert options.startswith("chatty ") and "--workspace" in options


def test_a_read_only_console_asks_for_a_read_only_session(watch: Any, machine: Any, train: Any, ssh: Path) -> None:
    run: Run = train(machine("gpu1"))
    feed, watcher = watch("gpu1", readonly=True)
    run_id = watcher.until(lambda said: said.runs).runs[0].id
    with pytest.raises(FinetopError, match="read-only"):
        feed.attached[0].place.stop(run_id, StopWay.NOW)
    assert "--readonly" in Path(f"{ssh}.calls").read_text() and watcher.last.places[0].readonly
    assert stop_requested(run.paths) is Stop.NO


def test_a_run_that_was_removed_while_the_machine_was_away_goes(
    watch: Any, machine: Any, train: Any, kill: Callable[[str], None]
) -> None:
    import shutil

    run, other = train(machine("gpu1")), train(machine("gpu1"), "other")
    _, watcher = watch("gpu1")
    watcher.until(lambda said: len(said.runs) == 2)
    shutil.rmtree(run.paths.root)
    kill("gpu1")
    said = watcher.until(lambda said: len(said.runs) == 1)
    assert said.runs[0].id == f"gpu1:{other.id}"


def test_the_console_leaves_no_process_and_no_file(
    watch: Any, machine: Any, train: Any, eventually: Any, pid_of: Any
) -> None:
    train(machine("gpu1"))
    feed, watcher = watch("gpu1")
    watcher.until(lambda said: said.runs)
    pid = pid_of("gpu1")
    copies = feed.attached[0]._mirror._copies.paths("x").root.parents[1]
    assert copies.exists()
    feed.stop()
    eventually(lambda: not Path(f"/proc/{pid}").exists())
    assert not copies.exists()
