"""The supervised phase: scored pairs, as the loop wants them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.tasks.contract import Row
from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.losses import LOSSES
from engine.tasks.sentence_similarity.metrics import Values, pair_metrics
from engine.text_encoder import Encoder, Tick
from engine.training.buckets import length_buckets, longest_batch
from engine.training.watch import Tick as Watching

SAMPLES = 3
"""Validation pairs shown with their similarity at each evaluation."""
TOKENIZED_AT_ONCE = 2000


class Pairs:
    """Scored pairs with every different text tokenised once."""

    def __init__(self, encoder: Encoder, rows: Sequence[Row], tell: Tick = lambda done, total: None) -> None:
        self.rows = rows
        texts = list(dict.fromkeys(text for row in rows for text in (row["a"], row["b"])))
        place = {text: at for at, text in enumerate(texts)}
        self.ids: list[list[int]] = []
        for start in range(0, len(texts), TOKENIZED_AT_ONCE):
            self.ids += encoder.tokenize(texts[start : start + TOKENIZED_AT_ONCE])
            tell(len(self.ids), len(texts))
        self.a: NDArray[np.int64] = np.array([place[row["a"]] for row in rows], dtype=np.int64)
        self.b: NDArray[np.int64] = np.array([place[row["b"]] for row in rows], dtype=np.int64)
        self.scores: Values = np.array([row.get("score", 0.0) for row in rows], dtype=np.float64)
        self.at_limit = sum(len(row) == encoder.max_length for row in self.ids)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lengths(self) -> list[int]:
        """Tokens of the longer text of each pair."""
        return [max(len(self.ids[a]), len(self.ids[b])) for a, b in zip(self.a, self.b, strict=True)]

    def vectors(self, encoder: Encoder, *, batch_size: int, tick: Tick | None = None) -> tuple[Tensor, Tensor]:
        """Vectors of length 1 of both sides. Call it in inference mode."""
        unique = nn.functional.normalize(encoder.embed_ids(self.ids, batch_size=batch_size, tick=tick), dim=1)
        return unique[self.a], unique[self.b]

    def similarity(self, encoder: Encoder, *, batch_size: int) -> Values:
        """Cosine of each pair. Call it in inference mode."""
        return cosines(*self.vectors(encoder, batch_size=batch_size))


def cosines(a: Tensor, b: Tensor) -> Values:
    """Row by row, of vectors of length 1."""
    result: Values = (a * b).sum(1).double().numpy()
    return result


class PairTraining:
    """What the loop trains in the supervised phase."""

    def __init__(self, encoder: Encoder, config: Config, train: Pairs, validation: Pairs) -> None:
        self.model: nn.Module = encoder
        self.encoder = encoder
        self.config, self.train, self.validation = config, train, validation
        self._loss = LOSSES[config.loss]
        self._lengths = train.lengths

    def batches(self, epoch: int) -> list[list[int]]:
        return length_buckets(self._lengths, self.config.batch_size, seed=self.config.seed, epoch=epoch)

    def longest_batch(self) -> list[int]:
        return longest_batch(self._lengths, self.config.batch_size)

    def collate(self, indices: Sequence[int], epoch: int) -> dict[str, Tensor]:
        """Every different text of the batch once, and where each pair finds its two."""
        a, b = self.train.a[list(indices)], self.train.b[list(indices)]
        texts, place = np.unique(np.concatenate([a, b]), return_inverse=True)
        batch = self.encoder.pad([self.train.ids[text] for text in texts])
        batch["a"], batch["b"] = torch.from_numpy(place[: len(a)]), torch.from_numpy(place[len(a) :])
        batch["score"] = torch.from_numpy(self.train.scores[list(indices)]).float()
        return batch

    def weight(self, batch: dict[str, Tensor]) -> float:
        return float(len(batch["score"]))

    def loss_sum(self, batch: dict[str, Tensor]) -> Tensor:
        vectors = self.model(batch["input_ids"], batch["attention_mask"])
        return self._loss(vectors[batch["a"]], vectors[batch["b"]], batch["score"]) * len(batch["score"])

    def evaluate(self, tick: Tick) -> dict[str, float]:
        """Correlation, error and loss on validation."""
        return validate(self.encoder, self.validation, self.config, tick)


def validate(encoder: Encoder, pairs: Pairs, config: Config, tick: Tick | None = None) -> dict[str, float]:
    """Metrics of an encoder on pairs; shows a few through `tick`. Call it in inference mode."""
    a, b = pairs.vectors(encoder, batch_size=config.eval_batch_size, tick=tick)
    similarity = cosines(a, b)
    if isinstance(tick, Watching):
        for row, value in zip(pairs.rows[:SAMPLES], similarity, strict=False):
            tick.sample(row, {"similarity": round(float(value), 4)})
    score = torch.from_numpy(pairs.scores).float()
    total = 0.0
    for start in range(0, len(pairs), config.batch_size):
        part = slice(start, start + config.batch_size)
        total += float(LOSSES[config.loss](a[part], b[part], score[part])) * len(score[part])
    return {**pair_metrics(similarity, pairs.scores), "loss": total / len(pairs)}
