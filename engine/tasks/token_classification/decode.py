"""From tag probabilities to entities: the best well-formed IOB2 sequence, and how sure each entity is.

All documents are decoded together: their units stand one after another in one array, `offsets` says where
each begins. Light: numpy alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.tasks.token_classification.tags import Span, begin_tag, inside_tag, spans_of_tags

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
_DOCUMENTS_AT_ONCE = 512


class Found(NamedTuple):
    """A predicted entity."""

    span: Span
    confidence: float
    """Geometric mean of the probabilities of its units' tags."""


def best_tags(log_probabilities: Floats, offsets: Integers) -> Integers:
    """The likeliest tag sequence of each document in which every I continues a B or I of its type.

    Viterbi search (Viterbi 1967). The only forbidden steps lead into an I, so each step needs two maxima,
    not a table of transitions. A greedy choice would leave I tags that belong to no entity.
    """
    tags = np.zeros(len(log_probabilities), dtype=np.int64)
    lengths = np.diff(offsets)
    by_length = np.argsort(-lengths, kind="stable")
    for start in range(0, len(by_length), _DOCUMENTS_AT_ONCE):
        chosen = by_length[start : start + _DOCUMENTS_AT_ONCE]
        _search(log_probabilities, offsets[:-1][chosen], lengths[chosen], tags)
    return tags


def entities(log_probabilities: Floats, offsets: Integers, units: Sequence[Integers]) -> list[list[Found]]:
    """The entities of each document, as characters of its text. `units` holds each document's units."""
    tags = best_tags(log_probabilities, offsets)
    chosen = np.take_along_axis(log_probabilities, tags[:, None], axis=1)[:, 0].astype(np.float64)
    found: list[list[Found]] = []
    for number, characters in enumerate(units):
        begin, end = int(offsets[number]), int(offsets[number + 1])
        document = tags[begin:end]
        if not document.any():
            found.append([])
            continue
        found.append(
            [
                Found(
                    Span(int(characters[first, 0]), int(characters[last - 1, 1]), label),
                    float(np.exp(chosen[begin + first : begin + last].mean())),
                )
                for first, last, label in spans_of_tags(document)
            ]
        )
    return found


def _search(log_probabilities: Floats, starts: Integers, lengths: Integers, tags: Integers) -> None:
    """Viterbi over documents sorted by falling length; writes into `tags`."""
    classes = log_probabilities.shape[1]
    types = np.arange((classes - 1) // 2)
    begins, insides = begin_tag(0) + 2 * types, inside_tag(0) + 2 * types
    steps = int(lengths[0]) if len(lengths) else 0
    back = np.zeros((steps, len(starts), classes), dtype=np.int16)
    score = np.full((len(starts), classes), -np.inf, dtype=np.float64)
    last = np.zeros(len(starts), dtype=np.int64)
    for step in range(steps):
        alive = int(np.searchsorted(-lengths, -step, side="left"))  # documents longer than `step`
        here = log_probabilities[starts[:alive] + step]
        if step == 0:
            score[:alive] = here
            score[:alive, insides] = -np.inf
        else:
            before = score[:alive]
            best = before.argmax(axis=1)
            back[step, :alive] = best[:, None]
            arriving = np.repeat(np.take_along_axis(before, best[:, None], axis=1), classes, axis=1)
            from_begin = before[:, begins] >= before[:, insides]
            back[step][:alive, insides] = np.where(from_begin, begins, insides)
            arriving[:, insides] = np.maximum(before[:, begins], before[:, insides])
            score[:alive] = arriving + here
        ending = np.flatnonzero(lengths[:alive] == step + 1)
        last[ending] = score[ending].argmax(axis=1)
    for step in range(steps - 1, -1, -1):
        alive = int(np.searchsorted(-lengths, -step, side="left"))
        tags[starts[:alive] + step] = last[:alive]
        last[:alive] = back[step, np.arange(alive), last[:alive]]
