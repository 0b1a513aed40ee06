"""A model for hundreds of thousands of texts: embeddings stay on disk, computed in bf16 where the device has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from engine.embedding_cache import EmbeddingCache, cached_embeddings, open_cache
from engine.tasks.text_classification.head import Matrix, Vectors
from engine.tasks.text_classification.predict import TextClassifier, load, load_baseline
from engine.training.precision import autocast_dtype
from engine.workspace import Workspace

BATCH_ON_CPU, BATCH_ON_GPU = 32, 512
"""A CPU's caches hold the activations of few texts (of 20 tokens, per core and second: 32 at once 247 texts, 128 at
once 162, 256 at once 91); a GPU wants many."""


class ClassifierAtScale:
    """`shares` for any number of texts. A text is embedded once, by whichever call or process comes first."""

    def __init__(self, classifier: TextClassifier, cache: EmbeddingCache | None, device: str, precision: str) -> None:
        self.labels: tuple[str, ...] = tuple(classifier.labels)
        self.embedded = 0
        """Texts that were not found in the cache."""
        self._classifier, self._cache, self._device = classifier, cache, torch.device(device)
        self._precision = autocast_dtype(precision, self._device)

    def shares(self, texts: Sequence[str]) -> Matrix:
        """(texts, labels): calibrated probabilities."""
        return self._classifier.judge(cached_embeddings(self._cache, texts, self._embed)).shares

    def _embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        batch_size = BATCH_ON_CPU if self._device.type == "cpu" else BATCH_ON_GPU
        with torch.autocast(self._device.type, self._precision, enabled=self._precision is not None):
            return self._classifier.embed(texts, batch_size=batch_size)


def load_at_scale(
    model: Path,
    device: str,
    workspace: Workspace | None,
    *,
    baseline: bool = False,
    precision: str = "auto",
) -> ClassifierAtScale:
    """Load a model directory, or the prototypes on its untrained base (`baseline`); without a workspace nothing is
    kept.

    `precision`: auto, fp32 or bf16. bf16 moves a cosine by some 10⁻⁴. Raises InputError, BaseModelError.
    """
    classifier = load_baseline(model, device) if baseline else load(model, device)
    computed_in = autocast_dtype(precision, torch.device(device))
    cache = None
    if workspace is not None:
        variant = "" if computed_in is None else f"-{str(computed_in).removeprefix('torch.')}"
        cache = open_cache(workspace, classifier.encoder, variant=variant)
    return ClassifierAtScale(classifier, cache, device, precision)
