"""Spelling, casing and spacing noise on labelled segments. Spans stay exact: they are counted afterwards."""

from __future__ import annotations

import re
from random import Random

from pydantic import BaseModel, ConfigDict, Field

from engine.datasets.templates import Segment

_WORD = re.compile(r"[^\W\d_]{4,}")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Noise(BaseModel):
    """How often a text is written carelessly. Digits are never changed: they carry the meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    misspelt: float = Field(
        default=0.0, description="Part of the words of four letters or more that are misspelt.", ge=0, le=1
    )
    lower: float = Field(default=0.0, description="Part of the texts that are in lower case.", ge=0, le=1)
    upper: float = Field(default=0.0, description="Part of the texts that are in capitals.", ge=0, le=1)
    title: float = Field(default=0.0, description="Part of the texts In Title Case.", ge=0, le=1)
    spacing: float = Field(
        default=0.0, description="Part of the texts with doubled spaces or no full stop.", ge=0, le=1
    )

    def apply(self, segments: list[Segment], random: Random) -> list[Segment]:
        """The same segments, carelessly written."""
        draw = random.random()
        for share, change in ((self.lower, str.lower), (self.upper, str.upper), (self.title, _title)):
            if draw < share:
                segments = [Segment(change(segment.text), segment.label) for segment in segments]
                break
            draw -= share
        if self.misspelt:
            segments = [
                Segment(_WORD.sub(lambda word: self._maybe_misspelt(word[0], random), segment.text), segment.label)
                for segment in segments
            ]
        if random.random() < self.spacing:
            segments = _respaced(segments, random)
        return segments

    def _maybe_misspelt(self, word: str, random: Random) -> str:
        return misspelt(word, random) if random.random() < self.misspelt else word


def misspelt(word: str, random: Random) -> str:
    """`word` with one slip: letters swapped, one left out, one doubled, or a neighbouring key; the first stays."""
    at = random.randrange(1, len(word) - 1)
    match random.randrange(4):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case 2:
            return word[: at + 1] + word[at:]
    return word[:at] + _neighbour(word[at], random) + word[at + 1 :]


def _neighbour(letter: str, random: Random) -> str:
    for row in _ROWS:
        at = row.find(letter.lower())
        if at >= 0:
            near = random.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2])
            return near.upper() if letter.isupper() else near
    return letter


def _title(text: str) -> str:
    return re.sub(r"(?<![\w'])[^\W\d_]", lambda letter: letter[0].upper(), text)


def _respaced(segments: list[Segment], random: Random) -> list[Segment]:
    last = segments[-1]
    if last.label is None and last.text.endswith(".") and random.random() < 0.5:
        return [*segments[:-1], Segment(last.text[:-1], None)]
    gaps = [index for index, segment in enumerate(segments) if segment.label is None and " " in segment.text]
    if not gaps:
        return segments
    chosen = random.choice(gaps)
    text = segments[chosen].text
    at = random.choice([index for index, letter in enumerate(text) if letter == " "])
    return [*segments[:chosen], Segment(text[:at] + " " + text[at:], None), *segments[chosen + 1 :]]
