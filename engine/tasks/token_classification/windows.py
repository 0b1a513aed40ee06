"""Texts as tokens and units, and long texts as overlapping windows. Imports neither torch nor transformers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import BaseModelError

Integers = NDArray[np.int64]
_CHUNK = 1024
_PREFIXES = {"@", "#", "$"}
"""Belong to the word that they stand before."""


@dataclass(frozen=True)
class Document:
    """A text in tokens, and in the units that get tags."""

    ids: Integers
    """Every token, without special ones: nothing is cut off."""
    units: Integers
    """Start and end character of each unit; units neither overlap nor hold white space at their ends."""
    heads: Integers
    """The token by which each unit is tagged: its first."""


@dataclass(frozen=True)
class Window:
    """A piece of a document that the model reads at once, and the units it decides on: its core."""

    document: int
    ids: Integers
    """With special tokens."""
    heads: Integers
    """Positions in `ids` of the core's units."""
    first_unit: int
    """Number in the document of the core's first unit; the others follow."""


@dataclass(frozen=True)
class Bounds:
    """A window of a token sequence, and its core. Every token is in exactly one core."""

    start: int
    stop: int
    core_start: int
    core_stop: int


def bounds_of_windows(count: int, size: int, stride: int) -> list[Bounds]:
    """Windows of at most `size` over `count` tokens, each overlapping the one before by `stride` or more.

    Cores meet in the middle of the overlaps, so that a token is decided where it has the most context.
    The last window is as long as the others: it is moved back rather than cut.
    """
    if count <= size:
        return [Bounds(0, count, 0, count)]
    stride = min(stride, size - 1)
    starts = [*range(0, count - size, size - stride), count - size]
    edges = [0, *((after + before + size) // 2 for before, after in pairwise(starts)), count]
    return [
        Bounds(start, start + size, core_start, core_stop)
        for start, (core_start, core_stop) in zip(starts, pairwise(edges), strict=True)
    ]


def read_documents(
    tokenizer: Any, texts: Sequence[str], unit: str, tick: Callable[[int, int], None] | None = None
) -> list[Document]:
    """Tokenize texts without truncation. `unit` is `word`, `piece` or `subtoken`."""
    if not getattr(tokenizer, "is_fast", False):
        raise BaseModelError(
            "the tokenizer of this base model cannot tell where its tokens lie in the text",
            fix="use a base model with a fast tokenizer (tokenizer.json)",
        )
    documents: list[Document] = []
    for start in range(0, len(texts), _CHUNK):
        chunk = list(texts[start : start + _CHUNK])
        encoded = tokenizer(chunk, add_special_tokens=False, truncation=False, padding=False, verbose=False)
        documents += [
            _document(text, encoding, unit) for text, encoding in zip(chunk, encoded.encodings, strict=True)
        ]
        if tick is not None:
            tick(len(documents), len(texts))
    return documents


def cut_windows(documents: Sequence[Document], tokenizer: Any, *, max_length: int, stride: int) -> list[Window]:
    """The windows of all documents; `max_length` counts special tokens. Documents without a unit have none."""
    prefix, suffix = _special_tokens(tokenizer)
    size = max_length - len(prefix) - len(suffix)
    windows: list[Window] = []
    for number, document in enumerate(documents):
        for bounds in bounds_of_windows(len(document.ids), size, stride):
            first, last = np.searchsorted(document.heads, [bounds.core_start, bounds.core_stop])
            if first == last:
                continue
            windows.append(
                Window(
                    document=number,
                    ids=np.concatenate([prefix, document.ids[bounds.start : bounds.stop], suffix]),
                    heads=document.heads[first:last] - bounds.start + len(prefix),
                    first_unit=int(first),
                )
            )
    return windows


def _document(text: str, encoding: Any, unit: str) -> Document:
    ids = np.array(encoding.ids, dtype=np.int64)
    tokens = _tokens(text, encoding.offsets)
    groups = _words(text, tokens) if unit == "word" else _pieces(encoding.word_ids, tokens, unit)
    units = [(group[0].start, group[-1].end) for group in groups]
    heads = [group[0].at for group in groups]
    return Document(ids, np.array(units, dtype=np.int64).reshape(-1, 2), np.array(heads, dtype=np.int64))


class _Token(NamedTuple):
    at: int
    start: int
    end: int


def _tokens(text: str, offsets: Sequence[tuple[int, int]]) -> list[_Token]:
    """The tokens that hold characters of their own, without blanks at their ends."""
    tokens: list[_Token] = []
    for at, (start, end) in enumerate(offsets):
        # Some tokenizers count the blank before a word to the word.
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            continue
        if tokens and start < tokens[-1].end:
            # Several tokens for one character (byte-level ones for an emoji): they are one.
            tokens[-1] = tokens[-1]._replace(end=max(tokens[-1].end, end))
        else:
            tokens.append(_Token(at, start, end))
    return tokens


def _pieces(words: Sequence[int | None], tokens: Sequence[_Token], unit: str) -> list[list[_Token]]:
    """Each token by itself, or with those that the tokenizer takes for one word."""
    groups: list[list[_Token]] = []
    for token in tokens:
        word = words[token.at]
        if unit == "piece" and groups and word is not None and word == words[groups[-1][-1].at]:
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def _words(text: str, tokens: Sequence[_Token]) -> list[list[_Token]]:
    """Tokens between two blanks, without the punctuation around them: each of its tokens stands alone."""
    groups: list[list[_Token]] = []
    first = 0
    for after in range(1, len(tokens) + 1):
        if after < len(tokens) and tokens[after].start == tokens[after - 1].end:
            continue
        touching = tokens[first:after]
        first = after
        spoken = [at for at, token in enumerate(touching) if _is_spoken(text, token)]
        if not spoken:
            groups.append(list(touching))
            continue
        begin, end = spoken[0], spoken[-1] + 1
        while begin and text[touching[begin - 1].start : touching[begin - 1].end] in _PREFIXES:
            begin -= 1
        groups += [[token] for token in touching[:begin]]
        groups.append(list(touching[begin:end]))
        groups += [[token] for token in touching[end:]]
    return groups


def _is_spoken(text: str, token: _Token) -> bool:
    return any(character.isalnum() for character in text[token.start : token.end])


def _special_tokens(tokenizer: Any) -> tuple[Integers, Integers]:
    """What the tokenizer puts before and after a text."""
    inner = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a", add_special_tokens=True)["input_ids"]
    at = next(at for at in range(len(whole)) if whole[at : at + len(inner)] == inner)
    return np.array(whole[:at], dtype=np.int64), np.array(whole[at + len(inner) :], dtype=np.int64)
