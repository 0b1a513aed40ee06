"""Folders that a model would learn most from: the next ones to label, and whether labelling still pays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.datasets.sampling import stream
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.text import text_of
from engine.folders.selection.pool import Wanted, pool_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.active_learning.stopping import Verdict
    from engine.active_learning.strategy import Strategy
    from engine.folders.encoder import Embed
    from engine.folders.samples.training_db import TrainingDb

POOL_FOR_EACH = 50
LEAST_POOL = 5000
"""Candidates that a strategy compares: more than for a spread sample, since rare and unsure ones are looked for.
Their embeddings are kept, so the next round costs seconds."""


@dataclass(frozen=True)
class Proposals:
    """Folders to label next."""

    samples: list[TrainingSample]
    """The most wanted first."""
    suggestions: list[str]
    """What the model of this round takes each for; empty strings where there are too few labels for one."""
    probabilities: list[float | None]
    """Of the suggestion, not calibrated."""
    labels: int
    """How many labels this rests on: those of the test split are left out."""
    verdict: Verdict
    """Whether it still pays."""

    @property
    def columns(self) -> dict[str, list[str]]:
        """What the sheet shows beside the folders."""
        shown = ["" if value is None else f"{value:.2f}" for value in self.probabilities]
        return {"suggestion": self.suggestions, "probability": shown}


def propose_samples(
    db: TrainingDb, wanted: Wanted, strategy: Strategy, embed: Embed, *, regularization: float = 1.0
) -> Proposals:
    """The next folders by a strategy (engine/active_learning/choice.py).

    The model of the round is a head on what `embed` makes of the labelled folders' texts, in the order in which they
    were labelled: labels made after a run was trained count. Raises InputError where no folder is without a label.
    """
    from engine.active_learning.rounds import Labelled, Proposing, propose, verdict

    wide = replace(wanted, pool=wanted.pool or max(POOL_FOR_EACH * wanted.size, LEAST_POOL))
    pool = pool_of(db, wide)
    ids, labels = labels_in_order(db, wanted)
    texts = [text_of(db.sample(number), wanted.template) for number in ids]
    vectors = embed(pool.texts + texts)
    classes = sorted(set(labels))
    known = Labelled(vectors[len(pool.texts) :], _numbers(labels, classes), len(classes))
    candidates, how = vectors[: len(pool.texts)], Proposing(strategy, wanted.size, wanted.seed, regularization)
    proposal = propose(known, candidates, how, groups=[sample.creator for sample in pool.samples])
    chosen = [pool.samples[at] for at in proposal.positions]
    said = proposal.probabilities
    return Proposals(
        chosen,
        [""] * len(chosen) if said is None else [classes[number] for number in said.argmax(axis=1)],
        [None] * len(chosen) if said is None else said.max(axis=1).tolist(),
        len(ids),
        verdict(known, candidates, how),
    )


def labels_in_order(db: TrainingDb, wanted: Wanted) -> tuple[list[int], list[str]]:
    """Ids of the labelled folders and their labels, the first labelled first; those of one sheet by chance.

    Folders of the test split are left out: what they are must not steer what is learnt.
    """
    found = [label for label in db.labels(wanted.taxonomy).values() if label.split != "test"]
    stream(wanted.seed, "order of labels").shuffle(found)
    found.sort(key=lambda label: label.at)
    return [label.sample for label in found], [label.label for label in found]


def _numbers(labels: list[str], classes: list[str]) -> NDArray[np.int64]:
    import numpy as np

    number_of = {name: number for number, name in enumerate(classes)}
    return np.array([number_of[label] for label in labels], dtype=np.int64)
