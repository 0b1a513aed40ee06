"""Where a detector's weights come from: told by content, never fetched, never run."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import BaseModelError, InputError
from engine.files import read_json, write_json
from engine.model_directory import read_card
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.library import DetectionModel
from engine.tasks.object_detection.model import Card, Detector, build, read_detector, save

LABELS = ["crossarm", "pole"]


class Harmful:
    def __reduce__(self) -> Any:
        return os.mkdir, ("harm",)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """As the library writes it, under a name that makes the library think of a download."""
    path = tmp_path / "yolov5n.pt"
    torch.save({"model": DetectionModel("yolov8n.yaml", nc=80, verbose=False).half(), "ema": None}, path)
    return path


def test_an_architecture_starts_from_random_weights_that_the_seed_decides() -> None:
    one, same, other = (build(Config(base="scratch:yolov8n", seed=seed), LABELS, "cpu") for seed in (1, 1, 2))
    weights = [next(detector.model.parameters()) for detector in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_a_checkpoint_gives_its_weights_and_the_head_gets_our_classes(checkpoint: Path) -> None:
    source = torch.load(checkpoint, weights_only=False)["model"].float()
    detector = build(Config(base=str(checkpoint)), LABELS, "cpu")
    assert torch.equal(next(detector.model.parameters()), next(source.parameters()))
    assert detector.model.model[-1].nc == 2  # type: ignore[index,union-attr]


def test_a_checkpoint_under_any_name_is_read_by_what_it_holds(checkpoint: Path) -> None:
    renamed = checkpoint.rename(checkpoint.with_name("weights of may"))
    assert build(Config(base=str(renamed)), LABELS, "cpu").labels == LABELS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["yolov8n", pytest.param("yolo11n", marks=pytest.mark.slow)])
def test_a_head_as_wide_as_that_of_pretrained_weights_is_saved_and_loaded(name: str, tmp_path: Path) -> None:
    torch.save({"model": DetectionModel(f"{name}.yaml", nc=80, verbose=False)}, tmp_path / "coco.pt")
    detector = build(Config(base=str(tmp_path / "coco.pt")), ["insulator"], "cpu")
    card = Card("object-detection", "b", ["insulator"], 64, 0.7, 300, {}, {}, [], "d", {}, False)
    save(detector, card, ([], []), tmp_path / "model")
    loaded = read_detector(tmp_path / "model", card, "cpu").model.state_dict()
    assert all(torch.equal(weight, loaded[key]) for key, weight in detector.model.state_dict().items())


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.pt"
    torch.save({"model": Harmful()}, path)
    with pytest.raises(BaseModelError, match="not a checkpoint"):
        build(Config(base=str(path)), LABELS, "cpu")
    path.write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(BaseModelError):
        build(Config(base=str(path)), LABELS, "cpu")
    assert not (tmp_path / "harm").exists()


def test_an_architecture_that_would_run_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    harm = {"activation": "__import__('os').mkdir('harm') or nn.SiLU()"}
    model = DetectionModel("yolov8n.yaml", nc=2, verbose=False)
    card = Card("object-detection", "b", LABELS, 64, 0.7, 300, {}, {}, [], "d", {}, False)
    save(Detector(model, LABELS), card, ([], []), tmp_path / "model")
    described = read_json(tmp_path / "model" / "architecture.json")
    assert read_detector(tmp_path / "model", card, "cpu").labels == LABELS
    write_json(tmp_path / "model" / "architecture.json", described | harm)
    with pytest.raises(InputError, match="activation must be a layer"):
        read_detector(tmp_path / "model", card, "cpu")
    model.yaml = model.yaml | harm
    torch.save({"model": model}, tmp_path / "best.pt")
    with pytest.raises(BaseModelError, match="activation must be a layer"):
        build(Config(base=str(tmp_path / "best.pt")), LABELS, "cpu")
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("base", ["yolov8m.pt", "yolov8n", "scratch:yolov99", "scratch:../secret"])
def test_what_is_not_here_is_not_fetched(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BaseModelError):
        build(Config(base=base), LABELS, "cpu")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04"])
def test_a_damaged_checkpoint_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "best.pt"
    path.write_bytes(content)
    with pytest.raises(BaseModelError, match=r"best\.pt"):
        build(Config(base=str(path)), LABELS, "cpu")


def test_frozen_layers_are_not_trained() -> None:
    model = build(Config(frozen_layers=10), LABELS, "cpu").model
    trained = {int(name.split(".")[1]) for name, weight in model.named_parameters() if weight.requires_grad}
    assert min(trained) >= 10


def test_a_directory_that_is_no_model_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a model of object-detection"):
        read_card(tmp_path, TASK.name, Card)


@pytest.mark.slow
def test_the_library_leaves_nothing_in_the_temporary_directory(tmp_path: Path) -> None:
    code = "import engine.tasks.object_detection.library"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"TMPDIR": str(tmp_path)})
    assert not list(tmp_path.iterdir())


def test_the_library_leaves_the_functions_of_others_alone() -> None:
    from PIL import Image

    assert Image.open.__module__ == "PIL.Image"
    assert torch.save.__module__ == "torch.serialization"
