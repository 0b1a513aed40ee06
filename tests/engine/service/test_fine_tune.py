"""Trainings over HTTP: started once, whatever happens in between."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from engine.errors import InputError
from engine.runs.handle import RunHandle
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.store import list_runs, new_run_id, remove_run
from engine.service import intents
from engine.service.errors import ConflictError
from engine.service.intents import prune, start_once

from .conftest import Served

START = {"request_id": "night-1", "profile": "scripted", "models": ["good"], "device": "cpu"}


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of runs that would have got a worker; each leaves what a worker leaves first."""
    found: list[str] = []

    def begin(paths: RunPaths) -> None:
        found.append(paths.id)
        paths.status.touch()

    monkeypatch.setattr(intents, "launch", begin)
    return found


def specs_of(count: int = 1) -> list[RunSpec]:
    return [
        RunSpec(
            id=new_run_id("scripted", f"m{at}"),
            profile="scripted",
            model=f"m{at}",
            task="noop",
            dataset="",
            config={},
        )
        for at in range(count)
    ]


class Killed(BaseException):
    """Stands for a SIGKILL at this moment."""


def test_the_same_request_starts_one_run(served: Served, launched: list[str]) -> None:
    first, second = (served.client.post("/fine-tune/start", json=START) for _ in range(2))
    assert first.status_code == second.status_code == 202
    assert (first.json()["started"], second.json()["started"]) == (True, False)
    assert first.json()["runs"] == second.json()["runs"] == launched
    other = served.client.post("/fine-tune/start", json={**START, "preset": "full", "set": ["epochs=3"]})
    assert other.status_code == 409 and "something else" in other.json()["error"]["what"]


def test_requests_at_the_same_moment_start_one_run(tmp_path: object, served: Served, launched: list[str]) -> None:
    answers: list[list[str]] = []
    asking = [
        threading.Thread(
            target=lambda: answers.append(served.client.post("/fine-tune/start", json=START).json()["runs"])
        )
        for _ in range(5)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(launched) == 1 and answers == [launched] * 5


@pytest.mark.parametrize("moment", ["before the record", "before a run", "between run and worker", "before the end"])
def test_a_crash_neither_loses_a_run_nor_starts_two(
    tmp_path: object, served: Served, launched: list[str], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Killed at each place in turn; the same request, sent again, has the same runs, each started once."""
    workspace, specs = served.workspace, specs_of(2)

    def killed(*_: object, **__: object) -> None:
        raise Killed

    if moment == "before the record":
        monkeypatch.setattr(intents, "write_json", killed)
    elif moment == "before a run":
        monkeypatch.setattr(intents, "create_run", killed)
    elif moment == "between run and worker":
        monkeypatch.setattr(intents, "launch", killed)
    else:
        writes = iter([intents.write_json, killed])
        monkeypatch.setattr(intents, "write_json", lambda *given: next(writes)(*given))
    with pytest.raises(Killed):
        start_once(workspace, "one", {"a": 1}, lambda: specs)
    monkeypatch.undo()
    monkeypatch.setattr(intents, "launch", lambda paths: (launched.append(paths.id), paths.status.touch()))
    again: Sequence[RunSpec] = specs if moment == "before the record" else ()
    runs, _ = start_once(workspace, "one", {"a": 1}, lambda: again)
    assert runs == [spec.id for spec in specs] == sorted(launched)
    assert {paths.id for paths in list_runs(workspace)} == {*runs}


def test_a_request_that_is_done_stays_done_when_its_run_is_gone(served: Served, launched: list[str]) -> None:
    runs, _ = start_once(served.workspace, "one", {}, specs_of)
    remove_run(RunPaths(served.workspace.runs / runs[0]))
    assert start_once(served.workspace, "one", {}, specs_of) == (runs, False)
    assert not list_runs(served.workspace)
    with pytest.raises(ConflictError):
        start_once(served.workspace, "one", {"other": 1}, specs_of)


def test_old_requests_are_forgotten(tmp_path: object, served: Served, launched: list[str]) -> None:
    start_once(served.workspace, "one", {}, specs_of)
    assert prune(served.workspace) == 0
    assert prune(served.workspace, now=2**33) == 1
    assert start_once(served.workspace, "one", {}, specs_of)[1]


def test_what_cannot_start_leaves_no_record(served: Served, launched: list[str]) -> None:
    def fails() -> list[RunSpec]:
        raise InputError("no data")

    with pytest.raises(InputError):
        start_once(served.workspace, "one", {}, fails)
    assert start_once(served.workspace, "one", {}, specs_of)[1]


def test_progress_shows_what_is_not_over(served: Served) -> None:
    run = served.make_run()
    (one,) = served.client.get("/fine-tune/progress").json()["runs"]
    assert (one["id"], one["state"]) == (run.id, "queued")
    assert served.client.get("/fine-tune/progress", params={"run": run.id}).json()["runs"][0]["id"] == run.id
    assert served.client.get("/fine-tune/progress", params={"run": run.id[:-4] + "0000"}).status_code == 404


def test_models_shows_profiles_with_their_newest_runs(served: Served) -> None:
    run = served.make_run()
    found = {one["profile"]: one for one in served.client.get("/fine-tune/models").json()["profiles"]}
    assert {"utility", "scripted"} <= set(found)
    good = next(one for one in found["scripted"]["models"] if one["model"] == "good")
    assert good["newest_run"]["id"] == run.id


@pytest.mark.slow
def test_a_training_goes_from_request_to_prediction(served: Served) -> None:
    (run,) = served.client.post("/fine-tune/start", json=START).json()["runs"]
    handle = RunHandle(RunPaths(served.workspace.runs / run))
    assert handle.wait(60).state == "done"
    (seen,) = served.client.get("/fine-tune/progress", params={"run": run}).json()["runs"]
    assert (seen["state"], seen["score"], seen["targets"][0]["reached"]) == ("done", 0.9, True)
    samples = [{"text": "abc"}, {"text": "abcd"}]
    for named in ({"run": run}, {"profile": "scripted", "model": "good"}, {"version": "scripted/good@1"}):
        answer = served.client.post("/fine-tune/evaluate", json={**named, "samples": samples})
        assert answer.status_code == 200, answer.text
        assert {one["label"] for one in answer.json()["predictions"]} == {"odd", "even"}
    for samples in ([{"image": "/etc/passwd"}], [{"a": "x", "b": "y"}], [{"text": "x", "more": 1}], []):
        refused = served.client.post("/fine-tune/evaluate", json={"run": run, "samples": samples})
        assert refused.status_code == 422, refused.text
