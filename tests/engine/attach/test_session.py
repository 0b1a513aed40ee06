"""A session over real pipes: what it tells, what it does, what it refuses, and how it ends."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.attach import session as session_module
from engine.attach.protocol import (
    WINDOW_BYTES,
    Answer,
    Beat,
    Chunk,
    Figures,
    Following,
    Have,
    Hello,
    LogPart,
    Ping,
    Report,
    Resume,
    Runs,
    Spec,
    Stop,
    Taken,
    Want,
)
from engine.attach.session import Session
from engine.events import Run
from engine.runs.control import stop_requested
from engine.tasks.contract import Stop as StopRequest
from engine.workspace import Workspace


def test_it_says_who_it_is_and_all_its_runs(train: Callable[..., Run], attach: Callable[..., Any]) -> None:
    runs = [train("one"), train("two")]
    talk = attach()
    hello = talk.hear(Hello)
    assert hello.finetop == "attach" and hello.protocol == 1
    told = talk.hear(Runs, lambda said: said.complete)
    assert {facts.id for said in talk.all(Runs) for facts in said.changed} == {run.id for run in runs}
    assert told.changed[0].state == "running"


def test_events_of_a_selected_run_come_as_they_are_written(
    train: Callable[..., Run], attach: Callable[..., Any]
) -> None:
    run, other = train(), train("other")
    talk = attach()
    talk.say(Want(selected=[Following(run.id)]))
    talk.hear(Chunk, lambda chunk: chunk.file == "events" and not chunk.left)
    run.metrics(21, loss=0.125)
    talk.hear(Chunk, lambda chunk: '"step":21' in chunk.data)
    chunks = [chunk for chunk in talk.all(Chunk) if chunk.file == "events"]
    assert "".join(chunk.data for chunk in chunks).encode() == run.paths.events.read_bytes()
    assert other.id not in {chunk.run for chunk in talk.all(Chunk)}


def test_it_goes_on_from_what_the_console_has(train: Callable[..., Run], attach: Callable[..., Any]) -> None:
    run = train()
    first = attach()
    first.say(Want(selected=[Following(run.id)]))
    chunk = first.hear(Chunk, lambda chunk: chunk.file == "events")
    import zlib

    data = chunk.data.encode()
    have = Have(chunk.mark, len(data), 64, zlib.crc32(data[-64:]))
    run.metrics(21, loss=0.5)
    second = attach()
    second.say(Want(selected=[Following(run.id, {"events": have})]))
    more = second.hear(Chunk, lambda chunk: chunk.file == "events")
    assert more.offset == len(data) and not more.anew
    assert data + more.data.encode() == run.paths.events.read_bytes()


def test_a_visible_run_costs_a_trend(train: Callable[..., Run], attach: Callable[..., Any]) -> None:
    run = train(steps=40)
    talk = attach()
    talk.say(Want(visible=[run.id]))
    said = talk.hear(Runs, lambda said: any(facts.trend for facts in said.changed))
    assert said.changed[0].trend == tuple(step / 200 for step in range(5, 45, 5))
    assert not talk.all(Chunk)


def test_what_is_asked_is_done_and_answered_by_its_number(
    train: Callable[..., Run], attach: Callable[..., Any]
) -> None:
    run = train()
    run.paths.report.with_suffix(".md").write_text("# Report\n")
    talk = attach()
    talk.say(Stop(id=4, run=run.id, way="after this step"), Spec(id=5, run=run.id), Report(id=6, run=run.id))
    assert "asked to stop" in talk.hear(Answer, lambda said: said.id == 4).text
    assert stop_requested(run.paths) is StopRequest.AFTER_STEP
    assert json.loads(talk.hear(Answer, lambda said: said.id == 5).data)["config"] == {"lr": 0.5}
    assert talk.hear(Answer, lambda said: said.id == 6).text == "# Report\n"


def test_what_cannot_be_done_is_an_answer(train: Callable[..., Run], attach: Callable[..., Any]) -> None:
    run = train()
    talk = attach()
    talk.say(Resume(id=1, run=run.id), Report(id=2, run=run.id), Spec(id=3, run="../../../etc"))
    assert "is running" in talk.hear(Answer, lambda said: said.id == 1).error
    assert "has no report" in talk.hear(Answer, lambda said: said.id == 2).error
    assert "no run" in talk.hear(Answer, lambda said: said.id == 3).error


def test_read_only_refuses_changes_and_nothing_else(train: Callable[..., Run], attach: Callable[..., Any]) -> None:
    run = train()
    talk = attach(readonly=True)
    talk.say(*[Stop(id=number, run=run.id, way=way) for number, way in enumerate(("after this step", "now", "kill"))])
    talk.say(Resume(id=8, run=run.id), Spec(id=9, run=run.id))
    for number in (0, 1, 2, 8):
        assert "read-only" in talk.hear(Answer, lambda said, number=number: said.id == number).error
    assert talk.hear(Answer, lambda said: said.id == 9).data
    assert stop_requested(run.paths) is StopRequest.NO


def test_it_never_leaves_the_workspace(
    train: Callable[..., Run], attach: Callable[..., Any], workspace: Workspace, tmp_path: Path
) -> None:
    run = train()
    (tmp_path / "secret").write_text("secret\n")
    run.paths.report.with_suffix(".md").symlink_to(tmp_path / "secret")
    run.paths.log.symlink_to(tmp_path / "secret")
    away = "20260101-120000-away-run-0001"
    (tmp_path / away).mkdir()
    (workspace.runs / away).symlink_to(tmp_path / away)
    talk = attach()
    talk.say(Want(selected=[Following(run.id), Following(away)]))
    talk.say(Report(id=1, run=run.id), LogPart(id=2, run=run.id, file="log"), Spec(id=3, run=away))
    assert talk.hear(Answer, lambda said: said.id == 1).error
    assert not talk.hear(Answer, lambda said: said.id == 2).data
    assert "link out" in talk.hear(Answer, lambda said: said.id == 3).error
    talk.hear(Chunk, lambda chunk: chunk.file == "events")
    assert "secret" not in str(talk.heard)


def test_a_long_log_is_fetched_backwards_without_the_numbers(
    train: Callable[..., Run], attach: Callable[..., Any]
) -> None:
    run = train()
    for number in range(4000):
        run.log(f"{number:05d} " + "x" * 150)
        run.metrics(100 + number, loss=0.5)
    talk = attach()
    parts, before, number = [], None, 0
    while before != 0:
        number += 1
        talk.say(LogPart(id=number, run=run.id, file="events", before=before))
        answer = talk.hear(Answer, lambda said, number=number: said.id == number)
        parts.append(answer.data)
        assert before is None or answer.at < before
        before = answer.at
    text = "".join(reversed(parts))
    assert number > 2 and '"metrics"' not in text
    logged = [line for line in text.splitlines() if '"log"' in line]
    assert len(logged) == 4001 and "so far" in logged[0] and "03999" in logged[-1]


def test_no_more_is_on_its_way_than_the_console_has_room_for(
    train: Callable[..., Run], attach: Callable[..., Any]
) -> None:
    run = train()
    noise = os.urandom(3_000_000).hex()
    with run.paths.log.open("w") as log:
        log.write("begin\n")
    talk = attach()
    talk.say(Want(selected=[Following(run.id)]))
    talk.hear(Chunk, lambda chunk: chunk.file == "log")
    with run.paths.log.open("a") as log:
        log.write(noise)
    time.sleep(1.0)
    assert WINDOW_BYTES / 2 < talk.bytes < WINDOW_BYTES * 1.6
    deadline = time.monotonic() + 20
    while sum(len(chunk.data) for chunk in talk.all(Chunk) if chunk.file == "log") < len(noise):
        talk.say(Taken(count=talk.bytes))
        time.sleep(0.01)
        assert time.monotonic() < deadline


def test_while_nothing_happens_there_is_a_beat_and_nothing_else(
    train: Callable[..., Run], attach: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "BEAT_S", 0.6)
    train().finish()
    talk = attach(read_figures=lambda: {"cpu/utilisation_percent": 3.0})
    talk.hear(Runs, lambda said: said.complete)
    talk.hear(Figures)
    before = len(talk.heard)
    talk.hear(Beat)
    time.sleep(0.7)
    assert {type(message) for message in talk.heard[before:]} == {Beat}


def test_too_many_requests_are_refused_and_the_rest_is_done(
    train: Callable[..., Run], attach: Callable[..., Any]
) -> None:
    run = train()
    talk = attach()
    talk.say(*[Spec(id=number, run=run.id) for number in range(200)])
    answers = [talk.hear(Answer, lambda said, number=number: said.id == number) for number in range(200)]
    assert all(answer.data or "too many" in answer.error for answer in answers) and answers[0].data


def test_what_is_no_message_ends_it(attach: Callable[..., Any]) -> None:
    talk = attach()
    talk.say_raw(b"GET / HTTP/1.1\n")
    talk.served.join(10)
    assert not talk.served.is_alive()


def test_it_ends_with_its_input(attach: Callable[..., Any]) -> None:
    talk = attach()
    talk.hear(Hello)
    talk.say(Ping())
    talk.hang_up()
    assert not talk.served.is_alive()


COMMAND = [sys.executable, "-m", "engine", "attach"]


@pytest.mark.slow
def test_the_command_answers_quickly_prints_only_messages_and_imports_nothing_heavy(
    workspace: Workspace, train: Callable[..., Run]
) -> None:
    train()
    environment = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
    command = [*COMMAND, "--workspace", str(workspace.root)]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False, env=environment)
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[0])["finetop"] == "attach"
    imported = {line.rpartition(b"|")[2].strip().decode() for line in done.stderr.splitlines() if b"|" in line}
    assert not imported & {"numpy", "torch", "textual", "rich", "yaml", "transformers", "PIL"}


@pytest.mark.slow
def test_a_workspace_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    command = [*COMMAND, "--workspace", str(tmp_path / "none")]
    done = subprocess.run(command, input="", capture_output=True, timeout=60, check=False, text=True)
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.count("\n") == 1 and "no such workspace" in done.stderr


def test_what_cannot_be_read_there_is_an_error_and_no_silent_end(workspace: Workspace) -> None:
    def broken() -> dict[str, float]:
        raise OSError(5, "Input/output error")

    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb") as source,
        os.fdopen(writing, "wb"),
        pytest.raises(OSError, match="Input/output"),
    ):
        Session(workspace, source, io.BytesIO(), read_figures=broken).run()
