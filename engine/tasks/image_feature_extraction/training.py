"""What the loop trains: an embedder that moves the pictures of a class together and those of others apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.contrastive.arcface import ArcFace
from engine.contrastive.batches import batches_of_classes
from engine.contrastive.losses import anchors, batch_all_triplet, semi_hard_triplet, supcon
from engine.linear_head import Matrix, Numbers, Vectors
from engine.retrieval.neighbours import nearest
from engine.retrieval.votes import accuracy, average_precisions, relevant_references, vote
from engine.tasks.contract import Row
from engine.tasks.image_feature_extraction.config import Config
from engine.tasks.image_feature_extraction.embedder import Embedder, Told
from engine.training.trainable import Batch
from engine.training.watch import Tick
from engine.vision.augment import augmented
from engine.vision.loaded import Pictures

SAMPLES = 2
"""Validation pictures shown with their answer at each evaluation."""
USUAL_K = 5
"""Neighbours that vote before anything is chosen."""
MOST_REFERENCES = 20_000
"""Training pictures that an evaluation during training embeds, at most, spread over the split."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures with the numbers of their labels and groups."""

    pictures: Pictures
    rows: Sequence[Row]
    labels: Numbers
    groups: Numbers
    """-1 where a row belongs to none."""

    def __len__(self) -> int:
        return len(self.rows)


class Learner(nn.Module):
    """The embedder and what only the loss needs."""

    def __init__(self, embedder: Embedder, config: Config, classes: int) -> None:
        super().__init__()
        self.embedder = embedder
        self.directions: ArcFace | None = None
        if config.train.loss in ("softmax", "arcface"):
            self.directions = ArcFace(
                classes, embedder.dimensions, scale=config.train.scale, margin=config.train.margin_of_directions
            )


class ContrastiveTraining:
    """What the loop needs (engine.training.trainable.Trainable). Batches are classes × pictures, every class as often
    as the others. Without watched pictures nothing is measured, and the last weights stay."""

    def __init__(self, embedder: Embedder, config: Config, train: Labelled, watched: Labelled, names: Sequence[str]):
        self.embedder, self.config, self.train, self.watched, self.names = embedder, config, train, watched, names
        learner = Learner(embedder, config, len(names)).to(next(embedder.parameters()).device)
        self.model: nn.Module = learner
        self.directions = learner.directions
        step = max(1, -(-len(train) // MOST_REFERENCES))
        self._shown = np.arange(0, len(train), step)

    def batches(self, epoch: int) -> list[list[int]]:
        return batches_of_classes(
            self.train.labels,
            np.zeros((len(self.train), 0), dtype=np.int64),
            batch_size=self.config.batch_size,
            samples_per_label=self.config.train.samples_per_label,
            oversampling=1.0,
            seed=self.config.seed,
            epoch=epoch,
        )

    def longest_batch(self) -> list[int]:
        return list(range(min(len(self.train), self.config.batch_size)))

    def collate(self, indices: Sequence[int], epoch: int) -> Batch:
        images = self.train.pictures.tensor(indices)
        seed = [self.config.seed, epoch, *indices]
        return {
            "images": augmented(images, self.config.augment, seed),
            "classes": torch.from_numpy(self.train.labels[list(indices)]),
        }

    def weight(self, batch: Batch) -> float:
        """Anchors: pictures with another of their class beside them; all of them where classes are directions."""
        return float(len(batch["classes"]) if self.directions is not None else anchors(batch["classes"]))

    def loss_sum(self, batch: Batch) -> Tensor:
        vectors, classes = self.embedder(batch["images"]), batch["classes"]
        if self.directions is not None:
            loss: Tensor = self.directions(vectors, classes) * len(classes)
            return loss
        settings = self.config.train
        if settings.loss == "supcon":
            loss = supcon(vectors, classes, settings.temperature)
        elif settings.triplets == "semi-hard":
            loss = semi_hard_triplet(vectors, classes, settings.margin)
        else:
            loss = batch_all_triplet(vectors, classes, settings.margin)
        return loss * anchors(classes)

    def evaluate(self, tick: Tick) -> dict[str, float]:
        """Embed both splits as the net is now, and answer validation by cosine and a majority of neighbours."""
        if not len(self.watched):
            return {}
        total = len(self._shown) + len(self.watched)
        references = self._embed_shown(lambda done: tick(done, total))
        queries = self.embedder.embed(
            self.watched.pictures,
            batch_size=self.config.eval_batch_size,
            tick=lambda done: tick(len(self._shown) + done, total),
        )
        map_at = self.config.answers.map_at
        labels, groups = self.train.labels[self._shown], self.train.groups[self._shown]
        found = nearest(
            queries,
            references,
            max(map_at, USUAL_K),
            query_groups=self.watched.groups,
            reference_groups=groups,
        )
        votes = vote(found.first(USUAL_K), labels)
        self._show(tick, votes.labels, votes.shares)
        wanted = relevant_references(
            labels, self.watched.labels, query_groups=self.watched.groups, reference_groups=groups
        )
        precisions = average_precisions(found.first(map_at), labels, self.watched.labels, wanted)
        judged = ~np.isnan(precisions)
        return {
            "map": float(precisions[judged].mean()) if judged.any() else 0.0,
            "accuracy": accuracy(votes, self.watched.labels),
        }

    def _embed_shown(self, tell: Told) -> Vectors:
        whole = len(self._shown) == len(self.train)
        pictures = self.train.pictures if whole else self.train.pictures.part(self._shown.tolist())
        return self.embedder.embed(pictures, batch_size=self.config.eval_batch_size, tick=tell)

    def _show(self, tick: Tick, labels: Numbers, shares: Matrix) -> None:
        for row, source, number, share in list(
            zip(self.watched.rows, self.watched.pictures.sources, labels, shares, strict=True)
        )[:SAMPLES]:
            answer = {"label": self.names[number], "vote_share": round(float(share), 3)}
            tick.sample({"image": str(source), "label": row["label"]}, answer)
