"""A classifier of pictures for other programs: ONNX, and its encoder in the layout of transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.onnx_network import OnnxNetwork, write_onnx
from engine.registry.card import Usage
from engine.registry.export.agreement import Answer
from engine.tasks.contract import Row
from engine.tasks.image_classification.model import HEAD, read_model_card
from engine.tasks.image_classification.network import Recogniser
from engine.tasks.image_classification.predict import Recognition, load
from engine.vision.layout import pixels_told, write_arrays, write_encoder

TOLERANCES = {"probability": 1e-3, "embedding": 1e-3}


class Judging(nn.Module):
    """Pictures (N, channels, height, width) from 0 to 1 → scores of labels, and embeddings of length 1."""

    def __init__(self, network: Recogniser, embedding: str) -> None:
        super().__init__()
        self.network, self.embedding = network, embedding

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return self.network.judge(self.network.enter(images), self.embedding)


class OnnxRecogniser(Recogniser):
    """A network whose scores and embeddings an ONNX file gives."""

    def __init__(self, network: Recogniser, path: Path) -> None:
        super().__init__(network.backbone, network.head)
        self.split, self.onnx = None, OnnxNetwork(path)

    def judge(self, entered: Tensor, embedding: str) -> tuple[Tensor, Tensor]:
        logits, vectors = self.onnx.ask(images=entered)
        return logits, vectors


def export_onnx(model: Path, path: Path) -> None:
    """Write `images` → `logits`, `image_embedding`. Raises InputError, WorkError."""
    recognition = load(model, "cpu")
    backbone = recognition.network.backbone
    images = torch.rand((2, backbone.channels, *backbone.size), generator=torch.Generator().manual_seed(0))
    network = Judging(recognition.network, recognition.card.settings.embedding)
    write_onnx(
        network, {"images": images}, path, axes={"images": {0: "pictures"}}, outputs=["logits", "image_embedding"]
    )


def onnx_predictor(model: Path, path: Path) -> Recognition:
    """The version with the ONNX file in the place of its network."""
    recognition = load(model, "cpu")
    recognition.network = OnnxRecogniser(recognition.network, path).eval()
    return recognition


def answers(predictor: Recognition, samples: Sequence[Row]) -> list[Answer]:
    """Of each picture the shares of labels and the embedding; who it is, and whether that is anybody known."""
    judged = predictor.judge([sample["image"] for sample in samples])
    ordered = np.sort(judged.shares, axis=1)
    first = ordered[:, -1] - ordered[:, -2] if ordered.shape[1] > 1 else np.full(len(ordered), np.inf)
    edge = np.abs(judged.likeness - predictor.threshold.cosine)
    return [
        Answer(
            {"probability": judged.shares[at], "embedding": judged.vectors[at]},
            (int(number), bool(judged.known[at])),
            float(min(first[at], edge[at])),
        )
        for at, number in enumerate(judged.numbers)
    ]


def huggingface(model: Path, directory: Path) -> Usage:
    """The encoder as transformers loads it, and the head as arrays. Raises InputError for a net of finetop's own."""
    recognition = load(model, "cpu")
    embedding = write_encoder(recognition.network.backbone, directory)
    write_arrays(recognition.network.head, directory / HEAD)
    temperature = recognition.confidence.temperature
    return Usage(
        "transformers",
        f"""\
```python
import torch
from safetensors.torch import load_file
from transformers import AutoModel

encoder, head = AutoModel.from_pretrained(".").eval(), load_file("{HEAD}")
made = encoder(pixels)  # {pixels_told(recognition.network.backbone)}
embedding = {embedding}
hidden = torch.relu(embedding @ head["hidden.weight"].T + head["hidden.bias"])
logits = hidden @ head["output.weight"].T + head["output.bias"]
shares = (logits / {temperature!r}).softmax(dim=1)
```

The labels, in order: {_labels(recognition.labels)}.""",
    )


def onnx_usage(model: Path) -> Usage:
    """How the file is asked without finetop."""
    card, backbone = read_model_card(model), load(model, "cpu").network.backbone
    height, width = backbone.size
    return Usage(
        "onnx",
        f"""\
```python
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
# images: float32, (pictures, {backbone.channels}, {height}, {width}), from 0 to 1
logits, embedding = session.run(["logits", "image_embedding"], {{"images": images}})
```

Probabilities are the softmax of logits / {card.confidence.temperature:.6g}; embeddings have length 1. The labels, in
order: {_labels(card.labels)}. Pictures are brought to the size with smoothing ({backbone.description.fit}).""",
    )


def onnx_files(model: Path) -> list[Path]:
    """Nothing else is needed to ask the file."""
    return []


def _labels(labels: Sequence[str]) -> str:
    return ", ".join(f"`{label}`" for label in labels)
