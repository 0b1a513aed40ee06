"""A tagger for other programs: ONNX, and the layout of transformers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.onnx_network import Standing, write_onnx
from engine.registry.card import Usage
from engine.registry.export.agreement import Answer
from engine.tasks.contract import Row
from engine.tasks.token_classification.examples import Examples, reading_of
from engine.tasks.token_classification.inference import TOKENS_PER_EXAMPLE, log_probabilities, unit_offsets
from engine.tasks.token_classification.predict import TaggerPredictor, load
from engine.tasks.token_classification.tags import tag_names

TOLERANCES = {"probability": 1e-3}
INPUTS = ("input_ids", "attention_mask")
NOT_READ_BY_OTHERS = {"finetop.json", "expected.json"}


class Logits(nn.Module):
    """Token ids and attention mask, (texts, tokens) → scores of tags before softmax, (texts, tokens, tags)."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


class OnnxTagger(Standing):
    """An ONNX file in the place of the model."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Any:
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        return SimpleNamespace(logits=self.onnx.ask(input_ids=input_ids, attention_mask=mask)[0])


def export_onnx(model: Path, path: Path) -> None:
    """Write `input_ids`, `attention_mask` → `logits`. Raises InputError, WorkError."""
    tagger = load(model, "cpu").tagger
    ids = torch.full((2, 8), int(tagger.tokenizer.unk_token_id or 1), dtype=torch.long)
    axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS}
    example = dict(zip(INPUTS, (ids, torch.ones_like(ids)), strict=True))
    write_onnx(Logits(tagger.model), example, path, axes=axes, outputs=["logits"], least={"tokens": 2})


def onnx_predictor(model: Path, path: Path) -> TaggerPredictor:
    """The version with the ONNX file in the place of its network."""
    predictor = load(model, "cpu")
    predictor.tagger = replace(predictor.tagger, model=OnnxTagger(path), lean=None)
    return predictor


def answers(predictor: TaggerPredictor, samples: Sequence[Row]) -> list[Answer]:
    """Of each text the probabilities of its units' tags, and its entities."""
    card, tagger = predictor.card, predictor.tagger
    rows = [{"text": sample["text"], "entities": []} for sample in samples]
    examples = Examples.read(tagger, rows, unit=card.unit, stride=card.stride)
    with torch.inference_mode():
        table = log_probabilities(
            reading_of(tagger, predictor.device),
            examples.documents,
            examples.windows,
            classes=len(tag_names(tagger.labels)),
            tokens=int(card.config["eval_batch_size"]) * TOKENS_PER_EXAMPLE,
            tick=lambda done, total: None,
        )
    offsets = unit_offsets(examples.documents)
    made = []
    for at, told in enumerate(predictor.predict(samples)):
        shares = np.exp(table[offsets[at] : offsets[at + 1]])
        entities = tuple((one["start"], one["end"], one["label"]) for one in told["entities"])
        made.append(Answer({"probability": shares}, entities, _margin(shares)))
    return made


def huggingface(model: Path, directory: Path) -> Usage:
    """The model directory is transformers' own layout: everything but what finetop alone reads."""
    for file in sorted(model.iterdir()):
        if file.is_file() and file.name not in NOT_READ_BY_OTHERS:
            shutil.copyfile(file, directory / file.name)
    return Usage(
        "transformers",
        """\
```python
from transformers import pipeline

tagger = pipeline("token-classification", model=".", aggregation_strategy="first")
tagger("Maintain 18 feet from the pole.")
```

The scores of the tags are those of the version. What the pipeline makes of them may differ at the edges of entities:
finetop tags whole units (words without the punctuation around them), takes the best well-formed sequence of tags, and
reads long texts in overlapping windows.""",
    )


def onnx_usage(model: Path) -> Usage:
    """How the file is asked without finetop."""
    return Usage(
        "onnx",
        """\
```python
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

session = onnxruntime.InferenceSession("model.onnx")
made = Tokenizer.from_file("tokenizer.json").encode("Maintain 18 feet from the pole.")
fed = {"input_ids": np.array([made.ids]), "attention_mask": np.array([made.attention_mask])}
logits = session.run(["logits"], fed)[0]  # (texts, tokens, tags); names of tags: id2label in config.json
```""",
    )


def onnx_files(model: Path) -> list[Path]:
    """What else is needed to ask the file."""
    return [
        file for name in ("tokenizer.json", "tokenizer_config.json", "config.json") if (file := model / name).exists()
    ]


def _margin(shares: Any) -> float:
    if not len(shares):
        return float("inf")
    ordered = np.sort(shares, axis=1)
    return float((ordered[:, -1] - ordered[:, -2]).min())
