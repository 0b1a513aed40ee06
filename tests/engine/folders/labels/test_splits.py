"""Splits: creators stay together, shares are kept, and what is settled stays."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.folders.labels.splits import Splittable, Splitting, settle

SIZES = st.lists(st.integers(1, 30), min_size=3, max_size=40)


def rows_of(sizes: list[int], start: int = 0) -> list[Splittable]:
    return [
        Splittable(start + 1000 * creator + at, f"c{start + creator}", "ab"[at % 2])
        for creator, size in enumerate(sizes)
        for at in range(size)
    ]


@settings(max_examples=60, deadline=None)
@given(SIZES, SIZES)
def test_a_creator_never_straddles_and_more_rows_move_nobody(first: list[int], more: list[int]) -> None:
    rows = rows_of(first)
    settled = settle(rows, {}, Splitting())
    assert set(settled.values()) == {"train", "validation", "test"}
    both = rows + [Splittable(row.id + 500, row.creator, row.label) for row in rows] + rows_of(more, 10**6)
    later = settle(both, settled, Splitting())
    assert all(later[number] == split for number, split in settled.items())
    creators: dict[str, set[str]] = {}
    for row in both:
        creators.setdefault(row.creator, set()).add(later[row.id])
    assert all(len(splits) == 1 for splits in creators.values())


def test_shares_are_kept_as_far_as_creators_allow() -> None:
    settled = Counter(settle(rows_of([10] * 60), {}, Splitting(test_size=0.2, validation_size=0.1)).values())
    assert settled == {"train": 420, "validation": 60, "test": 120}


def test_a_plain_split_parts_every_label_in_proportion() -> None:
    rows = rows_of([100])
    settled = settle(rows, {}, Splitting(by="plain"))
    by_label = Counter((row.label, settled[row.id]) for row in rows)
    assert [by_label[label, "test"] for label in "ab"] == [10, 10]
    assert 14 <= by_label["a", "validation"] + by_label["b", "validation"] <= 16


def test_another_seed_is_another_draw_and_the_same_the_same() -> None:
    rows = rows_of([3] * 30)
    one, two = (settle(rows, {}, Splitting(seed=seed)) for seed in (1, 2))
    assert one != two and one == settle(list(reversed(rows)), {}, Splitting(seed=1))


@pytest.mark.parametrize("sizes", [(0.0, 0.1), (0.2, 1.0), (0.6, 0.5)])
def test_shares_that_leave_nothing_are_refused(sizes: tuple[float, float]) -> None:
    with pytest.raises(InputError):
        Splitting(test_size=sizes[0], validation_size=sizes[1])
