"""What can be told of a prediction."""

from __future__ import annotations

from typing import Any

import pytest

from tui.validate.answers import Answer, expected, facts_line, took
from tui.validate.differences import difference_lines, differences
from tui.validate.judging import asked_in_words, in_words, is_right, sureness_of

TEXT = "Keep 18 feet from the pole."
FEET = {"start": 5, "end": 12, "label": "MEASURE", "confidence": 0.97}
POLE = {"start": 22, "end": 26, "label": "EQUIPMENT", "confidence": 0.84}
BARE = {"start": 22, "end": 26, "label": "EQUIPMENT"}
BOX = {"label": "pole", "box": [10, 10, 20, 60], "confidence": 0.7}
NEAR = {"label": "pole", "box": [11, 10, 21, 60], "confidence": 0.4}
FAR = {"label": "pole", "box": [50, 10, 60, 60]}


@pytest.mark.parametrize(
    ("sample", "prediction", "right"),
    [
        ({"text": TEXT}, {"entities": [POLE]}, None),
        ({"text": TEXT, "entities": [BARE]}, {"entities": [POLE]}, True),
        ({"text": TEXT, "entities": [BARE]}, {"entities": [POLE, FEET]}, False),
        ({"text": TEXT, "entities": []}, {"entities": []}, True),
        ({"image": "a.png", "objects": [BOX]}, {"objects": [NEAR]}, True),
        ({"image": "a.png", "objects": [BOX]}, {"objects": [FAR]}, False),
        ({"image": "a.png", "objects": [BOX]}, {"objects": [{**NEAR, "label": "guy"}]}, False),
        ({"text": "x", "label": "a"}, {"label": "a"}, True),
        ({"text": "x", "label": "a"}, {"label": "a", "known": False}, False),
        ({"a": "x", "b": "y", "score": 0.5}, {"similarity": 0.7}, True),
        ({"a": "x", "b": "y", "score": 0.2}, {"similarity": 0.7}, False),
        ({"text": "x"}, {"echo": 1}, None),
    ],
)
def test_an_answer_is_right_where_it_says_what_the_sample_was_labelled_with(
    sample: Any, prediction: Any, right: bool | None
) -> None:
    assert is_right(sample, prediction) is right


@pytest.mark.parametrize(
    ("prediction", "sure"),
    [
        ({"entities": [FEET, POLE]}, 0.84),
        ({"entities": []}, None),
        ({"objects": [BOX, NEAR]}, 0.4),
        ({"label": "a", "confidence": 0.9}, 0.9),
        ({"label": "a", "vote_share": 0.6}, 0.6),
        ({"similarity": 0.5}, None),
    ],
)
def test_an_answer_is_as_sure_as_the_least_sure_thing_in_it(prediction: Any, sure: float | None) -> None:
    assert sureness_of(prediction) == sure


@pytest.mark.parametrize(
    ("prediction", "words"),
    [
        ({"entities": [FEET, POLE, POLE]}, "EQUIPMENT 2, MEASURE 1"),
        ({"objects": []}, "nothing found"),
        ({"similarity": 0.834}, "0.83"),
        ({"label": "ada", "known": False}, "unknown, like ada"),
    ],
)
def test_an_answer_in_a_few_words(prediction: Any, words: str) -> None:
    assert in_words(prediction) == words


def test_what_was_asked_fits_on_a_line() -> None:
    assert asked_in_words({"a": "one\ntwo", "b": "three"}) == "one two | three"
    assert asked_in_words({"image": "/data/q.png"}) == "q.png"
    assert asked_in_words({"image": "data:image/png;base64,AAAA"}) == "a picture of its own"


def told(first: Any, second: Any, sample: Any = None) -> list[tuple[str, str, str]]:
    return [(one.kind, one.what, one.said) for one in differences(sample or {"text": TEXT}, first, second)]


def test_spans_of_two_models_are_held_against_each_other() -> None:
    wide = {**POLE, "start": 18}
    assert told({"entities": [FEET, POLE]}, {"entities": [POLE]}) == [
        ("only A", "18 feet", "MEASURE"),
        ("same", "pole", "EQUIPMENT"),
    ]
    assert told({"entities": [POLE]}, {"entities": [{**POLE, "label": "PLACE"}, FEET]}) == [
        ("only B", "18 feet", "MEASURE"),
        ("differs", "pole", "A EQUIPMENT, B PLACE"),
    ]
    assert told({"entities": [POLE]}, {"entities": [wide]}) == [("differs", "pole", "EQUIPMENT; B has 'the pole'")]


def test_boxes_labels_and_similarities_are_held_against_each_other() -> None:
    assert told({"objects": [BOX, FAR]}, {"objects": [NEAR]}, {"image": "a"}) == [
        ("same", "at 10, 10", "pole"),
        ("only A", "at 50, 10", "pole"),
    ]
    assert told({"label": "a"}, {"label": "b"}) == [("differs", "label", "a and b")]
    assert told({"similarity": 0.8}, {"similarity": 0.6}) == [("differs", "similarity", "0.80 and 0.60, -0.20")]
    assert told({"similarity": 0.8}, {"similarity": 0.79})[0][0] == "same"


def test_differences_are_glyph_and_word_and_plain_where_the_font_is() -> None:
    found = differences({"text": TEXT}, {"entities": [FEET, POLE]}, {"entities": [POLE]})
    lines = ["".join(text for text, _ in line) for line in difference_lines(found)]
    assert lines == ["1 difference, 1 alike", "◀ only A   18 feet  MEASURE"]
    plain = ["".join(text for text, _ in line) for line in difference_lines(found, ascii_only=True)]
    assert all(line.isascii() for line in plain)
    assert difference_lines([])[0][0][0] == "= same: neither finds anything"


def test_what_would_have_been_right_is_said_beside_a_wrong_answer() -> None:
    sample = {"text": TEXT, "entities": [BARE]}
    assert expected(sample, {"entities": [FEET]}) == "missed EQUIPMENT 'pole'; too much MEASURE '18 feet'"
    line = "".join(text for text, _ in facts_line(sample, Answer({"entities": [FEET]}, 0.012)))
    assert line.startswith("✗ wrong   missed") and line.endswith("least sure 0.97   12 ms")
    brief = "".join(text for text, _ in facts_line(sample, Answer({"entities": [POLE]}, 1.44), brief=True))
    assert brief == "✓ right   least sure 0.84   1.4 s"
    assert took(0.9999) == "1.0 s"
