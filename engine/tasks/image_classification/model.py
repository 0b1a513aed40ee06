"""The model directory: written whole or not at all, loadable alone.

backbone.json, backbone.safetensors or encoder/   the backbone (engine.vision.backbone)
head.safetensors                                  the head, and mean embeddings of the labels: of this model, and
                                                  of the one that training started from
finetop.json, expected.json                       what the model is, and what it must predict
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from engine.base_models import SCRATCH
from engine.errors import InputError
from engine.model_directory import CARD, new_model, read_card, settings_of
from engine.tasks.contract import Row
from engine.tasks.image_classification import TASK
from engine.tasks.image_classification.confidence import Confidence
from engine.tasks.image_classification.config import Config
from engine.tasks.image_classification.network import Head, Recogniser, grown_head, new_head
from engine.tasks.image_classification.people import Threshold, Vectors
from engine.training.state import require_finite
from engine.vision.backbone import Backbone, load_backbone, saved_backbone
from engine.vision.freezing import train_last

HEAD = "head.safetensors"
MEANS, START_MEANS = "means", "start_means"


@dataclass(frozen=True)
class Card:
    """What `finetop.json` says."""

    task: str
    base: str
    labels: list[str]
    """In the order of the head."""
    config: dict[str, Any]
    confidence: Confidence
    start_confidence: Confidence
    """Of the model that training started from, by the mean embeddings of the labels."""
    threshold: Threshold
    start_threshold: Threshold
    pair_threshold: float | None = None
    """Cosine from which two pictures count as of one person, at the config's false-accept rate on validation; None
    where there are too few pairs to tell."""
    targets: list[dict[str, Any]] = field(default_factory=list)
    dataset: str = ""
    validation: dict[str, float] = field(default_factory=dict)
    """Of the model that is handed over, on the rows that said when to stop."""
    kept_start: bool = False
    notes: list[str] = field(default_factory=list)
    """What a reader of the report must know of the training."""
    before: list[dict[str, Any]] = field(default_factory=list)
    """Tables of the embeddings before training."""
    new_labels: list[str] = field(default_factory=list)
    """Those that the base's head did not know; empty where the base had none."""

    @property
    def settings(self) -> Config:
        """The config of the training. Raises InputError where this version does not know it."""
        return settings_of(self.config, Config)


@dataclass(frozen=True)
class Means:
    """Mean embeddings of the labels, (labels, dimensions)."""

    own: Vectors
    start: Vectors


def write_model(
    directory: Path, card: Card, network: Recogniser, means: Means, samples: Sequence[Row], predictions: Sequence[Row]
) -> None:
    """Write the directory. Raises NonFiniteError for a broken network."""
    require_finite(network)
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in network.head.state_dict().items()}
    state |= {MEANS: torch.from_numpy(means.own), START_MEANS: torch.from_numpy(means.start)}
    with new_model(directory, asdict(card), samples, predictions) as staging:
        network.backbone.save(staging)
        save_file(state, staging / HEAD)


def read_model_card(directory: Path) -> Card:
    """Raises InputError when this is no model of image classification."""
    return read_card(directory, TASK.name, Card)


def read_network(directory: Path, card: Card) -> tuple[Recogniser, Means]:
    """The trained network in evaluation mode, on the CPU. Nothing in the directory is run. Raises InputError."""
    backbone = saved_backbone(directory)
    head, means = _read_head(directory, card, backbone.dimensions)
    for parameter in backbone.parameters():
        parameter.requires_grad_(False)
    return Recogniser(backbone, head).eval(), means


def starting_labels(config: Config, taught: Sequence[str]) -> tuple[list[str], list[str]]:
    """The labels of the head, and those of them that the base's head does not know (none where it has no head):
    `labels` of the config, else those that the base knows and after them those of the training rows, sorted."""
    path = Path(config.base).expanduser()
    known = read_model_card(path).labels if _has_head(path) else []
    labels = list(config.labels or [*known, *sorted({*taught} - {*known})])
    return labels, [label for label in labels if known and label not in known]


def starting_network(config: Config, labels: Sequence[str]) -> Recogniser:
    """The network that a training with this config starts from. Raises BaseModelError, InputError."""
    backbone = starting_backbone(config)
    path = Path(config.base).expanduser()
    if _has_head(path):
        card = read_model_card(path)
        known, _ = _read_head(path, card, backbone.dimensions)
        head = grown_head(known, card.labels, list(labels), config.head_dropout, config.seed)
    else:
        head = new_head(backbone.dimensions, config.hidden_size, len(labels), config.head_dropout, config.seed)
    train_last(backbone, None if config.trained_layers == "all" else config.trained_layers)
    return Recogniser(backbone, head)


def starting_backbone(config: Config) -> Backbone:
    """The backbone that a training with this config starts from. Raises BaseModelError, InputError."""
    channels = config.channels if config.base.startswith(SCRATCH) else None
    return load_backbone(config.base, channels=channels, size=config.image_size, fit=config.fit, seed=config.seed)


def _has_head(path: Path) -> bool:
    """Whether this is a directory of this task's model; one of retrieval has a card, too, but no head."""
    return (path / CARD).is_file() and (path / HEAD).is_file()


def _read_head(directory: Path, card: Card, dimensions: int) -> tuple[Head, Means]:
    try:
        state = load_file(directory / HEAD)
        means = Means(state.pop(MEANS).numpy(), state.pop(START_MEANS).numpy())
        hidden_size, wide = state["hidden.weight"].shape
        if wide != dimensions or state["output.weight"].shape != (len(card.labels), hidden_size):
            raise ValueError(f"it does not fit {len(card.labels)} labels on {dimensions} dimensions")
        head = new_head(dimensions, hidden_size, len(card.labels), 0.0, 0)
        head.load_state_dict(state)
        return head, means
    except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as problem:
        reason = str(problem).splitlines()[0][:200]
        raise InputError(
            f"the head cannot be read ({reason})", where=str(directory), fix="train the model anew"
        ) from None
