"""An encoder for other programs: ONNX, and the layout of sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.onnx_encoder import TOKENS, OnnxEncoder, files_of, write_encoder
from engine.registry.card import Usage
from engine.registry.export.agreement import Answer
from engine.tasks.contract import Row
from engine.tasks.sentence_similarity.model import saved_encoder
from engine.tasks.sentence_similarity.predict import SimilarityPredictor, load

TOLERANCES = {"embedding": 1e-3, "similarity": 1e-3}
onnx_files = files_of


def export_onnx(model: Path, path: Path) -> None:
    """Write `input_ids`, `attention_mask` → `sentence_embedding`. Raises InputError, WorkError."""
    write_encoder(saved_encoder(model), path, "sentence_embedding")


def onnx_predictor(model: Path, path: Path) -> SimilarityPredictor:
    """The version with the ONNX file in the place of its network."""
    encoder = load(model, "cpu").encoder
    width = int(encoder.transformer.config.hidden_size)
    return SimilarityPredictor(OnnxEncoder(encoder, path, width, lambda vectors: vectors))


def answers(predictor: SimilarityPredictor, samples: Sequence[Row]) -> list[Answer]:
    """Of each pair both embeddings and their cosine; there is nothing to decide."""
    first, second = (predictor.embed([sample[side] for sample in samples]) for side in ("a", "b"))
    told = predictor.predict(samples)
    return [
        Answer(
            {"embedding": np.stack([first[at], second[at]]), "similarity": np.array([row["similarity"]])},
            decision=None,
        )
        for at, row in enumerate(told)
    ]


def huggingface(model: Path, directory: Path) -> Usage:
    """The layout of sentence-transformers, written anew."""
    saved_encoder(model).save(directory)
    return Usage(
        "sentence-transformers",
        """\
```python
from sentence_transformers import SentenceTransformer

encoder = SentenceTransformer(".")
vectors = encoder.encode(["one text", "another"])
encoder.similarity(vectors[:1], vectors[1:])
```

The embeddings are those of the version.""",
    )


def onnx_usage(model: Path) -> Usage:
    """How the file is asked without finetop."""
    code = TOKENS.format(length=saved_encoder(model).max_length)
    return Usage(
        "onnx", f'```python\n{code}vectors = session.run(["sentence_embedding"], fed)[0]  # (texts, dimensions)\n```'
    )
