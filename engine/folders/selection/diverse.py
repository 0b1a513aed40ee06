"""Folders to label without asking a model: some at random, some as far as can be from all that are chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.datasets.sampling import stream
from engine.folders.samples.sample import TrainingSample
from engine.folders.selection.pool import Wanted, pool_of, stratum_of
from engine.folders.selection.spread import spread_out
from engine.folders.selection.strata import seats

if TYPE_CHECKING:
    from engine.folders.encoder import Embed
    from engine.folders.samples.training_db import TrainingDb


def choose_samples(db: TrainingDb, wanted: Wanted, embed: Callable[[], Embed]) -> list[TrainingSample]:
    """Folders to label, the first ones as good a choice as all; `embed` is asked only where there is a diversity.

    Raises InputError where no folder is without a label at these depths.
    """
    pool = pool_of(db, wanted)
    vectors = centres = None
    if wanted.diversity > 0 and len(pool.samples) > wanted.size:
        made = embed()(pool.texts + pool.labelled_texts)
        vectors, centres = made[: len(pool.texts)], made[len(pool.texts) :]
    strata = [stratum_of(sample) for sample in pool.samples]
    random = stream(wanted.seed, "choice")
    turns = seats(Counter(strata), wanted.size, random, taken=pool.labelled)
    chosen = spread_out(strata, turns, wanted.diversity, random, vectors=vectors, centres=centres)
    return [pool.samples[at] for at in chosen]
