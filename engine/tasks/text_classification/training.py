"""What the loop trains: an encoder that moves the texts of a class together and those of others apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from engine.contrastive.batches import NONE, batches_of_classes
from engine.contrastive.losses import anchors
from engine.evaluation.labels import scores
from engine.tasks.text_classification.config import Config
from engine.tasks.text_classification.examples import Examples
from engine.tasks.text_classification.head import Head, fit_head, negative_log_likelihood, softmax
from engine.tasks.text_classification.losses import loss_of
from engine.tasks.text_classification.mining import hard_negatives
from engine.text_encoder import Encoder
from engine.training.buckets import longest_batch
from engine.training.trainable import Batch
from engine.training.watch import Tick

SAMPLES = 3
"""Validation texts shown with their label at each evaluation."""
EXCERPT = 2000
"""Characters of a long text that people are shown: an event must fit into a line."""


ALIKE = 16
"""Texts that a CPU encodes at once in training: of 48 questions of 6 to 30 tokens half of the padded batch was
padding, and a step took 0.58 s at once, 0.47 s in sixteens."""


class MinedEncoder(nn.Module):
    """The encoder with the hard negatives that it was last asked for.

    They are a buffer, because they belong to the encoder as it stood when the epoch began: a checkpoint in its
    middle must bring back both.
    """

    hard_negatives: Tensor

    def __init__(self, encoder: Encoder, texts: int, k: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("hard_negatives", torch.full((texts, k), NONE, dtype=torch.long))


class ClassTraining:
    """What the loop needs (engine.training.trainable.Trainable). Batches are classes × texts. Without watched texts
    nothing is measured, and the last weights stay."""

    def __init__(
        self,
        encoder: Encoder,
        config: Config,
        train: Examples,
        watched: Examples,
        labels: Sequence[str],
        eval_batch_size: int,
    ) -> None:
        self.encoder, self.config, self.train, self.watched = encoder, config, train, watched
        self.labels, self.eval_batch_size = labels, eval_batch_size
        self.mined = MinedEncoder(encoder, len(train), config.train.hard_negatives.k)
        self.model: nn.Module = self.mined
        if config.train.method in ("triplet", "supcon"):
            prepare(encoder, config)
        wanted = config.train.hard_negatives.labels or list(labels)
        self._mined_for = torch.tensor([labels[number] in wanted for number in train.classes])

    def batches(self, epoch: int) -> list[list[int]]:
        return batches_of_classes(
            self.train.classes,
            self.mined.hard_negatives.cpu().numpy(),
            batch_size=self.config.batch_size,
            samples_per_label=self.config.train.samples_per_label,
            oversampling=self.config.train.hard_negatives.oversampling,
            seed=self.config.seed,
            epoch=epoch,
        )

    def longest_batch(self) -> list[int]:
        return longest_batch(self.train.lengths, self.config.batch_size)

    def collate(self, indices: Sequence[int], epoch: int) -> Batch:
        ids = [self.train.ids[text] for text in self.train.text_of[list(indices)].tolist()]
        return {**self.encoder.pad(ids), "classes": torch.from_numpy(self.train.classes[list(indices)])}

    def weight(self, batch: Batch) -> float:
        """Anchors: texts with another of their class beside them."""
        return float(anchors(batch["classes"]))

    def loss_sum(self, batch: Batch) -> Tensor:
        vectors = encode_by_length(self.encoder, batch["input_ids"], batch["attention_mask"])
        return loss_of(self.config.train, vectors, batch["classes"]) * anchors(batch["classes"])

    def evaluate(self, tick: Tick) -> dict[str, float]:
        """Fit the head on the training texts as they are embedded now, and measure it on validation. Mines the hard
        negatives of the next epoch on the way."""
        if not len(self.watched):
            self._mine(tick)
            return {}
        head = self.fit_head(tick)
        logits = head.logits(self.watched.vectors(batch_size=self.eval_batch_size, tick=tick))
        predicted = logits.argmax(axis=1)
        for row, number, shares in zip(self.watched.rows[:SAMPLES], predicted, softmax(logits), strict=False):
            answer = {"label": self.labels[number], "confidence": round(float(shares[number]), 4)}
            tick.sample({"text": row["text"][:EXCERPT], "label": row["label"]}, answer)
        self._mine()
        truth = self.watched.classes
        values = scores(truth, predicted, max(len(self.labels), int(truth.max()) + 1))
        known = truth < len(self.labels)
        metrics = {"macro_f1": values.macro_f1, "accuracy": values.accuracy}
        if known.any():
            metrics["loss"] = negative_log_likelihood(softmax(logits)[known], truth[known])
        return metrics

    def fit_head(self, tick: Tick | None = None) -> Head:
        """The head for the encoder as it stands. Call it in inference mode."""
        return fit_head(
            self.train.vectors(batch_size=self.eval_batch_size, tick=tick),
            self.train.classes,
            len(self.labels),
            regularization=self.config.head_regularization,
            balanced=self.config.class_weights == "balanced",
        )

    def _mine(self, tick: Tick | None = None) -> None:
        settings = self.config.train.hard_negatives
        if not settings.k:
            return
        found = hard_negatives(
            torch.from_numpy(np.asarray(self.train.vectors(batch_size=self.eval_batch_size, tick=tick))),
            torch.from_numpy(self.train.classes),
            k=settings.k,
            min_similarity=settings.min_similarity,
            mined_for=self._mined_for,
            seed=self.config.seed,
        )
        self.mined.hard_negatives.copy_(found)


def prepare(encoder: Encoder, config: Config) -> None:
    """Set what of the encoder is trained, and how."""
    for parameter in encoder.transformer.get_input_embeddings().parameters():
        parameter.requires_grad_(config.train_embeddings)
    if config.dropout is not None:
        for module in encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = config.dropout
    if next(encoder.parameters()).device.type == "cpu":
        # torch 2.x: its fused attention is slower than the plain one on short texts in bf16, backwards above all.
        encoder.transformer.set_attn_implementation("eager")


def encode_by_length(encoder: Encoder, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """The vectors of a padded batch, in its order: (texts, dimensions). On a CPU alike lengths go together, without
    the padding that the longest text of the whole batch would cost the others."""
    if input_ids.device.type != "cpu" or len(input_ids) <= ALIKE:
        return encoder(input_ids, attention_mask)
    lengths = attention_mask.sum(1)
    order = lengths.argsort(stable=True)
    vectors = []
    for part in order.split(ALIKE):
        width = int(lengths[part].max())
        vectors.append(encoder(input_ids[part, :width], attention_mask[part, :width]))
    return torch.cat(vectors)[order.argsort()]
