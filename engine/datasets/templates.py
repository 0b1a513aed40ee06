"""Expands patterns with a random source into labelled segments of text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from engine.datasets.numbers import digits, in_words, number_words
from engine.datasets.patterns import Choice, Number, Pattern, Range, Reference, in_digits, parse

_ARTICLE = re.compile(r"\b([Aa])\(n\) (?=(\S))")


@dataclass(frozen=True)
class Segment:
    """A piece of text; an entity where it has a label."""

    text: str
    label: str | None = None


class Grammar:
    """Vocabularies and units that patterns are expanded with."""

    def __init__(
        self,
        vocabularies: Mapping[str, Sequence[Sequence[str]]],
        units: Mapping[str, Sequence[str]] | None = None,
        labels: Collection[str] = (),
    ) -> None:
        self._vocabularies = vocabularies
        self._units = units or {}
        self._labels = frozenset(labels)

    def expand(self, text: str, random: Random, bound: Mapping[str, str] | None = None) -> list[Segment]:
        """One drawing of the pattern `text`; `bound` names stand for the given text."""
        return smooth(list(self._segments(parse(text), random, bound or {})))

    def number(self, value: Decimal, unit: str, random: Random) -> str:
        """`value` in one of the forms of `unit`."""
        forms = [parse(form) for form in self._units[unit]]
        if not in_words(value):
            forms = [parse(form) for form in self._units[unit] if in_digits(form)]
        if not forms:
            raise ValueError(f"the unit {unit!r} has no form in digits for {value}")
        return self._text(random.choice(forms), random, {}, value)

    def _segments(self, pattern: Pattern, random: Random, bound: Mapping[str, str]) -> Iterator[Segment]:
        for node in pattern:
            if isinstance(node, Choice):
                yield from self._segments(random.choice(node.options), random, bound)
            else:
                label = None
                if isinstance(node, Reference) and node.name in self._labels:
                    label = label_of(node.name)
                yield Segment(self._text((node,), random, bound, None), label)

    def _text(self, pattern: Pattern, random: Random, bound: Mapping[str, str], number: Decimal | None) -> str:
        parts: list[str] = []
        for node in pattern:
            match node:
                case str():
                    parts.append(node)
                case Choice(options):
                    parts.append(self._text(random.choice(options), random, bound, number))
                case Range():
                    value = node.draw(random)
                    parts.append(self.number(value, node.unit, random) if node.unit else digits(value))
                case Reference(name) if name in bound:
                    parts.append(bound[name])
                case Reference(name):
                    phrase = random.choice(random.choice(self._vocabularies[name]))
                    parts.append(self._text(parse(phrase), random, bound, number))
                case Number(style):
                    if number is None:
                        raise ValueError("{n} stands outside the forms of a unit")
                    words = style == "words"
                    parts.append(number_words(int(number)) if words else digits(number, grouped=style == "grouped"))
        return "".join(parts)


def label_of(name: str) -> str:
    """The label of an entity's vocabulary: `MEASURE.weight` is labelled MEASURE."""
    return name.split(".")[0]


def smooth(segments: list[Segment]) -> list[Segment]:
    """Settle what only the neighbours decide: a(n), a full stop after an abbreviation, empty pieces."""
    settled: list[Segment] = []
    for segment in segments:
        text = segment.text
        if settled and text:
            before = settled[-1]
            settled[-1] = Segment(_with_article(before.text, text[0]), before.label)
            if text.startswith(".") and before.text.endswith("."):
                text = text[1:]
        if text:
            settled.append(Segment(_ARTICLE.sub(_article, text), segment.label))
    return settled


def capitalised(segments: list[Segment]) -> list[Segment]:
    """The same with a capital first letter."""
    if not segments:
        return segments
    first = segments[0]
    return [Segment(first.text[:1].upper() + first.text[1:], first.label), *segments[1:]]


def _article(match: re.Match[str]) -> str:
    return match[1] + ("n " if match[2].lower() in "aeiou" else " ")


def _with_article(text: str, following: str) -> str:
    return _ARTICLE.sub(_article, text + following)[: -len(following)]
