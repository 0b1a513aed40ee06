"""The detector: an Ultralytics network, where its weights come from, and its directory on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.base_models import SCRATCH
from engine.errors import BaseModelError, InputError
from engine.files import read_json, write_json
from engine.model_directory import CARD, new_model, read_card
from engine.registry.safety import archive_problem
from engine.tasks.contract import Row
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.architecture import problem_with
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.library import (
    DetectionModel,
    library_settings,
    torch_safe_load,
    yaml_model_load,
)
from engine.tasks.object_detection.tiles import Tiling

ARCHITECTURE = "architecture.json"
WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class Card:
    """`finetop.json`: what a model directory says of itself."""

    task: str
    base: str
    labels: list[str]
    image_size: int
    nms_iou: float
    max_detections: int
    thresholds: dict[str, float]
    """Class → confidence from which an object counts, chosen on validation."""
    config: dict[str, Any]
    targets: list[dict[str, Any]]
    dataset: str
    baseline: dict[str, dict[str, float]]
    """Split → metrics of the untrained model."""
    kept_start: bool
    finetop: int = 1
    tiling: Tiling | None = None
    """Tiles by which it reads large images beside the whole; None where it takes the whole alone."""


@dataclass
class Detector:
    """A network in memory with the classes it tells apart."""

    model: nn.Module
    labels: list[str]


def build(config: Config, labels: Sequence[str], device: str) -> Detector:
    """The untrained detector: the base's weights where they fit, a new head where the classes differ; the same
    for the same seed. Raises BaseModelError."""
    torch.manual_seed(config.seed)
    if config.base.startswith(SCRATCH):
        model = _network(_architecture_named(config.base), labels)
    else:
        source, architecture = _trained(config.base)
        try:
            model = _described_network(architecture, labels)
        except ValueError as problem:
            raise BaseModelError(f"the base model cannot be used: {problem}", where=config.base) from problem
        model.load(source, verbose=False)
    _freeze(model, config.frozen_layers)
    return Detector(_laid_out(model, device), list(labels))


def save(detector: Detector, card: Card, expected: tuple[list[Row], list[Row]], directory: Path) -> None:
    """Write a model directory, complete or absent."""
    from safetensors.torch import save_file

    state = {name: tensor.detach().cpu().contiguous() for name, tensor in detector.model.state_dict().items()}
    with new_model(directory, asdict(card), *expected) as staging:
        save_file(state, staging / WEIGHTS)
        write_json(staging / ARCHITECTURE, detector.model.yaml)


def read_detector(directory: Path, card: Card, device: str) -> Detector:
    """Load a model directory for prediction. Nothing in it is run: tensors and plain values alone."""
    try:
        model = _described_network(read_json(directory / ARCHITECTURE), card.labels)
        weights = _tensors(directory / WEIGHTS)
        _widen_head(model, weights)
        model.load_state_dict(weights)
    except (OSError, ValueError, KeyError, RuntimeError) as problem:
        reason = str(problem).splitlines()[0]
        raise InputError(f"the model cannot be loaded ({reason})", where=str(directory)) from problem
    return Detector(_laid_out(model, device).eval(), list(card.labels))


def _described_network(architecture: Any, labels: Sequence[str]) -> Any:
    """A network as a file describes it. Raises ValueError for a description that must not be built."""
    problem = problem_with(architecture)
    if problem:
        raise ValueError(problem)
    return _network(architecture, labels)


def _widen_head(model: Any, weights: dict[str, torch.Tensor]) -> None:
    """Give the class branch the width that it has in `weights`.

    The library derives it from the number of classes, but keeps that of pretrained weights (COCO's 80 classes) when
    it loads them.
    """
    branch = model.model[-1].cv3[0]
    width = weights[f"model.{len(model.model) - 1}.cv3.0.{len(branch) - 1}.weight"].shape[1]
    if width != branch[-1].in_channels:
        model.load(_network(dict(model.yaml), [str(number) for number in range(width)]), verbose=False)


def _network(architecture: dict[str, Any], labels: Sequence[str]) -> Any:
    model = DetectionModel(architecture, ch=3, nc=len(labels), verbose=False)
    model.names = dict(enumerate(labels))
    model.args = library_settings()
    return model


def _laid_out(model: Any, device: str) -> Any:
    """On the device, channels last: convolutions are faster so, on GPUs and on CPUs."""
    return model.to(device).to(memory_format=torch.channels_last)


def _architecture_named(base: str) -> dict[str, Any]:
    """Layers of `scratch:yolov8n`, as the library's own file describes them; the letter is the scale."""
    name = base.removeprefix(SCRATCH)
    try:
        # A bare name is looked up among the library's files alone.
        if "/" in name or not name.isascii():
            raise FileNotFoundError(name)
        return dict(yaml_model_load(f"{name}.yaml"))
    except (OSError, KeyError, ValueError) as problem:
        raise BaseModelError(
            f"there is no architecture {name!r}",
            fix="write one of Ultralytics, such as scratch:yolov8n or scratch:yolov8m-p2",
        ) from problem


def _trained(base: str) -> tuple[Any, dict[str, Any]]:
    """A network with trained weights and its architecture, told by what the path holds and not by its name."""
    path = Path(base).expanduser()
    if (path / CARD).is_file():
        detector = read_detector(path, read_card(path, TASK.name, Card), "cpu")
        return detector.model, dict(detector.model.yaml)  # type: ignore[arg-type]
    if path.is_file():
        model = _unpickled(path)
        return model, dict(model.yaml)
    raise BaseModelError(
        f"the base model {base!r} is not on this machine, and nothing is fetched unasked",
        fix="name a .pt file or a model directory, or start from random weights with scratch:yolov8n",
    )


def _unpickled(path: Path) -> Any:
    """The network in an Ultralytics checkpoint. A pickle can run code: only their own classes are let in.

    The library guesses from names and may fetch what a name reminds it of, so it gets a name of ours.
    """
    problem = archive_problem(path)
    if problem is not None:
        raise BaseModelError(f"the base model is not loaded: {problem}", where=str(path), fix="name another .pt file")
    try:
        with tempfile.TemporaryDirectory() as directory:
            link = Path(directory, "weights.pt")
            link.symlink_to(path.resolve())
            checkpoint, _ = torch_safe_load(str(link), safe_only=True)
        model = checkpoint.get("ema") or checkpoint.get("model")
    except (OSError, TypeError, ValueError, AttributeError, RuntimeError, ModuleNotFoundError) as damage:
        raise BaseModelError(
            "not a checkpoint of an Ultralytics detector", where=str(path), fix="name another .pt file"
        ) from damage
    if not isinstance(model, DetectionModel) or type(model) is not DetectionModel:
        raise BaseModelError("the checkpoint holds no detector", where=str(path), fix="name one trained to detect")
    return model.float()


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except SafetensorError as problem:
        raise ValueError(str(problem)) from problem


def _freeze(model: Any, layers: int) -> None:
    """The first layers are not trained, nor the fixed sums by which box sides are read off."""
    frozen = tuple(f"model.{number}." for number in range(layers))
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not name.startswith(frozen) and ".dfl" not in name)
