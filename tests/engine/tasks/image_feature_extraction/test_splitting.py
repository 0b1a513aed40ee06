"""Validation in two: those that say when to stop, those that the confidence is fitted on."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from engine.tasks.image_feature_extraction.splitting import part

rows_strategy = st.lists(
    st.fixed_dictionaries({"label": st.sampled_from("abc"), "group": st.sampled_from(["", "g1", "g2", "g3", "g4"])}),
    max_size=150,
).map(lambda rows: [{**row, "image": f"files/{at}.png"} for at, row in enumerate(rows)])


@given(rows_strategy, st.floats(0, 0.9), st.integers(0, 5))
def test_every_row_goes_to_one_side_and_no_group_to_both(rows: list, share: float, seed: int) -> None:
    parts = part(rows, share, seed)
    if not parts.apart:
        assert parts.watched == parts.spared == rows
        return
    names = [row["image"] for row in (*parts.watched, *parts.spared)]
    assert sorted(names) == sorted(row["image"] for row in rows)
    groups = [{row["group"] for row in side if row["group"]} for side in (parts.watched, parts.spared)]
    assert not groups[0] & groups[1]
    assert part(rows, share, seed) == parts


def test_each_label_is_parted_evenly() -> None:
    rows = [{"label": label, "image": f"{label}{at}"} for label in "abc" for at in range(40)]
    parts = part(rows, 0.5, 1)
    assert Counter(row["label"] for row in parts.spared) == {"a": 20, "b": 20, "c": 20}


def test_few_rows_are_not_parted() -> None:
    rows = [{"label": "a", "image": str(at)} for at in range(40)]
    assert not part(rows, 0.5, 1).apart
