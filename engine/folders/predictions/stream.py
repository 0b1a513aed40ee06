"""What a model says of hundreds of thousands of folders. Memory stays flat, and who was killed goes on from there.

Nothing marks how far a call came: embeddings are kept on disk by model and text, and they are what takes the time.
The next call finds them, whatever it shall do with them, and sees features and labels that changed meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from engine.folders.predictions.tally import Predicted, Tally
from engine.folders.predictions.translation import Translation
from engine.folders.samples.text import text_of
from engine.folders.samples.training_db import Prediction, TrainingDb, Which

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.folders.samples.sample import TrainingSample

CHUNK = 8192
"""Folders that are in memory at once; alike lengths are found among them, and one transaction stores them."""
Tell = Callable[[int, int], None]


class Classifier(Protocol):
    """A model as it stands here."""

    labels: tuple[str, ...]

    def shares(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, labels): probabilities."""


@dataclass(frozen=True)
class Asked:
    """What shall be predicted, and in which words."""

    run: str
    """The name under which predictions are stored."""
    taxonomy: str
    template: str
    translation: Translation
    which: Which
    save: bool = False


def predictions(
    db: TrainingDb,
    classifier: Classifier,
    asked: Asked,
    tally: Tally,
    *,
    chunk: int = CHUNK,
    tell: Tell | None = None,
) -> Iterator[Predicted]:
    """Folders by rising id with what the model says; stored on the way when `asked.save`. `tally` is filled.

    `tell` hears how many of all are done, after each chunk.
    """
    started, whole = time.monotonic(), db.count(asked.which)
    samples = db.samples(asked.which, batch=chunk)
    while part := list(islice(samples, chunk)):
        made = _predicted(db, classifier, asked, part)
        if asked.save:
            _store(db, asked, made)
        for one in made:
            tally.add(one)
        tally.seconds = time.monotonic() - started
        if tell is not None:
            tell(tally.folders, max(whole, tally.folders))
        yield from made


def _predicted(
    db: TrainingDb, classifier: Classifier, asked: Asked, part: Sequence[TrainingSample]
) -> list[Predicted]:
    shares = asked.translation.shares(classifier.shares([text_of(sample, asked.template) for sample in part]))
    best, names = shares.argmax(axis=1), (*asked.translation.labels, "")
    truths = db.labels(asked.taxonomy, first=part[0].id, last=part[-1].id)
    return [
        Predicted(sample, names[at], min(1.0, float(row[at])), truths.get(sample.id))
        for sample, at, row in zip(part, best.tolist(), shares, strict=True)
    ]


def _store(db: TrainingDb, asked: Asked, made: Sequence[Predicted]) -> None:
    kept = [Prediction(one.sample.id, one.label, one.confidence) for one in made if one.label]
    db.put_predictions(asked.run, asked.taxonomy, kept)
    without = [one.sample.id for one in made if not one.label]
    if without:  # what it said before, with other mappings, holds no more
        db.remove_predictions(asked.run, asked.taxonomy, without)
