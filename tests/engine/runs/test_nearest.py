"""Neighbours in a model's own space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.errors import InputError
from engine.runs.nearest import Nearest
from engine.runs.predictor import serve


class Letters:
    """A model whose space is how often a text holds each letter."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def predict(self, samples: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"label": sample["text"][:1]} for sample in samples]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.embedded += texts
        return np.array([[text.count(letter) for letter in "abc"] for text in texts], dtype=np.float32)


class Blind:
    def predict(self, samples: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return []


def test_the_nearest_come_first_and_are_embedded_once() -> None:
    model = Letters()
    nearest = Nearest(model)
    found = nearest.to("aab", ["ccc", "ab", "aabb", "aaaabb"], 2)
    assert [place for place, _ in found] == [3, 1] and found[0][1] == pytest.approx(1.0)
    nearest.to("aab", ["ccc", "b"], 2)
    assert model.embedded == ["aab", "ccc", "ab", "aabb", "aaaabb", "b"]


def test_a_text_without_a_direction_is_near_to_nothing() -> None:
    assert Nearest(Letters()).to("zzz", ["a"], 1) == [(0, 0.0)]
    assert Nearest(Letters()).to("a", [], 3) == []


def test_a_model_without_a_space_says_so() -> None:
    with pytest.raises(InputError, match="no space"):
        Nearest(Blind()).to("a", ["b"], 1)


def test_the_predictor_process_answers_both_kinds_of_question() -> None:
    said: list[dict[str, Any]] = []
    asked = [
        {"id": 1, "samples": [{"text": "abc"}]},
        {"id": 2, "nearest": {"text": "a", "among": ["b", "ca"], "count": 1}},
    ]
    serve([msgspec.json.encode(one) for one in asked], said.append, Letters())
    assert said[0] == {"id": 1, "predictions": [{"label": "a"}]}
    assert said[1]["nearest"] == [(1, pytest.approx(0.7071, abs=1e-4))]
