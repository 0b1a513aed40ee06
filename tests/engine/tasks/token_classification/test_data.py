from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tasks.token_classification.data import bio_labels, count_classes, labels_of, problem_with


def entity(start: Any, end: Any, label: Any = "PART") -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


TEXT = "An oak pole leans"


@pytest.mark.parametrize(
    "row",
    [
        {"text": TEXT, "entities": []},
        {"text": TEXT, "entities": [entity(3, 11)]},
        {"text": TEXT, "entities": [entity(7, 11), entity(3, 6)]},
        {"text": TEXT, "entities": [entity(3, 7), entity(7, 11)], "slice": "seen", "group": "x"},
        {"text": TEXT, "entities": [entity(0, len(TEXT))]},
    ],
)
def test_a_row_that_can_be_used(row: dict[str, Any]) -> None:
    assert problem_with(row) is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "`text` must be a text"),
        ({"text": 3, "entities": []}, "`text` must be a text"),
        ({"text": " \n", "entities": []}, "not empty"),
        ({"text": TEXT}, "`entities` must be a list"),
        ({"text": TEXT, "entities": None}, "`entities` must be a list"),
        ({"text": TEXT, "entities": [3]}, "entity 1: must be an object"),
        ({"text": TEXT, "entities": [entity(3, 11), {"start": 0}]}, "entity 2: `end` must be a whole number"),
        ({"text": TEXT, "entities": [entity(3.0, 11)]}, "`start` must be a whole number"),
        ({"text": TEXT, "entities": [entity(False, 11)]}, "`start` must be a whole number"),
        ({"text": TEXT, "entities": [entity(3, 11, "")]}, "`label` must be a name"),
        ({"text": TEXT, "entities": [entity(3, 11, 5)]}, "`label` must be a name"),
        ({"text": TEXT, "entities": [entity(3, 11, "O")]}, "other than 'O'"),
        ({"text": TEXT, "entities": [entity(3, 3)]}, "3 to 3 is not inside the text of 17 characters"),
        ({"text": TEXT, "entities": [entity(11, 3)]}, "is not inside"),
        ({"text": TEXT, "entities": [entity(-1, 3)]}, "is not inside"),
        ({"text": TEXT, "entities": [entity(3, 18)]}, "is not inside"),
        ({"text": TEXT, "entities": [entity(2, 3)]}, "characters 2 to 3 are blank"),
        (
            {"text": TEXT, "entities": [entity(3, 11), entity(7, 17)]},
            "overlap at 'pole' (characters 7 to 11)",
        ),
        ({"text": TEXT, "entities": [entity(0, 17), entity(3, 6)]}, "entities overlap at 'oak'"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_in_words(row: dict[str, Any], says: str) -> None:
    assert says in (problem_with(row) or "")


def test_classes_are_counted_and_rows_without_entities_too() -> None:
    rows = [
        {"text": "a b", "entities": [entity(0, 1), entity(2, 3, "UNIT")]},
        {"text": "c", "entities": [entity(0, 1)]},
        {"text": "d", "entities": []},
    ]
    assert count_classes(rows) == {"(none)": 1, "PART": 2, "UNIT": 1}
    assert labels_of(rows) == ["PART", "UNIT"]


@pytest.mark.parametrize(
    ("offsets", "entities", "labels"),
    [
        pytest.param([(0, 0), (0, 2), (3, 6), (7, 11), (12, 17), (0, 0)], [entity(3, 11)],
                     ["O", "O", "B-PART", "I-PART", "O", "O"], id="special tokens"),
        pytest.param([(3, 4), (4, 6), (7, 9), (9, 11)], [entity(3, 11)],
                     ["B-PART", "I-PART", "I-PART", "I-PART"], id="sub-words"),
        pytest.param([(2, 6), (6, 11)], [entity(3, 11)], ["B-PART", "I-PART"], id="a token with its leading blank"),
        pytest.param([(3, 7), (7, 11)], [entity(3, 7), entity(7, 11)], ["B-PART", "B-PART"], id="neighbours"),
        pytest.param([(3, 11)], [entity(3, 6, "A"), entity(6, 11, "B")], ["B-B"], id="more of the second"),
        pytest.param([(3, 9)], [entity(3, 6, "A"), entity(6, 9, "B")], ["B-A"], id="a tie goes to the first"),
        pytest.param([(0, 0), (0, 0)], [entity(0, 2)], ["O", "O"], id="padding over an entity at the start"),
        pytest.param([(7, 11), (12, 17)], [entity(3, 11)], ["B-PART", "O"], id="a window that begins inside"),
        pytest.param([(3, 6)], [entity(7, 11), entity(3, 6, "A")], ["B-A"], id="entities in any order"),
        pytest.param([], [entity(3, 6)], [], id="no tokens"),
    ],
)  # fmt: skip
def test_tokens_get_the_label_of_their_characters(
    offsets: list[tuple[int, int]], entities: list[dict[str, Any]], labels: list[str]
) -> None:
    assert bio_labels(offsets, entities) == labels


@st.composite
def _tokenised(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[dict[str, Any]]]:
    """A text cut into entities and the gaps between them, and each of these cut into tokens."""
    at, offsets, entities = 0, [(0, 0)], []
    for _ in range(draw(st.integers(0, 6))):
        at += draw(st.integers(0, 2))
        label = draw(st.sampled_from([None, "A", "B"]))
        start = at
        for _ in range(draw(st.integers(1, 4))):
            at += draw(st.integers(0, 1)) if at > start else 0
            width = draw(st.integers(1, 5))
            offsets.append((at, at + width))
            at += width
        if label:
            entities.append(entity(start, at, label))
    return [*offsets, (0, 0), (0, 0)], entities


@given(_tokenised())
def test_labels_give_back_exactly_the_entities(case: tuple[list[tuple[int, int]], list[dict[str, Any]]]) -> None:
    offsets, entities = case
    labels = bio_labels(offsets, entities)
    found: list[dict[str, Any]] = []
    for (start, end), label in zip(offsets, labels, strict=True):
        if label.startswith("B-"):
            found.append(entity(start, end, label[2:]))
        elif label.startswith("I-"):
            assert found[-1]["label"] == label[2:]
            found[-1]["end"] = end
    assert found == entities
