"""Examples of token classification: what a row must be, counts, and BIO labels for tokens."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from engine.tasks.contract import Row

OUTSIDE = "O"
NO_ENTITY = "(none)"
"""Class of the rows without an entity, in counts."""


def problem_with(row: Row) -> str | None:
    """What is wrong with a row, in words; None when it can be used."""
    text, entities = row.get("text"), row.get("entities")
    if not isinstance(text, str) or not text.strip():
        return "`text` must be a text that is not empty"
    if not isinstance(entities, list):
        return "`entities` must be a list of {start, end, label}; write [] where there is none"
    spans: list[tuple[int, int]] = []
    for number, entity in enumerate(entities, 1):
        problem = _problem_with_entity(entity, text)
        if problem:
            return f"entity {number}: {problem}"
        spans.append((entity["start"], entity["end"]))
    spans.sort()
    for (_, end), (start, stop) in itertools.pairwise(spans):
        if start < end:
            return f"entities overlap at {text[start : min(end, stop)]!r} (characters {start} to {min(end, stop)})"
    return None


def _problem_with_entity(entity: Any, text: str) -> str | None:
    if not isinstance(entity, dict):
        return "must be an object with start, end and label"
    start, end, label = entity.get("start"), entity.get("end"), entity.get("label")
    for name, value in (("start", start), ("end", end)):
        if not isinstance(value, int) or isinstance(value, bool):
            return f"`{name}` must be a whole number of characters"
    assert isinstance(start, int) and isinstance(end, int)
    if not isinstance(label, str) or not label.strip() or label == OUTSIDE:
        return f"`label` must be a name other than {OUTSIDE!r}"
    if not 0 <= start < end <= len(text):
        return f"{start} to {end} is not inside the text of {len(text)} characters"
    if not text[start:end].strip():
        return f"characters {start} to {end} are blank"
    return None


def count_classes(rows: Sequence[Row]) -> dict[str, int]:
    """Entities per label; rows without one under `(none)`."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(entity["label"] for entity in row["entities"])
        counts[NO_ENTITY] += not row["entities"]
    return dict(sorted((+counts).items()))


def labels_of(rows: Iterable[Row]) -> list[str]:
    """The labels that stand in rows, sorted."""
    return sorted({entity["label"] for row in rows for entity in row["entities"]})


def bio_labels(offsets: Sequence[tuple[int, int]], entities: Sequence[dict[str, Any]]) -> list[str]:
    """BIO label of each token, from the tokenizer's character offsets.

    A token belongs to the entity whose characters it shares; the first token of an entity gets `B-`, the
    others `I-`. Special tokens and padding come with the offsets (0, 0) and get `O`: the caller masks
    them. Offsets may leave gaps or take leading blanks along (byte-level tokenizers); a token
    that touches two entities goes to the one with more of its characters, the earlier one on a tie.
    """
    spans = sorted((entity["start"], entity["end"], entity["label"]) for entity in entities)
    ends = [end for _, end, _ in spans]
    labels, begun = [], -1
    for start, end in offsets:
        best, best_shared = -1, 0
        if end > start:
            for index in range(bisect.bisect_right(ends, start), len(spans)):
                if spans[index][0] >= end:
                    break
                shared = min(end, spans[index][1]) - max(start, spans[index][0])
                if shared > best_shared:
                    best, best_shared = index, shared
        if best < 0:
            labels.append(OUTSIDE)
            continue
        labels.append(("I-" if best == begun else "B-") + spans[best][2])
        begun = best
    return labels
