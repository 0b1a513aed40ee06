"""Spans of a text while somebody corrects them. Touches no widget: keys in, spans out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, order=True)
class Span:
    """Some characters with a label."""

    start: int
    end: int
    label: str


class SpanEditor:
    """The text as words, a range of them under the cursor, and the spans as they are to be."""

    def __init__(self, text: str, entities: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
        self.text = text
        self.labels = tuple(dict.fromkeys([*labels, *(str(one["label"]) for one in entities)]))
        self.words = tuple((found.start(), found.end()) for found in _WORD.finditer(text))
        spans = sorted(Span(int(one["start"]), int(one["end"]), str(one["label"])) for one in entities)
        self._begun = self.spans = tuple(spans)
        self.label = 0
        """Place of the chosen label."""
        self._from = self._to = 0
        """First and last word of the range."""
        if self.spans:
            self._go(self.spans[0])

    @property
    def changed(self) -> bool:
        """Whether anything is other than the model said."""
        return self.spans != self._begun

    @property
    def range(self) -> tuple[int, int]:
        """Characters under the cursor."""
        if not self.words:
            return 0, 0
        there = self.here
        if there is not None:
            return there.start, there.end
        return self.words[self._from][0], self.words[self._to][1]

    @property
    def here(self) -> Span | None:
        """The span whose words are exactly those under the cursor."""
        return next((one for one in self.spans if self._words_of(one) == (self._from, self._to)), None)

    def word(self, step: int) -> None:
        """To the next word, or the one before."""
        at = self._to + step if step > 0 else self._from + step
        self._from = self._to = max(0, min(at, len(self.words) - 1))
        self._follow()

    def widen(self, step: int) -> None:
        """One word more at the end of the range, or one less. A span under the cursor goes along."""
        to = max(self._from, min(self._to + step, len(self.words) - 1))
        there, label = self.here, self.label
        self._to = to
        if there is not None:
            self.spans = tuple(one for one in self.spans if one != there)
            self._put(there.label)
            self.label = label

    def entity(self, step: int) -> None:
        """To the next span, or the one before."""
        if not self.spans:
            return
        start = self.range[0]
        there = self.here
        if there is not None:
            at = (self.spans.index(there) + step) % len(self.spans)
        else:
            behind = [at for at, one in enumerate(self.spans) if one.start >= start]
            at = (behind[0] if behind else 0) if step > 0 else ((behind[0] if behind else len(self.spans)) - 1)
        self._go(self.spans[at % len(self.spans)])

    def choose(self, step: int) -> None:
        """The next label, or the one before."""
        if self.labels:
            self.label = (self.label + step) % len(self.labels)

    def put(self) -> None:
        """Give the words the chosen label; spans that they touch go."""
        if self.labels and self.words:
            self._put(self.labels[self.label])

    def remove(self) -> None:
        """Take away the spans that the words touch."""
        start, end = self.range
        self.spans = tuple(one for one in self.spans if one.end <= start or one.start >= end)

    def entities(self) -> list[dict[str, Any]]:
        """As a row of a dataset has them."""
        return [{"start": one.start, "end": one.end, "label": one.label} for one in self.spans]

    def _put(self, label: str) -> None:
        start, end = self.range
        kept = [one for one in self.spans if one.end <= start or one.start >= end]
        self.spans = tuple(sorted([*kept, Span(start, end, label)]))

    def _go(self, span: Span) -> None:
        self._from, self._to = self._words_of(span)
        self._follow()

    def _follow(self) -> None:
        there = self.here
        if there is not None:
            self.label = self.labels.index(there.label)

    def _words_of(self, span: Span) -> tuple[int, int]:
        inside = [at for at, (start, end) in enumerate(self.words) if start < span.end and end > span.start]
        return (inside[0], inside[-1]) if inside else (0, 0)
