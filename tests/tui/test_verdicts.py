"""Answers that are one label, as words."""

from __future__ import annotations

from typing import Any

import pytest

from tui.screens.samples import labels_of, prediction_text, sample_text
from tui.theme import DARK, MONO

ANSWER: dict[str, Any] = {
    "label": "hot-spot",
    "known": True,
    "confidence": 0.934,
    "calibrated": True,
    "scores": {"cell": 0.4, "hot-spot": 0.6},
    "neighbours": [{"image": "files/a.png", "label": "cell", "similarity": -0.2}],
}


def said(sample: dict[str, Any], answer: dict[str, Any], **how: Any) -> list[str]:
    labels = labels_of([sample, answer])
    return prediction_text(sample, answer, DARK, labels, **how).plain.splitlines()


def test_verdict_confidence_votes_and_neighbours_stand_below_each_other() -> None:
    lines = said({"image": "/data/q.png"}, ANSWER)
    assert lines[:3] == ["/data/q.png", "✓ known    hot-spot", "confidence  0.93 ━━━━━━━━━━━─  calibrated"]
    assert lines[3].startswith("votes       0.60") and lines[3].endswith("hot-spot")
    assert lines[5] == "nearest     -0.200 ────────────  cell  a.png" and len(lines) == 6
    assert len(said({"image": "/data/q.png"}, ANSWER, pictured=True)) == 5


def test_unknown_and_heuristic_are_words_and_not_colours_alone() -> None:
    lines = said({"image": "q.png"}, {**ANSWER, "known": False, "calibrated": False}, ascii_only=True)
    assert lines[1] == "? unknown  most like hot-spot" and lines[2].endswith("heuristic")
    assert all(line.isascii() for line in lines)


@pytest.mark.parametrize(
    ("given", "says"), [("hot-spot", "✓ right: labelled hot-spot"), ("cell", "✗ wrong: labelled cell")]
)
def test_where_the_label_is_known_the_answer_is_marked(given: str, says: str) -> None:
    assert says in said({"image": "q.png", "label": given}, ANSWER)[1]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"label": "a", "vote_share": 0.8}, "vote share  0.80"),
        ({"label": "a", "confidence": 0.8}, "confidence  0.80"),
    ],
)
def test_samples_of_a_training_have_less_to_say(answer: dict[str, Any], says: str) -> None:
    lines = said({"image": "/data/q.png", "label": "b"}, answer)
    assert "wrong: labelled b" in lines[1] and says in lines[2] and len(lines) == 3


def test_a_row_of_a_dataset_shows_its_label_and_group() -> None:
    row = {"image": "files/a.png", "width": 4, "height": 4, "label": "cell", "group": "flight-3"}
    assert sample_text(row, MONO, labels_of([row])).plain == "files/a.png\n cell   flight-3"
