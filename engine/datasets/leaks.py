"""The leak check: what the test shall be surprised by must not stand in training or validation."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.errors import DataError

_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """`text` as words in lower case: two texts that differ in casing, spacing or punctuation are the same."""
    return " ".join(_WORD.findall(text.casefold())) or text.strip()


class Known:
    """Texts that a model has met, to be asked for phrases that it must not know."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: set[str] = set()
        self._joined = ""
        self.add(texts)

    def add(self, texts: Iterable[str]) -> None:
        self._texts.update(plain(text) for text in texts)
        self._joined = "\n".join(f" {text} " for text in sorted(self._texts))

    def has(self, text: str) -> bool:
        """Whether the very text is known."""
        return plain(text) in self._texts

    def holds(self, phrase: str) -> bool:
        """Whether the phrase stands in a known text, whole words."""
        return f" {plain(phrase)} " in self._joined


def check_leaks(known: Known, texts: Iterable[str], phrases: Iterable[str], held_out_from: str) -> None:
    """Raises DataError for the first text, or held-out phrase, that is known."""
    for text in texts:
        if known.has(text):
            raise DataError(
                f"{text!r} is meant to be held out and stands in {held_out_from}",
                fix="report this: generation let it through",
            )
    for phrase in phrases:
        if known.holds(phrase):
            raise DataError(
                f"the held-out phrase {phrase!r} stands in {held_out_from}",
                fix="move it to the `train` part of its vocabulary, or word the training phrases differently",
            )
