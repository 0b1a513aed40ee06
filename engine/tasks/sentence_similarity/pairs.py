"""The supervised phase: scored pairs, as the loop wants them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.tasks.contract import Row
from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.encoder import Encoder, Tick
from engine.tasks.sentence_similarity.losses import LOSSES
from engine.tasks.sentence_similarity.metrics import Values, pair_metrics
from engine.training.buckets import length_buckets, longest_batch


class Pairs:
    """Scored pairs with every different text tokenised once."""

    def __init__(self, encoder: Encoder, rows: Sequence[Row]) -> None:
        texts = list(dict.fromkeys(text for row in rows for text in (row["a"], row["b"])))
        place = {text: at for at, text in enumerate(texts)}
        self.ids = encoder.tokenize(texts)
        self.a: NDArray[np.int64] = np.array([place[row["a"]] for row in rows], dtype=np.int64)
        self.b: NDArray[np.int64] = np.array([place[row["b"]] for row in rows], dtype=np.int64)
        self.scores: Values = np.array([row.get("score", 0.0) for row in rows], dtype=np.float64)
        longest = max((len(row) for row in self.ids), default=0)
        self.at_limit = sum(len(row) == encoder.max_length for row in self.ids) if longest else 0

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def lengths(self) -> list[int]:
        """Tokens of the longer text of each pair."""
        return [max(len(self.ids[a]), len(self.ids[b])) for a, b in zip(self.a, self.b, strict=True)]

    def similarity(self, encoder: Encoder, *, batch_size: int, tick: Tick | None = None) -> Values:
        """Cosine of each pair."""
        vectors = torch.nn.functional.normalize(
            encoder.embed_ids(self.ids, batch_size=batch_size, tick=tick), dim=1
        ).numpy()
        result: Values = (vectors[self.a] * vectors[self.b]).sum(1).astype(np.float64)
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
        """Correlation and error on validation."""
        return validate(self.encoder, self.validation, self.config, tick)


def validate(encoder: Encoder, pairs: Pairs, config: Config, tick: Tick | None = None) -> dict[str, float]:
    """Metrics of an encoder on pairs. Call it in inference mode."""
    similarity = pairs.similarity(encoder, batch_size=config.eval_batch_size, tick=tick)
    return pair_metrics(similarity, pairs.scores)
