"""Which rows teach, watch, calibrate and play strangers."""

from __future__ import annotations

from collections import Counter

from engine.labelled_pictures import Row
from engine.tasks.image_classification.parts import part_rows


def rows(**counts: int) -> list[Row]:
    return [
        {"label": label, "image": f"files/{label}-{at}"} for label, count in counts.items() for at in range(count)
    ]


def test_half_of_each_label_s_validation_rows_are_spared() -> None:
    parts = part_rows(rows(a=5, b=5), rows(a=40, b=40, c=3), ["a", "b"], seed=1)
    assert not parts.shared
    for half in (parts.watched, parts.spared):
        assert Counter(row["label"] for row in half) == {"a": 20, "b": 20}
    assert not {row["image"] for row in parts.watched} & {row["image"] for row in parts.spared}
    assert [row["label"] for row in parts.strangers] == ["c"] * 3


def test_a_few_rows_do_both() -> None:
    parts = part_rows(rows(a=5, b=5), rows(a=10, b=10), ["a", "b"], seed=1)
    assert parts.shared and parts.watched == parts.spared and len(parts.watched) == 20


def test_rows_of_other_labels_do_not_teach() -> None:
    parts = part_rows(rows(a=5, b=5), [], ["b"], seed=1)
    assert {row["label"] for row in parts.taught} == {"b"}
