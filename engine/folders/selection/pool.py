"""Folders to choose from: no creator dominates, and no two read alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.datasets.sampling import stream
from engine.errors import InputError
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.text import DEFAULT_TEMPLATE, text_of
from engine.folders.samples.training_db import Which
from engine.folders.selection.strata import Stratum, seats

if TYPE_CHECKING:
    from engine.folders.samples.training_db import TrainingDb

POOL_FOR_EACH = 20
"""Candidates for each folder that is chosen: embedding all of a million would take an hour and change little."""
LEAST_POOL = 2000
MOST_CENTRES = 5000


@dataclass(frozen=True)
class Wanted:
    """How many folders, from where, and how they are chosen."""

    size: int = 800
    min_depth: int = 1
    max_depth: int = 10
    diversity: float = 0.7
    """Part that is chosen farthest-first in embedding space; the rest is random. 0 needs no model."""
    taxonomy: str = "legacy"
    """Folders that have a label in it are not proposed again."""
    pool: int = 0
    """Candidates that are compared; 0: 20 for each that is chosen, 2,000 at least."""
    seed: int = 7
    template: str = DEFAULT_TEMPLATE

    def __post_init__(self) -> None:
        if self.size < 1:
            raise InputError(f"a sample of {self.size} folders", where="--size", fix="write 1 or more")
        if not 0 <= self.diversity <= 1:
            raise InputError(f"a diversity of {self.diversity:g}", where="--diversity", fix="write 0 to 1")
        if not 0 <= self.min_depth <= self.max_depth:
            what = f"no folder is at depth {self.min_depth} to {self.max_depth}"
            raise InputError(what, where="--min-depth, --max-depth", fix="write the smaller one first")
        if self.pool and self.pool < self.size:
            raise InputError(f"a pool of {self.pool} for {self.size} folders", where="--pool", fix="make it larger")

    @property
    def candidates(self) -> int:
        """How many folders are looked at."""
        return self.pool or max(POOL_FOR_EACH * self.size, LEAST_POOL)

    @property
    def unlabelled(self) -> Which:
        return Which(self.taxonomy, labelled=False, min_depth=self.min_depth, max_depth=self.max_depth, present=True)


@dataclass(frozen=True)
class Pool:
    """Folders to choose from, with their texts; and those that are labelled already, to keep away from."""

    samples: list[TrainingSample]
    texts: list[str]
    labelled_texts: list[str]
    labelled: dict[Stratum, int]


def pool_of(db: TrainingDb, wanted: Wanted) -> Pool:
    """Candidates by the seats of their strata, at random within each; of those with the same text, one."""
    available = db.strata(wanted.unlabelled)
    if not available:
        raise InputError(
            f"no folder at depth {wanted.min_depth} to {wanted.max_depth} is without a label in {wanted.taxonomy}",
            where=str(db.path),
            fix="widen --min-depth and --max-depth, or gather more",
        )
    which = Which(wanted.taxonomy, labelled=True)
    labelled = db.strata(which)
    random = stream(wanted.seed, "pool")
    given = Counter(seats(available, wanted.candidates, random, taken=labelled))
    samples: list[TrainingSample] = []
    for (creator, depth), count in sorted(given.items()):
        ids = db.ids(creator, depth, wanted.unlabelled)
        samples += (db.sample(number) for number in sorted(random.sample(ids, min(count, len(ids)))))
    samples, texts = _each_text_once(samples, wanted)
    known = list(db.labels(wanted.taxonomy))
    known = random.sample(known, min(len(known), MOST_CENTRES))
    return Pool(samples, texts, [text_of(db.sample(number), wanted.template) for number in known], labelled)


def stratum_of(sample: TrainingSample) -> Stratum:
    """Where it belongs."""
    return sample.creator, sample.depth


def _each_text_once(samples: list[TrainingSample], wanted: Wanted) -> tuple[list[TrainingSample], list[str]]:
    """Two folders that read the same teach a model once; they stay only where there are too few others."""
    texts = [text_of(sample, wanted.template) for sample in samples]
    folders = Counter(sample.creator for sample in samples)
    seen: set[str] = set()
    first: list[int] = []
    again: list[int] = []
    # The creator with few folders keeps the one that reads as another's.
    for at in sorted(range(len(samples)), key=lambda at: folders[samples[at].creator]):
        (again if texts[at] in seen else first).append(at)
        seen.add(texts[at])
    kept = sorted(first + again[: max(0, wanted.size - len(first))])
    return [samples[at] for at in kept], [texts[at] for at in kept]
