"""Training on feedback: bad requests start nothing; a real one learns, is measured, and is not done twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import engine
from engine.cli.main import main
from engine.datasets.store import list_datasets, open_dataset
from engine.errors import InputError
from engine.feedback.finetune import FinetuneRequest
from engine.feedback.payload import FeedbackRequest, TrainingSettings
from engine.runs.store import list_runs
from engine.workspace import Workspace

from .runs import ended_run
from .sent import a_request, an_item

PROFILE = """\
finetop: 1
name: heat
models:
  faults:
    task: object-detection
    config: {base: "scratch:yolov8n", labels: [hot_spot, loose_joint, overload], epochs: 1, batch_size: 8,
             image_size: 64, max_steps: 2, mosaic: 0.0, eval_batch_size: 32}
    data: {recipe: {scene: thermograms, images: 30, size: [96, 64], splits: [0.6, 0.2, 0.2]}}
    targets: {map50_95: 0.1}
    feedback: {epochs: 1, learning_rate: 1.0e-5, replay_floor: 2, held_out: 0.3, validation: 0.2, keep_runs: 1}
  others: {task: object-detection}
  names: {task: token-classification}
"""


@pytest.fixture
def profile(tmp_path: Path) -> str:
    path = tmp_path / "heat.yaml"
    path.write_text(PROFILE)
    return str(path)


def sent(*items: Any, **changes: Any) -> dict[str, Any]:
    return a_request(*items, **{"profile": "heat", "model": "faults", **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "no finished training that feedback could be added to"),
        ({"feedback": [sent(an_item(), model="fault")]}, "no model 'fault'; write faults"),
        ({"feedback": [sent(an_item(), profile="cold")]}, "is for the profile cold, not heat"),
        ({"overrides": ["feedback.epoch=3"]}, "no such setting: epoch; write epochs"),
        ({"overrides": ["feedback.held_out=2"]}, "held_out"),
        ({"launcher": "moon"}, "there is no launcher"),
        ({"start": "nothing"}, "no run 'nothing'"),
        ({"model": "names"}, "heat/names does token-classification, which takes no feedback"),
        ({"model": "others"}, "is for heat/faults, not heat/others"),
    ],
)
def test_a_request_that_cannot_be_used_takes_nothing_in(
    workspace: Workspace, profile: str, changes: dict[str, Any], said: str
) -> None:
    asked = {"model": "faults", "feedback": [sent(an_item())], **changes}
    if asked["model"] == "names":
        asked["feedback"] = []
    with pytest.raises(InputError, match=said):
        engine.finetune(FinetuneRequest(profile, **asked), workspace=workspace)
    assert not workspace.root.exists()


def test_without_its_original_data_nothing_is_started(workspace: Workspace, profile: str) -> None:
    ended_run(workspace, 1, profile="heat", model="faults", dataset="heat-faults-gone")
    with pytest.raises(InputError, match="no dataset 'heat-faults-gone'"):
        engine.finetune(FinetuneRequest(profile, "faults"), workspace=workspace)
    assert len(list_runs(workspace)) == 1


def test_a_setting_that_does_not_go_with_the_run_is_named(workspace: Workspace, profile: str) -> None:
    paths = ended_run(workspace, 1, profile="heat", model="faults", config={"of_another_version": 1})
    with pytest.raises(InputError, match="of_another_version: Extra inputs") as refusal:
        engine.finetune(FinetuneRequest(profile, "faults"), workspace=workspace)
    assert paths.id in str(refusal.value)


def test_a_payload_alone_trains_the_model_that_it_names(
    workspace: Workspace, profile: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "profiles").mkdir()
    Path(profile).rename(tmp_path / "profiles" / "heat.yaml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="heat/faults has no finished training"):
        engine.finetune(FeedbackRequest.model_validate(sent(an_item())), workspace=workspace)


@pytest.fixture
def heat(tmp_path: Path) -> Path:
    """A workspace in which the first training is done, beside its profile and pictures from the field."""
    (tmp_path / "heat.yaml").write_text(PROFILE)
    draws = np.random.default_rng(3)
    for number in range(16):
        pixels = draws.integers(0, 60, (64, 96, 3), dtype=np.uint8)
        pixels[20:40, 30:50] = 250
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    (handle,) = engine.train(str(tmp_path / "heat.yaml"), ["faults"], workspace=tmp_path / "workspace")
    assert handle.wait(timeout=120).state == "done", handle.paths.log.read_text()[-2000:]
    return tmp_path


def corrections(root: Path) -> Path:
    """A payload of 16 images, and of one that is not there."""
    names = [*(f"{number}.png" for number in range(16)), "gone.png"]
    objects = [{"label": "hot_spot", "box": [30, 20, 50, 40]}]
    path = root / "corrections.json"
    path.write_text(
        json.dumps(a_request(*(an_item(name, objects=objects) for name in names), profile="heat", model="faults"))
    )
    return path


@pytest.mark.slow
def test_a_training_on_feedback_from_the_request_to_the_retention(
    heat: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, profile = heat / "workspace", str(heat / "heat.yaml")
    (first,) = list_runs(Workspace(place))
    request = FinetuneRequest(profile, "faults", feedback=[corrections(heat)], settings=TrainingSettings(seed=5))
    summary = engine.finetune(request, workspace=place)

    # The summary says what was added, what failed and why, the dataset and the run.
    assert (summary.added, summary.start, summary.started) == (16, first.id, True)
    assert [str(failure).split(";")[0] for failure in summary.failed] == ["item 17 (gone.png): no such file"]
    assert sum(summary.dataset.feedback.values()) == 16 and summary.dataset.feedback["test"] > 0
    assert summary.settings["learning_rate"] == 1e-5 and summary.settings["seed"] == 5
    dataset = open_dataset(Workspace(place), summary.dataset.id)
    assert dataset.manifest.notes["replay"]["seed"] == 5

    # The same sent again changes nothing.
    repeated = engine.finetune(request, workspace=place)
    assert (repeated.run, repeated.started, repeated.added) == (summary.run, False, 0)
    assert repeated.intake[0].repeated == 16

    # It is measured before and after, on old images and new ones.
    handle = engine.run(summary.run, place)
    assert handle.wait(timeout=120).state == "done", handle.paths.log.read_text()[-2000:]
    found = json.loads(handle.paths.metrics.read_bytes())
    assert (found["started_from"], found["dataset"]) == (first.id, dataset.id)
    for part in ("original", "feedback"):
        assert {"map50_95", "hot_spot/recall"} <= found["evaluation"][part]["before"].keys()
        assert found["evaluation"][part]["before"].keys() == found["evaluation"][part]["after"].keys()
    assert found["promotable"] is True
    report = handle.report()
    assert report.tables[0].title == "Before and after"
    assert {"original", "feedback"} <= report.slices.keys()
    assert (handle.spec.config["max_steps"], handle.spec.config["labels"]) == (
        0,
        ["hot_spot", "loose_joint", "overload"],
    )

    # The next one starts from it, and takes its place on disk; the first training stays.
    arguments = ["feedback", "train", profile, "faults", "--again", "--no-replay", "--workspace", str(place)]
    with pytest.raises(SystemExit) as left:
        main(arguments)
    shown = capsys.readouterr()
    assert left.value.code == 0, shown.err
    assert f"starts from {summary.run}" in shown.err and " and 0 of before to train on" in shown.err
    assert "original, before" in shown.out
    last = engine.run("@latest", place)
    assert last.spec.continues is not None and last.spec.continues.run == summary.run
    assert [paths.id for paths in list_runs(Workspace(place))] == [last.id, first.id]
    assert len(list_datasets(Workspace(place))) == 3
