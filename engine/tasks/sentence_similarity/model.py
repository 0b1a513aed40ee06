"""The model directory: written whole or not at all, loadable alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.model_directory import new_model, read_card
from engine.tasks.contract import Row
from engine.tasks.sentence_similarity import TASK
from engine.tasks.sentence_similarity.config import Config
from engine.text_encoder import Encoder, load_encoder


def write_model(directory: Path, encoder: Encoder, facts: Mapping[str, Any], samples: Sequence[Row]) -> None:
    """Write weights, tokenizer, `finetop.json`, and `expected.json`: samples with what they give here."""
    from engine.tasks.sentence_similarity.predict import SimilarityPredictor

    plain = [{"a": row["a"], "b": row["b"]} for row in samples]
    predictions = SimilarityPredictor(encoder).predict(plain)
    card = {**facts, "max_length": encoder.max_length, "normalize": encoder.normalize}
    with new_model(directory, card, plain, predictions) as staging:
        encoder.save(staging)


def saved_encoder(directory: Path) -> Encoder:
    """The encoder of a model directory, as it was trained."""
    card = read_card(directory, TASK.name, dict)
    return load_encoder(str(directory), normalize=card["normalize"], max_length=card["max_length"])


def untrained_encoder(config: Config) -> Encoder:
    """The encoder that a training with this config starts from."""
    return load_encoder(config.base, pooling=config.pooling, normalize=config.normalize, max_length=config.max_length)
