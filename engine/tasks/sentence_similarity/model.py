"""The model directory: written whole or not at all, loadable alone."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.files import aside, fsync_directory, read_json, write_json
from engine.tasks.contract import Row
from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.encoder import Encoder, load_encoder

FACTS_FILE = "finetop.json"
EXPECTED_FILE = "expected.json"


def write_model(directory: Path, encoder: Encoder, facts: Mapping[str, Any], samples: Sequence[Row]) -> None:
    """Write weights, tokenizer, `finetop.json`, and `expected.json`: samples with what they give here."""
    from engine.tasks.sentence_similarity.predict import SimilarityPredictor

    staging = aside(directory)
    staging.mkdir(parents=True)
    try:
        encoder.save(staging)
        write_json(staging / FACTS_FILE, {**facts, "max_length": encoder.max_length, "normalize": encoder.normalize})
        plain = [{"a": row["a"], "b": row["b"]} for row in samples]
        predictions = SimilarityPredictor(encoder).predict(plain)
        write_json(staging / EXPECTED_FILE, {"samples": plain, "predictions": predictions})
        if directory.exists():
            shutil.rmtree(directory)
        staging.rename(directory)
        fsync_directory(directory.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def read_facts(directory: Path) -> dict[str, Any]:
    """`finetop.json` of a model directory. Raises InputError when there is none."""
    path = directory / FACTS_FILE
    if not path.exists():
        raise InputError("not a model of finetop", where=str(directory), fix="name a run's model/ directory")
    facts: dict[str, Any] = read_json(path)
    return facts


def saved_encoder(directory: Path) -> Encoder:
    """The encoder of a model directory, as it was trained."""
    facts = read_facts(directory)
    return load_encoder(str(directory), normalize=facts["normalize"], max_length=facts["max_length"])


def untrained_encoder(config: Config) -> Encoder:
    """The encoder that a training with this config starts from."""
    return load_encoder(config.base, pooling=config.pooling, normalize=config.normalize, max_length=config.max_length)
