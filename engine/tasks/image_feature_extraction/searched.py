"""Labelled pictures that were searched for among a model's references: its answers, and what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.labelled_pictures import Row
from engine.linear_head import Matrix, Numbers
from engine.retrieval.votes import UNKNOWN, numbered, relevant_references
from engine.tasks.image_feature_extraction.measuring import precisions_of
from engine.tasks.image_feature_extraction.retriever import Judged, Retriever


@dataclass(frozen=True, eq=False)
class Searched:
    """A model's answers to rows, in their order."""

    judged: Judged
    labels: Numbers
    """The truth, as numbers of the references' labels; UNKNOWN where no reference has it."""
    precisions: Matrix
    """Average precision of each search; NaN where there was nothing to find."""

    @classmethod
    def of(cls, retriever: Retriever, rows: Sequence[Row], sources: Sequence[str], map_at: int) -> Searched:
        """Search for the rows' pictures, which lie at `sources`. A picture never meets a reference of its own group;
        the search is exact."""
        references = retriever.references
        labels = numbered([row["label"] for row in rows], references.names)[1]
        known: dict[str, int] = {}
        own = _numbers([row.get("group") for row in rows], known)
        others = _numbers(references.groups, known)
        judged = retriever.judge(retriever.embed(sources), query_groups=own, reference_groups=others)
        relevant = relevant_references(references.numbers, labels, query_groups=own, reference_groups=others)
        return cls(judged, labels, precisions_of(judged.answers, references.numbers, labels, relevant, map_at))

    @property
    def predicted(self) -> Numbers:
        """What the neighbours say, whether the answer is given or not."""
        return self.judged.answers.votes.labels

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether that is the truth."""
        found: NDArray[np.bool_] = (self.predicted == self.labels) & (self.labels != UNKNOWN)
        return found


def _numbers(groups: Sequence[str | None], known: dict[str, int]) -> Numbers:
    return np.array([known.setdefault(group, len(known)) if group else -1 for group in groups], dtype=np.int64)
