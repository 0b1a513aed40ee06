"""Runs over HTTP: looked at, streamed, stopped; whatever becomes of the service."""

from __future__ import annotations

import json
from dataclasses import dataclass

import httpx
import pytest

from engine.events.writer import EventWriter
from engine.runs.handle import RunHandle
from engine.runs.launchers import launch
from engine.runs.paths import RunPaths
from engine.service.streaming import Position, lines_from

from .conftest import Served, until


@dataclass(frozen=True)
class Message:
    """One server-sent event."""

    id: str
    event: str
    data: dict[str, object]


def follow(served: Served, run: RunPaths, after: str | None = None, most: int | None = None) -> list[Message]:
    """The messages of a stream, until it ends or `most` have come."""
    headers = {"Last-Event-ID": after} if after else {}
    found: list[Message] = []
    with served.client.stream("GET", f"/runs/{run.id}/events", headers=headers) as answer:
        if answer.status_code == 204:
            return found
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if line and name:
                fields[name] = value
            elif not line and "data" in fields:
                found.append(Message(fields["id"], fields["event"], json.loads(fields["data"])))
                fields = {}
                if most is not None and len(found) >= most:
                    break
    return found


def ended(served: Served, metrics: int = 5) -> RunPaths:
    """A run whose files say that it is done."""
    run = served.make_run()
    status, events = EventWriter(run.status), EventWriter(run.events)
    status.run(run.id, profile="scripted", model="good", task="noop")
    events.run(run.id, profile="scripted", model="good", task="noop")
    for step in range(1, metrics + 1):
        events.metrics(step, {"loss": 1 / step})
    status.status("done", reason="done")
    return run


def test_a_stream_has_every_event_once_and_ends_with_the_state(served: Served) -> None:
    run = ended(served)
    messages = follow(served, run)
    assert [one.data["step"] for one in messages if one.event == "metrics"] == [1, 2, 3, 4, 5]
    assert (messages[-1].event, messages[-1].data) == ("end", {"state": "done"})


def test_a_stream_goes_on_wherever_it_was_cut(served: Served) -> None:
    run = ended(served)
    whole = follow(served, run)
    for at, message in enumerate(whole[:-1], 1):
        assert follow(served, run, after=message.id) == whole[at:]
    assert follow(served, run, after=whole[-1].id) == [], "an EventSource does not come again"


@pytest.mark.parametrize("stranger", ["999999-999999", "1-1", "x", "-1-0", "1" * 60])
def test_a_last_event_id_that_is_none_begins_at_the_start(served: Served, stranger: str) -> None:
    run = ended(served, metrics=2)
    steps = [one.data["step"] for one in follow(served, run, after=stranger) if one.event == "metrics"]
    assert steps == [1, 2]


def test_lines_that_are_no_events_are_passed_over(served: Served) -> None:
    run = ended(served, metrics=1)
    with run.events.open("ab") as file:
        file.write(b'not json\n{"t": 1.0, "type": "log", "seq": 9, "message": "x"}\n{"torn')
    kinds = [one.event for one in follow(served, run)]
    assert kinds.count("log") == 1 and kinds[-1] == "end"
    assert lines_from(run.events, 0)[-1].kind == "log"


def test_a_position_is_written_as_it_is_read() -> None:
    assert Position.parse(str(Position(12, 345))) == Position(12, 345)
    assert Position.parse("1-2-end") == Position(1, 2, ended=True)
    assert Position.parse(None) is None and Position.parse("1-2\n") is None


def test_runs_are_listed_newest_first_and_bounded(served: Served) -> None:
    runs = [served.make_run() for _ in range(3)]
    answer = served.client.get("/runs", params={"limit": 2}).json()
    assert answer["total"] == 3
    assert [one["id"] for one in answer["runs"]] == sorted((run.id for run in runs), reverse=True)[:2]
    assert served.client.get("/runs", params={"limit": 0}).status_code == 422


def test_a_run_that_is_over_cannot_be_stopped(served: Served) -> None:
    run = ended(served)
    answer = served.client.post(f"/runs/{run.id}/stop")
    assert answer.status_code == 409 and "over (done)" in answer.json()["error"]["what"]


@pytest.mark.slow
def test_a_run_is_followed_while_it_goes_and_stopped(served: Served) -> None:
    run = served.make_run([{"report": {"loss": 0.5}}, {"sleep": 3600.0}])
    launch(run)
    handle = RunHandle(run)
    until(lambda: handle.state == "running", "the run to run")
    first = follow(served, run, most=4)
    assert len(first) == 4
    assert served.client.post(f"/runs/{run.id}/stop", json={"now": True}).status_code == 202
    rest = follow(served, run, after=first[-1].id)
    assert rest[-1].data == {"state": "stopped"}
    handle.wait(30)
    ids = [one.id for one in (*first, *rest)]
    assert len({*ids}) == len(ids)


@pytest.mark.slow
def test_a_quiet_stream_says_that_it_is_there_and_a_reader_who_left_frees_its_place(served: Served) -> None:
    run = served.make_run([{"sleep": 3600.0}])
    launch(run)
    handle = RunHandle(run)
    until(lambda: handle.state == "running", "the run to run")
    busy = served.service.lanes.busy
    with (
        httpx.Client(base_url=served.client.base_url) as other,
        other.stream("GET", f"/runs/{run.id}/events") as answer,
    ):
        lines = answer.iter_lines()
        while next(lines) != ": still here":
            pass
        assert busy["stream"] == 1
    until(lambda: busy["stream"] == 0, "the place to be free", 5)
    handle.stop(now=True)
    handle.wait(30)
