"""An embedder of pictures for other programs: ONNX, and its encoder in the layout of transformers. References and
confidences stay with finetop."""

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
from engine.tasks.image_feature_extraction.embedder import PROJECTION, Embedder, saved_embedder
from engine.tasks.image_feature_extraction.predict import load
from engine.tasks.image_feature_extraction.retriever import Retriever
from engine.vision.layout import pixels_told, write_arrays, write_encoder

TOLERANCES = {"embedding": 1e-3, "confidence": 5e-3}
"""A confidence is a steep function of similarities: it moves further than they do."""


class OnnxEmbedder(Embedder):
    """An embedder whose vectors an ONNX file gives."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        super().__init__(embedder.backbone, None)
        self.onnx, self.dimensions = OnnxNetwork(path), embedder.dimensions

    def forward(self, images: Tensor) -> Tensor:
        return self.onnx.ask(images=images)[0]


def export_onnx(model: Path, path: Path) -> None:
    """Write `images` → `image_embedding`, of length 1. Raises InputError, WorkError."""
    embedder = saved_embedder(model)
    backbone = embedder.backbone
    images = torch.rand((2, backbone.channels, *backbone.size), generator=torch.Generator().manual_seed(0))
    write_onnx(embedder, {"images": images}, path, axes={"images": {0: "pictures"}}, outputs=["image_embedding"])


def onnx_predictor(model: Path, path: Path) -> Retriever:
    """The version with the ONNX file in the place of its embedder."""
    retriever = load(model, "cpu", indexed=False)
    retriever.embedder = OnnxEmbedder(retriever.embedder, path)
    return retriever


def answers(predictor: Retriever, samples: Sequence[Row]) -> list[Answer]:
    """Of each picture its embedding and its confidence; what it shows, and whether that is given as an answer."""
    vectors = predictor.embed([sample["image"] for sample in samples])
    judged = predictor.judge(vectors)
    least = predictor.threshold.value if predictor.threshold is not None else -np.inf
    made = []
    for at, vector in enumerate(vectors):
        confidence = float(judged.probabilities[at])
        similarities = judged.answers.neighbours.similarities[at]
        beside = similarities[predictor.k] if len(similarities) > predictor.k else -np.inf
        # Another neighbour among those that vote can turn the vote; another confidence, whether it is given.
        margin = min(float(similarities[predictor.k - 1] - beside), abs(confidence - least))
        decision = (int(judged.answers.votes.labels[at]), bool(judged.accepted[at]))
        made.append(Answer({"embedding": vector, "confidence": np.array([confidence])}, decision, margin))
    return made


def huggingface(model: Path, directory: Path) -> Usage:
    """The encoder as transformers loads it, and the projection. Raises InputError for a net of finetop's own."""
    embedder = saved_embedder(model)
    embedding = write_encoder(embedder.backbone, directory)
    lines = [f"embedding = {embedding}"]
    if isinstance(embedder.projection, nn.Linear):
        write_arrays(embedder.projection, directory / PROJECTION)
        lines += [
            f'projection = load_file("{PROJECTION}")',
            'embedding = embedding @ projection["weight"].T + projection["bias"]',
        ]
    code = "\n".join(lines)
    return Usage(
        "transformers",
        f"""\
```python
import torch
from safetensors.torch import load_file
from transformers import AutoModel

encoder = AutoModel.from_pretrained(".").eval()
made = encoder(pixels)  # {pixels_told(embedder.backbone)}
{code}
embedding = torch.nn.functional.normalize(embedding, dim=1)
```

References, votes and confidences are not part of this layout.""",
    )


def onnx_usage(model: Path) -> Usage:
    """How the file is asked without finetop."""
    backbone = saved_embedder(model).backbone
    height, width = backbone.size
    return Usage(
        "onnx",
        f"""\
```python
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
# images: float32, (pictures, {backbone.channels}, {height}, {width}), from 0 to 1
embedding = session.run(["image_embedding"], {{"images": images}})[0]  # of length 1: a product is a cosine
```

Pictures are brought to the size with smoothing ({backbone.description.fit}). References, votes and confidences are
not in the file.""",
    )


def onnx_files(model: Path) -> list[Path]:
    """Nothing else is needed to ask the file."""
    return []
