"""Texts in tokens, units and windows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tasks.token_classification.windows import bounds_of_windows, cut_windows, read_documents


@given(count=st.integers(0, 700), size=st.integers(2, 60), data=st.data())
def test_every_token_is_in_exactly_one_core_and_every_core_in_its_window(count: int, size: int, data: Any) -> None:
    stride = data.draw(st.integers(0, size // 2))
    windows = bounds_of_windows(count, size, stride)
    owned = [token for window in windows for token in range(window.core_start, window.core_stop)]
    assert owned == list(range(count))
    for window in windows:
        assert window.start <= window.core_start <= window.core_stop <= window.stop
        assert window.stop - window.start <= size
    for before, after in pairwise(windows):
        assert before.stop - after.start >= stride


def test_the_last_window_is_moved_back_rather_than_cut() -> None:
    assert [(w.start, w.stop) for w in bounds_of_windows(25, 10, 2)] == [(0, 10), (8, 18), (15, 25)]


def test_no_token_of_a_long_text_is_cut_off(tokenizer: Any) -> None:
    text = "the pole stands " * 200
    documents = read_documents(tokenizer, [text], "word")
    windows = cut_windows(documents, tokenizer, max_length=32, stride=8)
    assert len(documents[0].units) == 600
    assert [window.first_unit for window in windows] == np.cumsum(
        [0, *(len(window.heads) for window in windows[:-1])]
    ).tolist()
    assert sum(len(window.heads) for window in windows) == 600
    assert max(len(window.ids) for window in windows) == 32


def test_heads_point_at_the_first_token_of_their_word_in_every_window(tokenizer: Any) -> None:
    text = "crossarm pole " * 60
    [document] = read_documents(tokenizer, [text], "word")
    cross, pole = (tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in ("crossarm", "pole"))
    for window in cut_windows([document], tokenizer, max_length=20, stride=6):
        for at, head in enumerate(window.heads):
            assert window.ids[head] == (pole if (window.first_unit + at) % 2 else cross)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("word", ["A", "crossarm", ",", "(", "18ft", ")", "54.6-B", ".", "#pole", "->"]),
        ("piece", ["A", "crossarm", ",", "(", "18ft", ")", "54", ".", "6", "-", "B", ".", "#", "pole", "-", ">"]),
    ],
)
def test_a_word_keeps_the_punctuation_inside_and_a_piece_does_not(
    tokenizer: Any, unit: str, expected: list[str]
) -> None:
    text = "A crossarm, (18ft) 54.6-B. #pole ->"
    [document] = read_documents(tokenizer, [text], unit)
    assert [text[start:end] for start, end in document.units] == expected


def test_every_subtoken_can_be_a_unit(tokenizer: Any) -> None:
    text = "A crossarm, 18ft."
    [document] = read_documents(tokenizer, [text], "subtoken")
    assert [text[start:end] for start, end in document.units] == ["A", "cross", "arm", ",", "18", "ft", "."]


def test_an_empty_text_has_no_window(tokenizer: Any) -> None:
    documents = read_documents(tokenizer, ["", "  \n "], "word")
    assert [len(document.units) for document in documents] == [0, 0]
    assert cut_windows(documents, tokenizer, max_length=32, stride=8) == []


def test_units_never_begin_or_end_with_white_space(tokenizer: Any) -> None:
    text = "  Rule 54.6-B,\u00a0 as amended\t(2020)  ☂️ "
    [document] = read_documents(tokenizer, [text], "word")
    pieces = [text[start:end] for start, end in document.units]
    assert all(piece == piece.strip() and piece for piece in pieces)
    assert all(before[1] <= after[0] for before, after in pairwise(document.units.tolist()))
