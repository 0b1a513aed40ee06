"""Corrections over HTTP: taken in once, each judged for itself, and never a path."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import api
from engine.feedback import finetune
from engine.feedback.store import read_feedback
from engine.files import write_json
from engine.runs.paths import RunPaths
from tests.engine.feedback.runs import ended_run
from tests.engine.feedback.sent import an_item, picture
from tests.engine.feedback.servers import Server

from .conftest import Served, a_service, serving

PROFILE = """\
finetop: 1
name: heat
models:
  faults:
    task: object-detection
    config: {base: "scratch:yolov8n", labels: [hot_spot, loose_joint, overload], epochs: 1, image_size: 64}
    data: {recipe: {scene: thermograms, images: 30, size: [96, 64], splits: [0.6, 0.2, 0.2]}}
    feedback: {replay_floor: 2, held_out: 0.1, validation: 0.1}
"""
LABELS = ["hot_spot", "loose_joint", "overload"]
SPOT = [{"label": "hot_spot", "box": [5, 5, 20, 20]}]


@pytest.fixture
def heat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A first training is done, and workers are not started."""
    profile = tmp_path / "heat.yaml"
    profile.write_text(PROFILE)
    service = a_service(tmp_path / "workspace", profile)
    service.fetching = replace(service.fetching, allow_private=True, connect_timeout_s=2, total_timeout_s=2)
    (dataset,) = api.generate(str(profile), workspace=service.workspace)
    config = api.resolve_models(str(profile))[0].config.model_dump(mode="json", by_alias=True)
    run = ended_run(service.workspace, 1, profile="heat", model="faults", dataset=dataset.id, config=config)
    write_json(run.model / "finetop.json", {"task": "object-detection", "labels": LABELS})
    monkeypatch.setattr(finetune, "launch", lambda paths: None)
    with serving(service) as found:
        yield found


@pytest.fixture
def pictures() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


def batch(*items: Any, **changes: Any) -> dict[str, Any]:
    return {"profile": "heat", "model": "faults", "items": list(items), **changes}


def inline(color: str) -> str:
    return "data:image/png;base64," + base64.b64encode(picture(color=color)).decode()


def test_good_items_train_and_bad_ones_are_named(heat: Served, pictures: Server, tmp_path: Path) -> None:
    pictures.answers["/a.png"] = picture(color="red")
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture())
    sent = batch(
        an_item(pictures.url("/a.png"), objects=SPOT),
        an_item(inline("blue"), objects=SPOT),
        an_item(str(secret), objects=SPOT),
        an_item(pictures.url("/gone.png"), objects=SPOT),
        an_item("http://169.254.169.254/latest/meta-data", objects=SPOT),
        an_item("file:///etc/passwd", objects=SPOT),
        {"image": inline("green")},
        *(an_item(inline(f"#0000{shade:02x}"), objects=SPOT) for shade in range(10, 18)),
    )
    answer = heat.client.post("/api/finetune", json=sent)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["added"], told["started"]) == (10, True)
    problems = {one["number"]: one["problem"] for one in told["failed"]}
    assert set(problems) == {3, 4, 5, 6, 7}
    assert "send a URL" in problems[3] and "metadata" in problems[5]
    assert RunPaths(heat.workspace.runs / told["run"]).spec.is_file()
    again = heat.client.post("/api/finetune", json=sent).json()
    assert (again["added"], again["repeated"], again["started"], again["run"]) == (0, 10, False, told["run"])
    assert len(read_feedback(heat.workspace, "heat", "faults").records) == 10


def test_a_batch_of_which_nothing_is_good_names_each_item(heat: Served) -> None:
    answer = heat.client.post("/api/finetune", json=batch(an_item("/etc/hostname"), an_item("a.png")))
    assert answer.status_code == 422
    assert [one["number"] for one in answer.json()["error"]["items"]] == [1, 2]


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"model": "other"}, 404, "no model"),
        ({"profile": "heat2"}, 404, "no profile"),
        ({"items": []}, 422, "at least 1"),
        ({"items": ["x"]}, 422, "dictionary"),
        ({"settings": {"epochs": 0}}, 422, "greater than or equal to 1"),
        ({"roots": ["/"]}, 422, "Extra inputs"),
    ],
)
def test_a_batch_that_cannot_be_used_is_refused_whole(
    heat: Served, changes: dict[str, Any], status: int, said: str
) -> None:
    answer = heat.client.post("/api/finetune", json=batch(an_item(), **changes))
    assert answer.status_code == status and said in answer.json()["error"]["what"], answer.text
    assert not (heat.workspace.root / "feedback").exists()
