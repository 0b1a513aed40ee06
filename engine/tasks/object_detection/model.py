"""The detector: an Ultralytics network, where its weights come from, and its directory on disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
import torch
from torch import nn

from engine.base_models import SCRATCH
from engine.errors import BaseModelError, InputError
from engine.files import aside, fsync_directory, read_json, write_json
from engine.tasks.contract import Row
from engine.tasks.object_detection.architecture import problem_with
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.library import (
    DetectionModel,
    library_settings,
    parse_model,
    torch_safe_load,
    yaml_model_load,
)

CARD = "finetop.json"
EXPECTED = "expected.json"
ARCHITECTURE = "architecture.json"
WEIGHTS = "model.safetensors"
MOST_NUMBERS = 500_000_000
"""Of weights, and of values for a picture of 256 pixels; the library's largest detectors have 70 and 10 million."""


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
    """Write a model directory aside and rename it: complete or absent."""
    from safetensors.torch import save_file

    staging = aside(directory)
    staging.mkdir(parents=True)
    try:
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in detector.model.state_dict().items()}
        save_file(state, staging / WEIGHTS)
        write_json(staging / ARCHITECTURE, detector.model.yaml)
        write_json(staging / CARD, asdict(card))
        write_json(staging / EXPECTED, {"samples": expected[0], "predictions": expected[1]})
        if directory.exists():
            shutil.rmtree(directory)
        staging.rename(directory)
        fsync_directory(directory.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def read_card(directory: Path) -> Card:
    """`finetop.json` of a model directory. Raises InputError when it is not one of this task."""
    try:
        return Card(**read_json(directory / CARD))
    except (OSError, ValueError, TypeError, msgspec.DecodeError) as problem:
        raise InputError(
            "not the directory of a detector", where=str(directory), fix="name a run or a version of one"
        ) from problem


def read_detector(directory: Path, card: Card, device: str) -> Detector:
    """Load a model directory for prediction. Nothing in it is run: tensors and plain values alone."""
    try:
        model = _described_network(read_json(directory / ARCHITECTURE), card.labels)
        model.load_state_dict(_tensors(directory / WEIGHTS))
    except (OSError, ValueError, KeyError, RuntimeError) as problem:
        reason = str(problem).splitlines()[0]
        raise InputError(f"the model cannot be loaded ({reason})", where=str(directory)) from problem
    return Detector(_laid_out(model, device).eval(), list(card.labels))


def _described_network(architecture: Any, labels: Sequence[str]) -> Any:
    """A network as a file describes it. Raises ValueError for a description that could do more than describe, whose
    layers do not fit together, or that would take much more memory than any detector of the library.
    """
    problem = problem_with(architecture)
    if problem:
        raise ValueError(problem)
    try:
        weights, values = _size(architecture)
    except (RuntimeError, TypeError, ValueError, IndexError, KeyError, AttributeError, ZeroDivisionError) as failure:
        raise ValueError("the architecture's layers do not fit together") from failure
    if max(weights, values) > MOST_NUMBERS:
        raise ValueError(f"the architecture takes more than {MOST_NUMBERS:,} numbers")
    return _network(architecture, labels)


def _size(architecture: dict[str, Any]) -> tuple[int, int]:
    """Weights of a network, and values that its layers give for a picture of 256 pixels, without their memory."""
    with torch.device("meta"):
        layers, _ = parse_model(deepcopy(architecture) | {"channels": 3}, ch=3, verbose=False)
        values, given = 0, [torch.zeros(1, 3, 256, 256)]
        for layer in layers:
            sources = [layer.f] if isinstance(layer.f, int) else layer.f
            taken = [given[source if source < 0 else source + 1] for source in sources]
            given.append(layer(taken if len(taken) > 1 else taken[0]))
            values += given[-1].numel() if isinstance(given[-1], torch.Tensor) else 0
            if values > MOST_NUMBERS:
                break
    return sum(weight.numel() for weight in layers.parameters()), values


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
        detector = read_detector(path, read_card(path), "cpu")
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
    try:
        with tempfile.TemporaryDirectory() as directory:
            link = Path(directory, "weights.pt")
            link.symlink_to(path.resolve())
            checkpoint, _ = torch_safe_load(str(link), safe_only=True)
        model = checkpoint.get("ema") or checkpoint.get("model")
    except (OSError, TypeError, ValueError, AttributeError, RuntimeError, ModuleNotFoundError) as problem:
        raise BaseModelError(
            "not a checkpoint of an Ultralytics detector", where=str(path), fix="name another .pt file"
        ) from problem
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
