"""Versions over HTTP: through the gate into production, and back out."""

from __future__ import annotations

from typing import Any

from engine.registry.history import read_history
from engine.registry.store import home_of, register
from engine.runs.spec import Target
from tests.engine.registry.made import ended_run

from .conftest import Served


def three_versions(served: Served) -> None:
    """The third misses its target."""
    for score in (0.8, 0.9, 0.5):
        run = ended_run(
            served.workspace,
            profile="scripted",
            model="good",
            metrics={"score": score},
            targets=[Target("score", at_least=0.7)],
        )
        register(served.workspace, run)


def post(served: Served, verb: str, **body: Any) -> Any:
    return served.client.post(f"/models/scripted/good/{verb}", json=body)


def test_a_version_goes_into_production_and_back_out(served: Served) -> None:
    three_versions(served)
    first = post(served, "promote", version="1", why="it works")
    assert first.status_code == 200, first.text
    assert first.json()["production"] == 1 and all(check["passed"] for check in first.json()["gate"])
    assert post(served, "stage", version="latest").json()["staging"] == 3
    assert post(served, "promote", version="2", why="better", force=True).json()["previous"] == 1
    assert post(served, "rollback", why="worse").json()["production"] == 1
    answer = served.client.get("/models/scripted/good").json()
    assert [(one["number"], one["aliases"]) for one in answer["versions"]] == [
        (3, ["staging"]),
        (2, []),
        (1, ["production"]),
    ]
    moves = served.client.get("/models/scripted/good/history").json()["moves"]
    assert [one["action"] for one in moves] == ["rollback", "promote", "stage", "promote"]
    assert {one["who"] for one in moves} == {"service"}
    assert [one["model"] for one in served.client.get("/models").json()["models"]] == ["good"]


def test_a_refused_gate_is_answered_with_its_checks(served: Served) -> None:
    three_versions(served)
    answer = post(served, "promote", version="3")
    assert answer.status_code == 409
    failed = [check for check in answer.json()["error"]["gate"] if not check["passed"]]
    assert [check["name"] for check in failed] == ["target score"] and "0.5" in failed[0]["sentence"]
    assert post(served, "promote", version="3", force=True).status_code == 422, "an override needs a reason"
    assert post(served, "promote", version="3", force=True, why="demo").json()["move"]["forced"]


def test_whoever_comes_second_is_told(served: Served) -> None:
    three_versions(served)
    seq = served.client.get("/models/scripted/good").json()["seq"]
    header = served.token("admin", name="alice")
    first = served.client.post(
        "/models/scripted/good/promote", json={"version": "1", "expected_seq": seq}, headers=header
    )
    assert first.json()["move"]["who"] == "token alice"
    second = served.client.post(
        "/models/scripted/good/stage", json={"version": "2"}, headers=served.token("admin", name="bob")
    )
    assert second.status_code == 200, "staging rests on nothing that moved"
    late = served.client.post(
        "/models/scripted/good/promote",
        json={"version": "2", "expected_seq": seq, "force": True, "why": "mine"},
        headers=header,
    )
    assert late.status_code == 409 and "came first" in late.json()["error"]["what"]
    assert len(read_history(home_of(served.workspace, "scripted", "good"))) == 2


def test_what_is_not_there_is_not_found(served: Served) -> None:
    assert served.client.get("/models/scripted/good").status_code == 404
    three_versions(served)
    assert post(served, "promote", version="9").status_code == 404
    assert post(served, "rollback").status_code == 409, "nothing was in production before"
    assert served.client.post("/models/..%2f..%2fetc/x/promote", json={"version": "1"}).status_code in {404, 422}
