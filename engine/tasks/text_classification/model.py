"""The model directory, in SetFit's format: written whole or not at all, loadable alone, and by SetFitModel.

    model.safetensors, tokenizer, modules.json …   the encoder, as sentence-transformers writes it
    heads.safetensors                              our head and the prototypes: what finetop reads
    config_setfit.json, model_head.pkl             what SetFitModel.from_pretrained reads
    finetop.json, expected.json                    what the model is, and what it must predict

`model_head.pkl` is written for SetFit and never read here: a pickle is code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.errors import InputError, NonFiniteError
from engine.files import write_json
from engine.model_directory import new_model, read_card, settings_of
from engine.tasks.contract import Row
from engine.tasks.text_classification import TASK
from engine.tasks.text_classification.calibration import Calibration
from engine.tasks.text_classification.config import Config
from engine.tasks.text_classification.head import Head, Matrix
from engine.text_encoder import Encoder, load_encoder

HEADS = "heads.safetensors"
OWN = "head"
SETFIT_CONFIG, SETFIT_HEAD = "config_setfit.json", "model_head.pkl"


@dataclass(frozen=True)
class Card:
    """What `finetop.json` says."""

    task: str
    base: str
    labels: list[str]
    """In the order of the head."""
    max_length: int
    config: dict[str, Any]
    calibration: Calibration
    prototypes: dict[str, Calibration]
    """Heads on the untrained base, by kind."""
    targets: list[dict[str, Any]] = field(default_factory=list)
    dataset: str = ""
    validation: dict[str, float] = field(default_factory=dict)
    """Of the model that is handed over, on the rows that said when to stop."""
    kept_start: bool = False
    notes: list[str] = field(default_factory=list)
    """What a reader of the report must know of the training."""

    @property
    def settings(self) -> Config:
        """The config of the training. Raises InputError where this version does not know it."""
        return settings_of(self.config, Config)


def write_model(
    directory: Path,
    card: Card,
    encoder: Encoder,
    heads: Mapping[str, Head],
    samples: Sequence[Row],
    predictions: Sequence[Row],
) -> None:
    """Write the directory; `heads` are `head` and the prototypes. Raises NonFiniteError for a broken head."""
    for name, head in heads.items():
        if not (np.isfinite(head.weight).all() and np.isfinite(head.bias).all()):
            raise NonFiniteError(f"the {name} is not finite", fix="lower learning_rate")
    with new_model(directory, asdict(card), samples, predictions) as staging:
        encoder.save(staging)
        save_heads(heads, staging)
        write_for_setfit(staging, heads[OWN], card.labels)


def save_heads(heads: Mapping[str, Head], directory: Path) -> None:
    """Write heads as arrays."""
    arrays: dict[str, Matrix] = {}
    for name, head in heads.items():
        arrays |= {f"{name}.weight": np.ascontiguousarray(head.weight), f"{name}.bias": head.bias}
    save_file(arrays, directory / HEADS)


def read_model_card(directory: Path) -> Card:
    """Raises InputError when this is no model of text classification."""
    return read_card(directory, TASK.name, Card)


def read_head(directory: Path, name: str, card: Card) -> Head:
    """The head of that name. Raises InputError where it is not there, or does not fit the labels."""
    try:
        arrays = load_file(directory / HEADS)
        head = Head(arrays[f"{name}.weight"].astype(np.float64), arrays[f"{name}.bias"].astype(np.float64))
    except (OSError, KeyError, SafetensorError) as problem:
        raise InputError(
            f"the head {name!r} cannot be read ({problem})", where=str(directory), fix="train it anew"
        ) from None
    if head.weight.ndim != 2 or not len(head.weight) == len(head.bias) == len(card.labels):
        raise InputError(
            f"the head {name!r} does not fit {len(card.labels)} labels", where=str(directory), fix="train it anew"
        )
    return head


def saved_encoder(directory: Path, card: Card) -> Encoder:
    """The encoder as it was trained."""
    return load_encoder(str(directory), max_length=card.max_length)


def untrained_encoder(config: Config) -> Encoder:
    """The encoder that a training with this config starts from. Raises BaseModelError."""
    return load_encoder(config.base, max_length=config.max_length)


def write_for_setfit(directory: Path, head: Head, labels: Sequence[str]) -> None:
    """Write a head as SetFitModel reads it: a pickle of scikit-learn, which finetop never reads."""
    import joblib
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression()
    weight, bias = head.weight, head.bias
    if len(labels) == 2:  # scikit-learn keeps one row there
        weight, bias = weight[1:] - weight[:1], bias[1:] - bias[:1]
    model.classes_, model.coef_, model.intercept_ = np.array(labels), weight, bias
    model.n_features_in_, model.n_iter_ = weight.shape[1], np.array([0])
    joblib.dump(model, directory / SETFIT_HEAD)
    write_json(directory / SETFIT_CONFIG, {"normalize_embeddings": False, "labels": list(labels)})
