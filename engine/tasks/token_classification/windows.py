"""Texts as tokens and units, and long texts as overlapping windows. Imports neither torch nor transformers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BaseModelError

Integers = NDArray[np.int64]
_CHUNK = 1024


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
    """Tokenize texts without truncation. `unit` is `word` or `subtoken`."""
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
    words = encoding.word_ids
    units: list[tuple[int, int]] = []
    heads: list[int] = []
    previous: int | None = None
    for at, (start, end) in enumerate(encoding.offsets):
        # Some tokenizers count the blank before a word to the word.
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            continue
        same_word = unit == "word" and units and words[at] is not None and words[at] == previous
        previous = words[at]
        if same_word:
            units[-1] = (units[-1][0], max(units[-1][1], end))
        elif units and start < units[-1][1]:
            # Several tokens for one character (byte-level ones for an emoji): they are one unit.
            units[-1] = (units[-1][0], max(units[-1][1], end))
        else:
            units.append((start, end))
            heads.append(at)
    return Document(ids, np.array(units, dtype=np.int64).reshape(-1, 2), np.array(heads, dtype=np.int64))


def _special_tokens(tokenizer: Any) -> tuple[Integers, Integers]:
    """What the tokenizer puts before and after a text."""
    inner = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a", add_special_tokens=True)["input_ids"]
    at = next(at for at in range(len(whole)) if whole[at : at + len(inner)] == inner)
    return np.array(whole[:at], dtype=np.int64), np.array(whole[at + len(inner) :], dtype=np.int64)
