"""Delivering as long as a service lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from engine.webhooks.background import Deliverer
from engine.webhooks.endpoints import Endpoint, add_endpoint
from engine.webhooks.places import endpoints_file
from engine.webhooks.queue import enqueue
from engine.workspace import Workspace

from .ended import run_in
from .receiver import Receiver


@pytest.fixture
def deliverer(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deliverer]:
    monkeypatch.setattr("engine.webhooks.background.LEAVE_WITHIN_S", 0.1)
    made = Deliverer(workspace, poll_s=0.01, sweep_every_s=0.02)
    yield made
    made.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_others_queue_and_what_nobody_told_is_delivered(
    workspace: Workspace, receiver: Receiver, deliverer: Deliverer
) -> None:
    deliverer.start()
    add_endpoint(workspace, receiver.url(), allow_private=True)
    enqueue(workspace, "model.promoted", "model.promoted:utility/ner:7", {"profile": "utility"})
    until(lambda: receiver.ids() == ["model.promoted:utility/ner:7"])
    lost = run_in(workspace, "running")
    until(lambda: receiver.ids()[1:] == [f"run.failed:{lost.id}:1"])


def test_a_hanging_endpoint_keeps_no_other_waiting_however_long(
    workspace: Workspace, receiver: Receiver, deliverer: Deliverer, endpoint: Endpoint
) -> None:
    receiver.answers["/slow"] = [receiver.hang]
    add_endpoint(workspace, receiver.url("/slow"), allow_private=True)
    deliverer.start()
    for number in range(3):  # one pass after the other
        enqueue(workspace, "run.finished", str(number), {})
        until(lambda number=number: receiver.ids() == [str(each) for each in range(number + 1)])
    assert len(receiver.ids("/slow")) == 1


def test_a_damaged_file_ends_no_thread(
    workspace: Workspace,
    receiver: Receiver,
    deliverer: Deliverer,
    endpoint: Endpoint,
    caplog: pytest.LogCaptureFixture,
) -> None:
    content = endpoints_file(workspace).read_bytes()
    endpoints_file(workspace).write_bytes(b"nonsense")
    deliverer.start()
    until(lambda: "were not delivered" in caplog.text)
    endpoints_file(workspace).write_bytes(content)
    enqueue(workspace, "run.finished", "a", {})
    until(lambda: receiver.ids() == ["a"])


def test_it_ends_at_once_though_an_endpoint_hangs(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.webhooks.background.LEAVE_WITHIN_S", 0.1)
    receiver.answers["/hook"] = [receiver.hang]
    enqueue(workspace, "run.finished", "a", {})
    deliverer = Deliverer(workspace, poll_s=0.01)
    deliverer.start()
    until(lambda: receiver.got)
    start = time.monotonic()
    deliverer.close()
    assert time.monotonic() - start < 1
