"""A classifier of texts for other programs: ONNX, and the layout of SetFit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.onnx_encoder import TOKENS, OnnxEncoder, files_of, write_encoder
from engine.registry.card import Usage
from engine.registry.export.agreement import Answer
from engine.tasks.contract import Row
from engine.tasks.text_classification.head import Head
from engine.tasks.text_classification.model import HEADS, OWN, read_model_card, save_heads, write_for_setfit
from engine.tasks.text_classification.predict import TextClassifier, load

TOLERANCES = {"probability": 1e-3}
SMALLEST = 1e-30
"""Of a probability, where its logarithm is taken."""
onnx_files = files_of


class Probabilities(nn.Module):
    """Vectors (texts, dimensions) → probabilities of labels, by the head at its temperature."""

    def __init__(self, head: Head, temperature: float) -> None:
        super().__init__()
        self.linear = nn.Linear(head.weight.shape[1], head.weight.shape[0])
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(head.weight / temperature))
            self.linear.bias.copy_(torch.from_numpy(head.bias / temperature))

    def forward(self, vectors: Tensor) -> Tensor:
        return self.linear(vectors).softmax(dim=1)


def export_onnx(model: Path, path: Path) -> None:
    """Write `input_ids`, `attention_mask` → `probabilities`. Raises InputError, WorkError."""
    classifier = load(model, "cpu")
    top = Probabilities(classifier.head, classifier.calibration.temperature)
    write_encoder(classifier.encoder, path, "probabilities", top)


def onnx_predictor(model: Path, path: Path) -> TextClassifier:
    """The version with the ONNX file in the place of encoder, head and temperature: the logarithms of probabilities
    are scores at temperature 1. What isotonic regression makes of a confidence is not in the file."""
    classifier = load(model, "cpu")
    count = len(classifier.labels)
    encoder = OnnxEncoder(classifier.encoder, path, count, lambda made: made.clamp(min=SMALLEST).log())
    calibration = replace(classifier.calibration, temperature=1.0)
    return TextClassifier(encoder, Head(np.eye(count), np.zeros(count)), calibration, classifier.card)


def answers(predictor: TextClassifier, samples: Sequence[Row]) -> list[Answer]:
    """Of each text the shares of labels, and the label."""
    judged = predictor.classify([sample["text"] for sample in samples])
    ordered = np.sort(judged.shares, axis=1)
    margins = ordered[:, -1] - ordered[:, -2] if ordered.shape[1] > 1 else np.full(len(ordered), np.inf)
    return [
        Answer({"probability": judged.shares[at]}, int(number), float(margins[at]))
        for at, number in enumerate(judged.numbers)
    ]


def huggingface(model: Path, directory: Path) -> Usage:
    """The layout of SetFit, written anew. SetFit reads its head from a pickle and takes a random one where that is
    missing, so it is written; beside it the same numbers as arrays."""
    classifier = load(model, "cpu")
    classifier.encoder.save(directory)
    save_heads({OWN: classifier.head}, directory)
    write_for_setfit(directory, classifier.head, classifier.labels)
    temperature = classifier.calibration.temperature
    return Usage(
        "setfit",
        f"""\
```python
from setfit import SetFitModel

SetFitModel.from_pretrained(".").predict(["a text"])
```

`model_head.pkl` is a pickle, which SetFit runs as code when it loads it: it was written by the export and by nobody
else, but a copy from elsewhere need not be. `{HEADS}` holds the same head as arrays, for those who load no pickles:

```python
import numpy as np
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer

head = load_file("{HEADS}")
logits = SentenceTransformer(".").encode(["a text"]) @ head["{OWN}.weight"].T + head["{OWN}.bias"]
shares = np.exp(logits / {temperature!r})
shares /= shares.sum(axis=1, keepdims=True)  # of the labels in config_setfit.json
```

The labels are those of the version; SetFit's probabilities are before calibration.""",
    )


def onnx_usage(model: Path) -> Usage:
    """How the file is asked without finetop."""
    card = read_model_card(model)
    code = TOKENS.format(length=card.max_length)
    more = ""
    if card.calibration.kind == "isotonic":
        more = "\n\nConfidences of the version are corrected by isotonic regression, which is not in the file."
    labels = ", ".join(f"`{label}`" for label in card.labels)
    return Usage(
        "onnx",
        f'```python\n{code}shares = session.run(["probabilities"], fed)[0]  # (texts, labels)\n```\n\n'
        f"The labels, in order: {labels}.{more}",
    )
