"""A model for hundreds of thousands of texts: embeddings stay on disk, and most are computed in the quickest
arithmetic that the device has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.embedding_cache import EmbeddingCache, cached_embeddings, open_caches
from engine.tasks.text_classification.arithmetics import Stage, stages
from engine.tasks.text_classification.certainty import distances
from engine.tasks.text_classification.head import Matrix, Vectors
from engine.tasks.text_classification.predict import TextClassifier, load, load_baseline
from engine.workspace import Workspace


class ClassifierAtScale:
    """`shares` for any number of texts. A text is embedded once, by whichever call or process comes first; once more
    where it lies so near a boundary between labels that the quick arithmetic may have put it on the wrong side."""

    def __init__(self, classifier: TextClassifier, parts: Sequence[Stage], workspace: Workspace | None) -> None:
        self.labels: tuple[str, ...] = tuple(classifier.labels)
        self.embedded = 0
        """Texts that were not found in the cache."""
        self.embedded_again = 0
        """Embeddings beside these, in a more exact arithmetic."""
        self._classifier, self._stages = classifier, parts
        self._caches: Sequence[EmbeddingCache | None] = [None] * len(parts)
        if workspace is not None:
            self._caches = open_caches(workspace, classifier.encoder, [stage.variant for stage in parts])

    def shares(self, texts: Sequence[str]) -> Matrix:
        """(texts, labels): calibrated probabilities."""
        return self._classifier.judge(self._vectors(texts, 0)).shares

    def _vectors(self, texts: Sequence[str], number: int) -> Vectors:
        stage = self._stages[number]

        def embed(missing: Sequence[str]) -> Vectors:
            if number:
                self.embedded_again += len(missing)
            else:
                self.embedded += len(missing)
            return stage.embed(missing)

        vectors = cached_embeddings(self._caches[number], texts, embed)
        if number + 1 == len(self._stages) or not len(vectors):
            return vectors
        near = np.flatnonzero(distances(self._classifier.head, vectors) < stage.reach)
        if len(near):
            vectors[near] = self._vectors([texts[at] for at in near.tolist()], number + 1)
        return vectors


def load_at_scale(
    model: Path,
    device: str,
    workspace: Workspace | None,
    *,
    baseline: bool = False,
    precision: str = "auto",
    texts: int | None = None,
) -> ClassifierAtScale:
    """Load a model directory, or the prototypes on its untrained base (`baseline`); without a workspace nothing is
    kept.

    `precision`: auto, fp32, bf16 or int8. A vector of length 1 moves by some 0.01 in bf16 and 0.05 in int8; `auto`
    computes anew what that could give another label. `texts` says how many are to come, where that is known.
    Raises InputError, BaseModelError.
    """
    classifier = load_baseline(model, device) if baseline else load(model, device)
    return ClassifierAtScale(classifier, stages(classifier, device, precision, texts), workspace)
