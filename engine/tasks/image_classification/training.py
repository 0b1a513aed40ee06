"""What the loop trains: a head, and the last layers of a backbone, that name who is on a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.evaluation.labels import scores
from engine.tasks.contract import Row
from engine.tasks.image_classification.config import Config
from engine.tasks.image_classification.inputs import ENTERED, IMAGES, TrainingInputs, WatchedInputs
from engine.tasks.image_classification.network import Recogniser
from engine.training.buckets import shuffled_batches
from engine.training.trainable import Batch
from engine.training.watch import Tick

Numbers = NDArray[np.int64]
SAMPLES = 3
"""Validation pictures shown with their label at each evaluation."""


class RecognitionTraining:
    """What the loop needs (engine.training.trainable.Trainable). Where no watched picture is of a known label nothing
    is measured, and the last weights stay."""

    def __init__(
        self,
        network: Recogniser,
        config: Config,
        labels: Sequence[str],
        train: TrainingInputs,
        classes: Numbers,
        watched: WatchedInputs,
        watched_rows: Sequence[Row],
    ) -> None:
        """`classes` has the number of the label of each training picture; `watched_rows` are the rows of the watched
        pictures, all of known labels, whose images are paths."""
        self.network, self.config, self.labels = network, config, labels
        self.model: nn.Module = network
        self.train, self.watched, self.watched_rows = train, watched, watched_rows
        self.classes = torch.from_numpy(classes)
        self.label_weights = torch.from_numpy(label_weights(classes, labels, config.class_weights))
        numbers = {label: number for number, label in enumerate(labels)}
        self._truth = np.array([numbers[row["label"]] for row in watched_rows], dtype=np.int64)

    def batches(self, epoch: int) -> list[list[int]]:
        made = shuffled_batches([1] * len(self.classes), self.config.batch_size, seed=self.config.seed, epoch=epoch)
        if len(made) > 1 and len(made[-1]) == 1:
            alone = made.pop()
            made[-1] += alone  # batch-norm would take the statistics of one picture
        return made

    def longest_batch(self) -> list[int]:
        """Pictures are of one size."""
        return list(range(min(len(self.classes), self.config.batch_size)))

    def collate(self, indices: Sequence[int], epoch: int) -> Batch:
        classes = self.classes[list(indices)]
        return {**self.train.of(indices, epoch), "classes": classes, "weights": self.label_weights[classes]}

    def weight(self, batch: Batch) -> float:
        return float(batch["weights"].sum())

    def loss_sum(self, batch: Batch) -> Tensor:
        losses = nn.functional.cross_entropy(
            self.network(self._entered(batch)).float(),
            batch["classes"],
            label_smoothing=self.config.label_smoothing,
            reduction="none",
        )
        return (losses * batch["weights"]).sum()

    def evaluate(self, tick: Tick) -> dict[str, float]:
        if not len(self.watched_rows):
            return {}
        made = []
        for part in self.watched.parts():
            made.append(self.network(self.watched.of(part)).float().cpu())
            tick(part.stop, len(self.watched))
        logits = torch.cat(made)
        shares, predicted = logits.softmax(1), logits.argmax(1)
        for row, number, share in zip(self.watched_rows[:SAMPLES], predicted.tolist(), shares, strict=False):
            answer = {"label": self.labels[number], "confidence": round(float(share[number]), 4)}
            tick.sample({"image": row["image"], "label": row["label"]}, answer)
        truth = torch.from_numpy(self._truth)
        values = scores(self._truth, predicted.numpy(), len(self.labels))
        loss = float(nn.functional.cross_entropy(logits, truth))
        return {"accuracy": values.accuracy, "macro_f1": values.macro_f1, "loss": loss}

    def _entered(self, batch: Batch) -> Tensor:
        if ENTERED in batch:
            return batch[ENTERED]
        with torch.set_grad_enabled(self.network.split is None and torch.is_grad_enabled()):
            return self.network.enter(batch[IMAGES])


def label_weights(classes: Numbers, labels: Sequence[str], wanted: str | dict[str, float]) -> NDArray[np.float32]:
    """Weight of each label in the loss, 1 on average over the pictures: `balanced` is n / (labels · n of the label)
    (King & Zeng 2001), with the labels that have pictures."""
    weights = np.ones(len(labels), dtype=np.float32)
    if isinstance(wanted, dict):
        weights[:] = [wanted.get(label, 1.0) for label in labels]
    elif wanted == "balanced" and len(classes):
        counts = np.bincount(classes, minlength=len(labels))
        there = counts > 0
        weights[there] = len(classes) / (there.sum() * counts[there])
    return weights
