"""One key for each label: small letters label, everything else acts."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

TAKEN = "qtw"
"""Letters that mean something everywhere in the console: quit, colours, notices."""
POOL = [letter for letter in string.ascii_lowercase if letter not in TAKEN] + list("890")
"""Digits up to 7 open screens."""


def keys_of(labels: Sequence[str]) -> dict[str, str]:
    """Label → key: its first letter where that is free, else the first of another word, else any of its letters.

    Labels beyond the 26 keys that there are have none.
    """
    given: dict[str, str] = {}
    for letters_of in (_first, _initials, _letters, lambda _: POOL):
        for label in labels:
            if label not in given:
                free = (letter for letter in letters_of(label) if letter in POOL and letter not in given.values())
                key = next(free, None)
                if key is not None:
                    given[label] = key
    return {label: given[label] for label in labels if label in given}


def _first(label: str) -> Sequence[str]:
    return label[:1].lower()


def _initials(label: str) -> Sequence[str]:
    return [word[0] for word in re.split(r"[^a-z0-9]+", label.lower()) if word]


def _letters(label: str) -> Sequence[str]:
    return label.lower()
