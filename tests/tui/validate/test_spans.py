"""Spans and boxes while somebody corrects them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tui.validate.boxes import BoxEditor, box_lines
from tui.validate.correcting import right_of
from tui.validate.spans import SpanEditor

TEXT = "Keep 18 feet from the pole."
FEET = {"start": 5, "end": 12, "label": "MEASURE"}
POLE = {"start": 22, "end": 26, "label": "EQUIPMENT"}


def editor() -> SpanEditor:
    return SpanEditor(TEXT, [FEET, POLE], ["EQUIPMENT", "MEASURE", "STANDARD"])


def drop(one: SpanEditor) -> None:
    one.remove()


def relabel(one: SpanEditor) -> None:
    one.choose(1)
    one.put()


def lengthen(one: SpanEditor) -> None:
    one.widen(1)


def shorten(one: SpanEditor) -> None:
    one.widen(-1)


def add(one: SpanEditor) -> None:
    one.word(-1)
    one.put()


@pytest.mark.parametrize(
    ("keys", "spans"),
    [
        (drop, [POLE]),
        (relabel, [{**FEET, "label": "STANDARD"}, POLE]),
        (lengthen, [{**FEET, "end": 17}, POLE]),
        (shorten, [{**FEET, "end": 7}, POLE]),
        (add, [{"start": 0, "end": 4, "label": "MEASURE"}, FEET, POLE]),
    ],
)
def test_a_span_is_removed_relabelled_lengthened_shortened_and_added(
    keys: Callable[[SpanEditor], None], spans: list[dict[str, object]]
) -> None:
    one = editor()
    assert not one.changed and one.range == (5, 12)
    keys(one)
    assert one.changed and one.entities() == spans


def test_keys_go_from_span_to_span_and_round() -> None:
    one = editor()
    seen = []
    for _ in range(3):
        one.entity(1)
        seen.append(one.range)
    assert seen == [(22, 26), (5, 12), (22, 26)]
    one.word(1)  # the full stop
    assert one.here is None and one.range == (26, 27)
    one.entity(-1)
    assert one.range == (22, 26)


def test_the_cursor_stays_inside_the_text() -> None:
    one = editor()
    for _ in range(30):
        one.word(1)
        one.widen(1)
    assert one.range == (26, 27)
    for _ in range(30):
        one.word(-1)
    assert one.range == (0, 4)


def test_a_span_that_touches_another_takes_its_place() -> None:
    one = editor()
    one.word(1)
    one.widen(2)
    one.put()
    assert [span["label"] for span in one.entities()] == ["MEASURE", "MEASURE"]
    assert one.entities()[1] == {"start": 13, "end": 26, "label": "MEASURE"}


def test_a_text_without_words_or_labels_is_left_as_it_is() -> None:
    one = SpanEditor("  ", [], [])
    for key in (one.put, one.remove, lambda: one.word(1), lambda: one.entity(1), lambda: one.choose(1)):
        key()
    assert one.entities() == [] and not one.changed


def test_boxes_are_removed_brought_back_and_relabelled() -> None:
    said = [{"label": "pole", "box": [1, 2, 3, 4], "confidence": 0.5}, {"label": "guy", "box": [5, 6, 7, 8]}]
    one = BoxEditor(said, ["crossarm"])
    assert one.labels == ("crossarm", "pole", "guy")
    one.remove()
    assert one.changed and [box["label"] for box in one.objects()] == ["guy"]
    one.remove()
    assert not one.changed
    one.move(1)
    one.relabel("crossarm")
    assert one.objects()[1] == {"label": "crossarm", "box": [5.0, 6.0, 7.0, 8.0]}
    lines = [
        "".join(text for text, _ in line) for line in box_lines(one, lambda label: 0, keep="Enter", ascii_only=True)
    ]
    assert lines[1].startswith("> crossarm") and lines[1].endswith("<- guy")
    assert "cannot be added" in box_lines(BoxEditor([], ["a"]), lambda label: 0, keep="Enter")[0][0][0]


def test_what_a_prediction_says_becomes_a_row() -> None:
    assert right_of({"entities": [{**POLE, "confidence": 0.4, "text": "pole"}]}) == {"entities": [POLE]}
    assert right_of({"similarity": 1.02}) == {"score": 1.0}
    assert right_of({"label": "a", "confidence": 0.4}) == {"label": "a"}
