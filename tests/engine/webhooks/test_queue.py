"""Taking events in."""

import logging
import subprocess
import sys
import threading
import time

import msgspec
import pytest

from engine.errors import InputError
from engine.webhooks import spool as spool_module
from engine.webhooks.endpoints import Endpoint, add_endpoint, remove_endpoint
from engine.webhooks.ledger import Ended, Ledger
from engine.webhooks.places import home, queue_of
from engine.webhooks.queue import MOST_BYTES, enqueue
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

URL = "https://hooks.example.org/"


@pytest.fixture
def spool(workspace: Workspace) -> Spool:
    return Spool(workspace, add_endpoint(workspace, URL).id)


def test_without_an_endpoint_nothing_is_written(workspace: Workspace) -> None:
    assert enqueue(workspace, "run.finished", "run.finished:r:1", {}) == ()
    assert not workspace.root.exists()


def test_an_event_is_on_the_disk_as_it_will_be_sent(workspace: Workspace, spool: Spool) -> None:
    payload = {"profile": "utility", "metrics": {"f1": float("nan")}}
    assert enqueue(workspace, "run.finished", "run.finished:r:1", payload, happened=time.time() + 1) == (
        spool.endpoint,
    )
    (waiting,) = spool.waiting()
    assert (waiting.tries, waiting.why) == (0, "new")
    body = spool.body(waiting)
    assert body is not None
    event = msgspec.json.decode(body)
    assert event.pop("t") > time.time()
    assert event == {
        "kind": "run.finished",
        "id": "run.finished:r:1",
        "profile": "utility",
        "metrics": {"f1": None},
    }
    assert (spool.folder / waiting.file).stat().st_mode & 0o077 == 0 or spool.folder.stat().st_mode & 0o077 == 0


def test_the_same_event_is_taken_in_once_also_when_it_has_ended(workspace: Workspace, spool: Spool) -> None:
    for _ in range(2):
        enqueue(workspace, "run.finished", "run.finished:r:1", {})
    enqueue(workspace, "run.finished", "run.finished:r:2", {})
    first, _ = spool.waiting()
    spool.end(first, "delivered", time.time())
    assert enqueue(workspace, "run.finished", "run.finished:r:1", {}) == ()
    spool.end(spool.waiting()[0], "dead", time.time(), "http500")
    assert enqueue(workspace, "run.finished", "run.finished:r:2", {}) == ()
    assert [(ended.id, ended.end) for ended in spool.ends()] == [
        ("run.finished:r:1", "delivered"),
        ("run.finished:r:2", "dead"),
    ]


def test_of_many_that_tell_the_same_at_once_one_does(workspace: Workspace, spool: Spool) -> None:
    told: list[tuple[str, ...]] = []
    threads = [
        threading.Thread(target=lambda: told.append(enqueue(workspace, "run.failed", "run.failed:r:1", {})))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, told)) == [0] * 7 + [1]
    assert len(spool.waiting()) == 1


def test_endpoints_get_what_they_want_and_nothing_that_was_before_them(workspace: Workspace) -> None:
    everything = add_endpoint(workspace, f"{URL}1", now=100.0).id
    failures = add_endpoint(workspace, f"{URL}2", kinds=["run.failed"], now=100.0).id
    faces = add_endpoint(workspace, f"{URL}3", profiles=["faces"], now=100.0).id
    later = add_endpoint(workspace, f"{URL}4", now=300.0).id

    def told(kind: str, profile: str, happened: float) -> set[str]:
        return set(enqueue(workspace, kind, f"{kind}{profile}{happened}", {"profile": profile}, happened=happened))

    assert told("run.failed", "utility", 200.0) == {everything, failures}
    assert told("run.finished", "faces", 200.0) == {everything, faces}
    assert told("run.finished", "utility", 400.0) == {everything, later}
    assert told("run.finished", "utility", 50.0) == set()


def test_order_is_that_of_acceptance_whatever_the_clock_does(
    workspace: Workspace, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = time.time() + 1000
    for number, now in enumerate((start, start, start - 900)):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        enqueue(workspace, "run.finished", f"run.finished:r:{number}", {})
    assert [spool.id_of(each)[-1] for each in spool.waiting()] == ["0", "1", "2"]


def test_a_full_queue_drops_the_oldest_and_says_so(
    workspace: Workspace, spool: Spool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(spool_module, "MOST_WAITING", 3)
    with caplog.at_level(logging.ERROR):
        for number in range(5):
            enqueue(workspace, "run.finished", f"run.finished:r:{number}", {})
    assert [spool.id_of(each)[-1] for each in spool.waiting()] == ["2", "3", "4"]
    assert [(ended.id[-1], ended.end) for ended in spool.ends()] == [("0", "dropped"), ("1", "dropped")]
    assert len(caplog.records) == 2 and "will not be delivered" in caplog.text
    assert enqueue(workspace, "run.finished", "run.finished:r:0", {}) == ()


@pytest.mark.parametrize(
    ("kind", "payload", "sentence"),
    [
        ("run.done", {}, "no kind of event 'run.done'"),
        ("run.failed", {"what": object()}, "is no JSON"),
        ("run.failed", {"text": "x" * MOST_BYTES}, "bytes; send at most"),
    ],
)
def test_an_event_that_cannot_be_sent_is_refused(
    workspace: Workspace, spool: Spool, kind: str, payload: dict, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        enqueue(workspace, kind, "x", payload)
    assert spool.waiting() == []


def test_a_removed_endpoint_takes_its_queue_along(workspace: Workspace, spool: Spool) -> None:
    enqueue(workspace, "run.finished", "run.finished:r:1", {})
    (on_its_way,) = spool.waiting()
    remove_endpoint(workspace, spool.endpoint)
    spool.end(on_its_way, "delivered", time.time())
    spool.postpone(on_its_way, time.time(), "http500")
    assert not queue_of(workspace, spool.endpoint).exists()


def test_retry_makes_all_due_and_takes_up_what_was_given_up(workspace: Workspace, spool: Spool) -> None:
    for number in range(2):
        enqueue(workspace, "run.finished", f"run.finished:r:{number}", {})
    first, second = spool.waiting()
    spool.postpone(first, time.time() + 1000, "http500")
    spool.end(second, "dead", time.time(), "http500")
    assert spool.retry(now := time.time() + 1) == 2
    assert [(each.tries, each.due_ms) for each in spool.waiting()] == [(1, int(now * 1000)), (0, int(now * 1000))]
    assert spool.dead() == []
    # A deliverer that looked before goes on with what it saw.
    spool.end(first, "delivered", time.time())
    assert [spool.id_of(each) for each in spool.waiting()] == ["run.finished:r:1"]


def test_what_ended_is_known_for_a_month_and_forgotten_after_two(workspace: Workspace, spool: Spool) -> None:
    enqueue(workspace, "run.finished", "run.finished:r:1", {})
    ledger, day = Ledger(spool.folder), 86_400.0
    for number in range(5):
        ledger.add(Ended(t=1763758405 + number * 28 * day, key=str(number) * 32, id="x", end="delivered", tries=1))
    assert [ledger.knows(str(number) * 32) for number in range(5)] == [False, False, False, True, True]


def test_a_torn_line_costs_itself_alone(workspace: Workspace, spool: Spool) -> None:
    spool.folder.mkdir(parents=True)
    ledger = Ledger(spool.folder)
    ended = Ended(t=1763758405.0, key="a" * 32, id="x", end="delivered", tries=1)
    ledger.add(ended)
    (file,) = spool.folder.glob("ended-*.jsonl")
    file.write_bytes(file.read_bytes() + b'{"t":17637')
    ledger.add(ended)
    assert list(ledger.ends()) == [ended, ended]


def test_the_queue_is_light() -> None:
    code = "import engine.webhooks.queue, engine.webhooks.ended_runs, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "numpy", "typer", "http.client", "ssl", "yaml"} & set(loaded)


def test_the_workspace_has_nothing_else(workspace: Workspace, endpoint: Endpoint) -> None:
    enqueue(workspace, "run.finished", "run.finished:r:1", {})
    assert sorted(path.name for path in home(workspace).iterdir()) == ["endpoints.json", "queue", "webhooks.lock"]
