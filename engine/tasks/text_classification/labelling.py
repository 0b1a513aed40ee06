"""What the report says of labelling: whether more labels would help, and which ones look wrong."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from engine.active_learning.curve import Examples, learning_curve_table
from engine.active_learning.head import out_of_fold
from engine.active_learning.label_errors import agreement, label_errors, label_errors_table
from engine.datasets.store import Dataset
from engine.errors import BaseModelError
from engine.evaluation.report import Table
from engine.tasks.contract import Row
from engine.tasks.text_classification.examples import numbers_of
from engine.tasks.text_classification.model import Card, untrained_encoder

MOST_TEXTS = 1000
"""Of each split: the curve says no more with more of them, and embedding costs milliseconds a text."""
FEWEST_TEXTS = 20
"""Training texts below which there is nothing to say."""
EXCERPT = 120


def labelling_tables(card: Card, dataset: Dataset, rows: Sequence[Row], split: str, device: str) -> list[Table]:
    """The learning curve measured on `rows`, and doubtful labels of the training split.

    Both are of heads on the untrained base: embeddings of the trained one know the labels already, and would show
    neither what few labels are worth nor that one is wrong. None where the base is not on this machine, or texts are
    few.
    """
    if split == "train" or "train" not in dataset.manifest.counts:
        return []
    known = set(card.labels)
    train = _some([row for row in dataset.rows("train") if row["label"] in known])
    test = _some([row for row in rows if row["label"] in known])
    if len(train) < FEWEST_TEXTS or not test:
        return []
    config = card.settings
    try:
        encoder = untrained_encoder(config).to(device)
    except BaseModelError:
        return []  # the report's notes say so already
    vectors = encoder.embed([row["text"] for row in [*train, *test]], batch_size=config.eval_batch_size)
    labels, count = numbers_of([*train, *test], card.labels), len(card.labels)
    learnt = Examples(vectors[: len(train)], labels[: len(train)])
    curve = learning_curve_table(
        learnt,
        Examples(vectors[len(train) :], labels[len(train) :]),
        count,
        of=f"the untrained base, measured on {split}",
        regularization=config.head_regularization,
    )
    said = out_of_fold(learnt.vectors, learnt.labels, count, regularization=config.head_regularization)
    doubts = label_errors(said, learnt.labels)
    texts = [row["text"][:EXCERPT] for row in train]
    return [curve, label_errors_table(doubts, card.labels, texts, agreement(said, learnt.labels))]


def _some(rows: list[Row]) -> list[Row]:
    """All where they are few; else some by chance, the same in every report."""
    return rows if len(rows) <= MOST_TEXTS else Random(0).sample(rows, MOST_TEXTS)
