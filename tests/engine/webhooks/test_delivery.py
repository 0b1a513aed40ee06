"""Delivering to a real receiver that misbehaves."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from engine.network.client import look_up
from engine.runs.locks import try_lock
from engine.webhooks import delivery, sending
from engine.webhooks.backoff import DELAYS_S
from engine.webhooks.delivery import Delivered, deliver_due
from engine.webhooks.endpoints import Endpoint, add_endpoint, enable_endpoint, find_endpoint
from engine.webhooks.queue import enqueue
from engine.webhooks.sending import ping
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

from .receiver import Receiver, answered

HOUR_S = 3600.0


def tell(workspace: Workspace, *names: str, kind: str = "run.finished") -> list[str]:
    """Queue events; their ids."""
    ids = [f"{kind}:{name}:1" for name in names]
    for id in ids:
        enqueue(workspace, kind, id, {"run": id})
    return ids


def whys(workspace: Workspace, endpoint: Endpoint) -> list[tuple[int, str]]:
    return [(each.tries, each.why) for each in Spool(workspace, endpoint.id).waiting()]


def counted(done: Delivered) -> tuple[int, int, int, int]:
    return done.delivered, done.failed, done.dead, done.waiting


def test_what_is_due_arrives_signed_and_in_order(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint
) -> None:
    ids = tell(workspace, "a", "b", "c")
    assert deliver_due(workspace) == Delivered(delivered=3)
    assert receiver.ids() == ids
    assert all(got.is_signed_with(endpoint.secret) for got in receiver.got)
    assert abs(int(receiver.got[0].headers["webhook-timestamp"]) - time.time()) < 5
    assert receiver.got[0].headers["content-type"] == "application/json"
    assert deliver_due(workspace) == Delivered()


def test_a_failure_is_repeated_later_under_the_same_id(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint
) -> None:
    receiver.answers["/hook"] = [500, 429, 200]
    tell(workspace, "a")
    start = time.time()
    done = deliver_due(workspace, start)
    assert counted(done) == (0, 1, 0, 1)
    assert done.next_due == pytest.approx(start + 5, abs=0.6)
    assert counted(deliver_due(workspace, start + 4)) == (0, 0, 0, 1)
    assert counted(deliver_due(workspace, start + 6)) == (0, 1, 0, 1)
    assert whys(workspace, endpoint) == [(2, "http429")]
    assert deliver_due(workspace, start + 60) == Delivered(delivered=1)
    assert len({got.message for got in receiver.got}) == 1 and len(receiver.got) == 3
    assert len({got.headers["webhook-signature"] for got in receiver.got}) == 3
    assert all(got.is_signed_with(endpoint.secret) for got in receiver.got)


def test_an_answer_that_does_not_come_is_a_failure_and_ends_the_pass(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLOW_S", 0.2)
    monkeypatch.setattr(sending.Sender.__init__, "__kwdefaults__", {"resolve": look_up, "answer_within_s": 0.3})
    receiver.answers["/hook"] = [receiver.hang, 200]
    tell(workspace, "a", "b")
    start = time.monotonic()
    assert counted(deliver_due(workspace)) == (0, 1, 0, 2)
    assert time.monotonic() - start < 3
    assert whys(workspace, endpoint) == [(1, "unanswered"), (0, "new")]
    assert counted(deliver_due(workspace)) == (1, 0, 0, 1)
    assert deliver_due(workspace, time.time() + 6) == Delivered(delivered=1)


def test_a_server_that_hangs_up_is_asked_thrice_a_pass(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint
) -> None:
    up = receiver.hang_up
    receiver.answers["/hook"] = [up, up, 204, up, up, 500, up, up, up, 204]
    tell(workspace, *map(str, range(11)))
    assert counted(deliver_due(workspace)) == (1, 8, 0, 10)
    assert counted(deliver_due(workspace)) == (2, 0, 0, 8)


def test_one_event_that_is_refused_keeps_no_other_waiting(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint
) -> None:
    receiver.answers["/hook"] = [400, 200]
    tell(workspace, "a", "b", "c")
    assert counted(deliver_due(workspace)) == (2, 1, 0, 1)


def test_one_look_at_a_server_that_is_not_there_counts_for_all(workspace: Workspace) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        endpoint = add_endpoint(workspace, url, allow_private=True)
        tell(workspace, "a", "b", "c")
        done = deliver_due(workspace)
    assert counted(done) == (0, 3, 0, 3)
    assert whys(workspace, endpoint) == [(1, "unreachable")] * 3
    assert len({each.due_ms // 1000 for each in Spool(workspace, endpoint.id).waiting()}) <= 2


def test_as_soon_as_a_server_is_back_it_gets_what_waited_for_it(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint
) -> None:
    spool = Spool(workspace, endpoint.id)
    ids = tell(workspace, "a", "b", "c")
    for each, why in zip(spool.waiting(), ("unreachable", "http500", "unreachable"), strict=True):
        spool.postpone(each, time.time() + 6 * HOUR_S, why)
    assert deliver_due(workspace).delivered == 0
    ids += tell(workspace, "d")
    assert counted(deliver_due(workspace)) == (3, 0, 0, 1)
    assert receiver.ids() == [ids[3], ids[0], ids[2]]


def test_after_ten_attempts_it_is_given_up_loudly_and_can_be_taken_up_again(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answers["/hook"] = [500]
    (id,) = tell(workspace, "a")
    now = time.time()
    for delay in DELAYS_S:
        assert counted(deliver_due(workspace, now)) == (0, 1, 0, 1)
        now += 1.2 * delay
    assert deliver_due(workspace, now) == Delivered(dead=1)
    assert "given up after 10 attempts" in caplog.text and endpoint.secret not in caplog.text
    assert len(receiver.got) == 10
    receiver.answers["/hook"] = [200]
    assert Spool(workspace, endpoint.id).retry(now) == 1
    assert deliver_due(workspace, now) == Delivered(delivered=1)
    assert receiver.ids()[-1] == id


def test_an_endpoint_that_is_gone_is_told_no_more_until_it_is_enabled(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answers["/hook"] = [410, 200]
    tell(workspace, "a", "b")
    with caplog.at_level(logging.ERROR):
        assert counted(deliver_due(workspace)) == (0, 0, 1, 1)
    assert "is disabled" in caplog.text
    assert "410" in find_endpoint(workspace, endpoint.id).disabled
    tell(workspace, "c")
    assert deliver_due(workspace) == Delivered()
    enable_endpoint(workspace, endpoint.id)
    assert deliver_due(workspace) == Delivered(delivered=1)
    assert [id[-3] for id in receiver.ids()] == ["a", "b"]


def test_a_redirect_is_not_followed(workspace: Workspace, receiver: Receiver, endpoint: Endpoint) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        answered(handler, 307, Location=receiver.url("/other"))

    receiver.answers["/hook"] = [elsewhere]
    tell(workspace, "a")
    assert counted(deliver_due(workspace)) == (0, 1, 0, 1)
    assert [got.path for got in receiver.got] == ["/hook"]
    assert whys(workspace, endpoint) == [(1, "http307")]


def test_an_endpoint_may_ask_for_time(workspace: Workspace, receiver: Receiver, endpoint: Endpoint) -> None:
    receiver.answers["/hook"] = [lambda handler: answered(handler, 503, Retry_After="900"), 200]
    tell(workspace, "a")
    start = time.time()
    assert deliver_due(workspace, start).next_due == pytest.approx(start + 900, abs=0.01)


@pytest.mark.parametrize("size", [10, 50_000_000])
def test_a_long_answer_is_not_read_to_its_end(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint, size: int
) -> None:
    def talkative(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(size))
        handler.end_headers()
        for _ in range(size // 10):
            handler.wfile.write(b"x" * 10)

    receiver.answers["/hook"] = [talkative]
    tell(workspace, "a")
    start = time.monotonic()
    assert deliver_due(workspace) == Delivered(delivered=1)
    assert time.monotonic() - start < 2


def resolving_to(*addresses: str) -> Callable[[str, int], list[Any]]:
    """A name server that says something else each time."""
    left = list(addresses)
    return lambda host, port: look_up(left.pop(0) if len(left) > 1 else left[0], port)


@pytest.mark.parametrize(
    ("address", "allow_private", "kind"),
    [
        ("127.0.0.1", False, "loopback"),
        ("10.1.2.3", False, "private"),
        ("169.254.169.254", True, "metadata"),
        ("fd00:ec2::254", True, "metadata"),
    ],
)
def test_a_name_that_leads_to_a_forbidden_address_is_not_sent_to(
    workspace: Workspace, receiver: Receiver, address: str, allow_private: bool, kind: str
) -> None:
    url = receiver.url(host="hooks.example.org")
    endpoint = add_endpoint(workspace, url, allow_private=allow_private)
    tell(workspace, "a")
    assert counted(deliver_due(workspace, resolve=resolving_to(address))) == (0, 1, 0, 1)
    assert receiver.got == []
    assert f"is at the {kind} address" in ping(endpoint, resolve=resolving_to(address)).said


def test_a_name_is_looked_up_once_an_attempt_and_checked_each_time(workspace: Workspace, receiver: Receiver) -> None:
    # DNS rebinding: allowed at the first look, then where only this machine can reach.
    endpoint = add_endpoint(workspace, receiver.url(host="hooks.example.org"), allow_private=True)
    resolve = resolving_to("127.0.0.1", "169.254.169.254")
    tell(workspace, "a", "b")
    assert counted(deliver_due(workspace, resolve=resolve)) == (1, 1, 0, 1)
    assert len(receiver.got) == 1 and receiver.got[0].headers["host"] == f"hooks.example.org:{receiver.port}"
    assert whys(workspace, endpoint) == [(1, "unanswered")]


def test_a_slow_endpoint_does_not_keep_the_others_waiting(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint
) -> None:
    receiver.answers["/slow"] = [receiver.hang]
    add_endpoint(workspace, receiver.url("/slow"), allow_private=True)
    ids = tell(workspace, "a", "b", "c")
    passing = threading.Thread(target=deliver_due, args=(workspace,))
    passing.start()
    start = time.monotonic()
    while receiver.ids() != ids and time.monotonic() - start < 5:
        time.sleep(0.005)
    assert receiver.ids() == ids and passing.is_alive()
    receiver.released.set()
    passing.join()


def test_two_deliverers_do_not_send_the_same_twice(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint
) -> None:
    ids = tell(workspace, *map(str, range(30)))
    threads = [threading.Thread(target=deliver_due, args=(workspace,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert receiver.ids() == ids


def test_who_comes_second_says_that_another_is_at_it(workspace: Workspace, endpoint: Endpoint) -> None:
    tell(workspace, "a")
    assert try_lock(Spool(workspace, endpoint.id).lock) is not None
    assert deliver_due(workspace).busy == 1


def test_a_ping_is_signed_and_queued_nowhere(workspace: Workspace, receiver: Receiver, endpoint: Endpoint) -> None:
    attempt = ping(endpoint)
    assert (attempt.outcome, attempt.said) == ("delivered", "it answers 204 No Content")
    assert receiver.got[0].event["kind"] == "ping" and receiver.got[0].is_signed_with(endpoint.secret)
    assert whys(workspace, endpoint) == []
