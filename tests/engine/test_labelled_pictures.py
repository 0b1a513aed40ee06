"""Rows of labelled pictures: what they may say."""

from typing import Any

import pytest

from engine.labelled_pictures import count_classes, problem_with

GOOD: dict[str, Any] = {"image": "files/a.png", "width": 4, "height": 3, "label": "hot spot"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"group": "flight 3"},
        {"conditions": {"light": "dim", "age": "60+"}},
        {"label": "東京 タワー"},
        {"label": "Zoë's dog", "slice": "unseen"},
    ],
)
def test_a_row_may_say_this(more: dict[str, Any]) -> None:
    assert problem_with({**GOOD, **more}) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"image": ""}, "`image` must be the path of a picture"),
        ({"image": "../a.png"}, "leads out of the dataset"),
        ({"width": 0}, "`width` must be a whole number of pixels"),
        ({"height": True}, "`height` must be a whole number of pixels"),
        ({"label": " "}, "`label` must be a name that is not empty"),
        ({"label": 3}, "`label` must be a name that is not empty"),
        ({"label": "a\x1b[2J"}, "`label` 'a\\x1b[2J' holds control characters"),
        ({"label": "a\nb"}, "holds control characters"),
        ({"label": "a\u2028b"}, "holds control characters"),
        ({"label": "\udcff"}, "bytes that are no text"),
        ({"label": "x" * 201}, "`label` has 201 letters, more than the 200 of a name"),
        ({"group": ""}, "`group` must be a name that is not empty"),
        ({"group": None}, "`group` must be a name that is not empty"),
        ({"conditions": []}, "`conditions` must be an object with at most 40 columns"),
        ({"conditions": {f"c{number}": "x" for number in range(41)}}, "at most 40 columns"),
        ({"conditions": {"": "x"}}, "`conditions` must be a name that is not empty"),
        ({"conditions": {"light": ""}}, "`conditions.light` must be a name that is not empty"),
        ({"conditions": {"light": 3}}, "`conditions.light` must be a name that is not empty"),
        ({"conditions": {"light": "\x07"}}, "`conditions.light` '\\x07' holds control characters"),
    ],
)
def test_a_row_may_not_say_that(changes: dict[str, Any], says: str) -> None:
    assert says in str(problem_with({**GOOD, **changes}))


def test_labels_are_counted() -> None:
    assert count_classes([GOOD, {**GOOD, "label": "cold"}, GOOD]) == {"cold": 1, "hot spot": 2}
