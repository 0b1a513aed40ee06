"""A loaded model: pictures in; labels, confidences and neighbours out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
from engine.linear_head import Matrix, Vectors
from engine.retrieval.answers import Answers, answer, depth_for
from engine.retrieval.confidence import Confidence, Threshold
from engine.retrieval.neighbours import NONE, Neighbours, nearest
from engine.retrieval.references import References
from engine.retrieval.similarity import Similarity
from engine.retrieval.votes import UNKNOWN, Rule, shares_by_label
from engine.tasks.contract import Row
from engine.tasks.image_feature_extraction.embedder import Embedder
from engine.vision.loaded import Pictures

UNKNOWN_LABEL = "unknown"
SHOWN = 5
"""Neighbours that an answer names."""
Search = Callable[[Vectors, int], Neighbours]
"""The nearest references of embeddings (as the embedder gives them)."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Answers with their probability of being right, and which of them are given."""

    answers: Answers
    probabilities: Matrix
    accepted: np.ndarray
    """(queries,) True where the confidence reaches the threshold."""


@dataclass(eq=False)
class Retriever:
    """What answers (engine.tasks.contract.Predictor)."""

    embedder: Embedder
    similarity: Similarity
    references: References
    k: int
    rule: Rule
    confidence: Confidence
    threshold: Threshold | None
    map_at: int
    """How many references of a search mean average precision looks at."""
    bits: int = 8
    batch_size: int = 64
    search: Search | None = None
    """None: exact."""

    def predict(self, samples: Sequence[Row]) -> list[Row]:
        """`{"label", "known", "confidence", "calibrated", "scores", "neighbours"}` for each `{"image": path or data
        URL}`. `label` is what the neighbours say even where `known` is False: then the answer is `unknown`. Raises
        InputError for a picture that cannot be read."""
        for at, sample in enumerate(samples, 1):
            if not isinstance(sample.get("image"), str):
                raise InputError(f"sample {at} has no image", fix='give {"image": "path or data URL"}')
        judged = self.judge(self.embed([sample["image"] for sample in samples]))
        shares = shares_by_label(judged.answers.neighbours.first(self.k), self.references.numbers, self.rule)
        return [self._row(judged, at, shares[at]) for at in range(len(samples))]

    def embed(self, sources: Sequence[str], tick: Callable[[int], None] = lambda done: None) -> Vectors:
        """(pictures, dimensions), of length 1."""
        pictures = Pictures(sources, self.embedder.backbone, cache_mib=0, bits=self.bits)
        return self.embedder.embed(pictures, batch_size=self.batch_size, tick=tick)

    def judge(
        self, vectors: Vectors, *, query_groups: np.ndarray | None = None, reference_groups: np.ndarray | None = None
    ) -> Judged:
        """Answers to embeddings; with groups a query never meets its own, and the search is exact."""
        depth = depth_for(self.k)
        if self.search is not None and query_groups is None:
            found = self.search(vectors, depth)
        else:
            found = nearest(
                vectors,
                self.references.vectors,
                depth,
                similarity=self.similarity,
                query_groups=query_groups,
                reference_groups=reference_groups,
            )
        answers = answer(found, self.references.numbers, k=self.k, rule=self.rule)
        probabilities = self.confidence.probabilities(answers)
        least = self.threshold.value if self.threshold is not None else 0.0
        return Judged(answers, probabilities, (probabilities >= least) & (answers.votes.labels != UNKNOWN))

    def _row(self, judged: Judged, at: int, shares: dict[int, float]) -> Row:
        names, votes, neighbours = self.references.names, judged.answers.votes, judged.answers.neighbours
        number = int(votes.labels[at])
        return {
            "label": names[number] if number != UNKNOWN else UNKNOWN_LABEL,
            "known": bool(judged.accepted[at]),
            "confidence": round(float(judged.probabilities[at]), 6),
            "calibrated": not self.confidence.heuristic,
            "scores": {names[label]: round(share, 6) for label, share in list(shares.items())[:SHOWN]},
            "neighbours": [
                {
                    "image": self.references.images[place],
                    "label": self.references.labels[place],
                    "similarity": round(float(alike), 6),
                }
                for place, alike in zip(
                    neighbours.positions[at][:SHOWN].tolist(), neighbours.similarities[at][:SHOWN], strict=True
                )
                if place != NONE
            ],
        }
