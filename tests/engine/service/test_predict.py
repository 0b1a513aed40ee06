"""Predictions of production over HTTP: one version for a key, written down, judged, and swapped while it goes on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.registry import promotion
from engine.registry.store import register
from engine.serving.loading import load_checked
from engine.serving.warm import WarmModels
from engine.tasks.contract import Predictor, Row
from engine.trained import Trained
from engine.triggers.recent import read_recent, recent_folder
from tests.engine.registry.made import ended_run

from .conftest import Served, a_service, serving, until

ROWS = [{"text": "abc"}, {"text": "abcd"}]


@pytest.fixture
def produced(served: Served) -> Served:
    """Three versions that tell themselves apart, the first in production."""
    for value in (10, 20, 30):
        register(served.workspace, ended_run(served.workspace, profile="scripted", model="good", value=value))
    promotion.promote(served.workspace, "scripted/good@1", why="first", force=True)
    return served


def predict(served: Served, key: str | None = None, rows: Sequence[Row] = ROWS) -> Any:
    answer = served.client.post("/predict/scripted/good", json={"rows": rows, **({"key": key} if key else {})})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_production_answers_each_row_under_an_id(produced: Served) -> None:
    told = predict(produced, "me")
    assert (told["model"], told["arm"], told["key"]) == ("scripted/good@1", "production", "me")
    assert {one["prediction"]["label"] for one in told["predictions"]} == {"odd", "even"}
    assert {one["decision"] for one in told["predictions"]} == {"human"}, "nothing says how sure it is"
    ids = [one["id"] for one in told["predictions"]]
    outcomes = [{"request": ids[0], "correct": True}, {"request": ids[1], "label": "odd"}]
    answer = produced.client.post("/predict/scripted/good/outcomes", json={"outcomes": outcomes})
    assert answer.json() == {"taken": ["added", "added"]}
    answer = produced.client.post("/predict/scripted/good/outcomes", json={"outcomes": outcomes[:1]})
    assert answer.json() == {"taken": ["repeated"]}


def test_a_candidate_answers_its_share_and_the_same_keys(produced: Served) -> None:
    client = produced.client
    deployed = client.post("/models/scripted/good/deploy", json={"version": "2", "share": 50})
    assert deployed.status_code == 200, deployed.text
    assert client.post("/models/scripted/good/deploy", json={"version": "3"}).status_code == 409
    arms = {f"k{number}": predict(produced, f"k{number}")["arm"] for number in range(40)}
    assert 8 <= Counter(arms.values())["candidate"] <= 32
    assert all(predict(produced, key)["arm"] == arm for key, arm in list(arms.items())[:8])
    status = client.get("/models/scripted/good/deployment").json()
    assert status["candidate_requests"] + status["production_requests"] == 96
    assert client.post("/models/scripted/good/ramp", json={"share": 100}).json()["share"] == 100
    assert predict(produced, "k1")["model"] == "scripted/good@2"
    assert client.post("/models/scripted/good/withdraw").json()["move"]["action"] == "withdraw"
    assert predict(produced, "k1")["model"] == "scripted/good@1"
    assert client.get("/models/scripted/good/deployment").status_code == 404


@pytest.fixture
def second_is_broken(produced: Served) -> Served:
    """Its second version loads and cannot predict."""

    class Broken:
        def predict(self, samples: Sequence[Row]) -> list[Row]:
            raise RuntimeError("out of order")

    def load(trained: Trained, device: str) -> Predictor:
        return Broken() if trained.name == "scripted/good@2" else load_checked(trained, device)

    produced.service.traffic._models = WarmModels(load=load)
    return produced


def test_where_the_candidate_fails_production_answers(second_is_broken: Served) -> None:
    client = second_is_broken.client
    client.post("/models/scripted/good/deploy", json={"version": "2", "share": 100})
    told = predict(second_is_broken)
    assert (told["model"], told["arm"], told["predictions"][0]["id"]) == ("scripted/good@1", "production", None)
    assert client.get("/models/scripted/good/deployment").json()["candidate_requests"] == 2
    client.post("/models/scripted/good/withdraw")
    client.post("/models/scripted/good/deploy", json={"version": "2", "shadow": True})
    assert predict(second_is_broken)["predictions"][0]["id"] is not None, "a shadow that fails is nobody's loss"


def test_a_production_that_fails_is_a_sentence_without_a_trace(second_is_broken: Served) -> None:
    promotion.promote(second_is_broken.workspace, "scripted/good@2", why="x", force=True)
    answer = second_is_broken.client.post("/predict/scripted/good", json={"rows": ROWS})
    assert answer.status_code == 500 and "out of order" not in answer.text


def test_no_request_fails_while_production_changes(produced: Served) -> None:
    done = threading.Event()
    models: Counter[str] = Counter()

    def ask() -> None:
        while not done.is_set():
            models[predict(produced)["model"]] += 1

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    for number in (1, 2, 3):
        if number > 1:
            promotion.promote(produced.workspace, f"scripted/good@{number}", why="next", force=True)
        until(lambda number=number: models[f"scripted/good@{number}"] >= 5, f"version {number} to answer")
    done.set()
    for thread in asking:
        thread.join()
    assert set(models) == {f"scripted/good@{number}" for number in (1, 2, 3)}


def test_what_cannot_be_predicted_is_refused(produced: Served) -> None:
    def status(path: str, **body: Any) -> int:
        return produced.client.post(path, json=body).status_code

    assert status("/predict/scripted/bad", rows=ROWS) == 404
    assert status("/predict/scripted/good", rows=[]) == 422
    assert status("/predict/scripted/good", rows=[{"text": "x"}] * 257) == 422
    assert status("/predict/scripted/good", rows=[{"image": "/etc/passwd"}]) == 422
    assert status("/predict/scripted/good", rows=[{"text": "x" * 100_001}]) == 422
    assert status("/predict/scripted/good", rows=ROWS, key="") == 422
    gone = [{"request": "1-0.1-0-00000000000000aa", "correct": True}]
    assert status("/predict/scripted/good/outcomes", outcomes=gone) == 404
    assert status("/predict/scripted/good/outcomes", outcomes=[{"request": "x"}]) == 422


def test_figures_tell_what_was_predicted(produced: Served) -> None:
    predict(produced)
    text = produced.client.get("/metrics").text
    assert 'finetop_predictions_total{model="good",profile="scripted",version="1"} 2.0' in text
    assert 'finetop_decisions_total{decision="human",model="good",profile="scripted"} 2.0' in text
    assert 'finetop_requests_total{method="POST",route="/predict/{profile}/{model}",status="200"} 1.0' in text
    assert 'finetop_runs{state="' in text and 'finetop_requests_in_work{lane="read"} 1.0' in text


def test_inputs_are_remembered_as_numbers_where_a_trigger_asks_for_them(tmp_path: Path) -> None:
    profile = tmp_path / "watched.yaml"
    profile.write_text(
        "finetop: 1\nname: watched\nmodels:\n  m:\n    task: noop\n    triggers:\n"
        "      - {name: places, train: full, environment: {test: null, new_locations: {column: location}}}\n"
    )
    with serving(a_service(tmp_path / "workspace", profile, known=False)) as served:
        version = register(served.workspace, ended_run(served.workspace, profile="watched", model="m"))
        promotion.promote(served.workspace, version.name, why="first")
        rows = [{"text": "a secret", "metadata": {"location": "dock"}}]
        assert served.client.post("/predict/watched/m", json={"rows": rows}).status_code == 200
        (listed,) = served.client.get("/triggers").json()["triggers"]
        assert (listed["trigger"], listed["kind"]) == ("places", "environment")
    folder = recent_folder(version.home.root, version.number)
    assert read_recent(folder).places == {"location": {"dock": 1}}
    assert not any(b"a secret" in file.read_bytes() for file in folder.iterdir())
