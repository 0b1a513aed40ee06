"""The replay sample: as many as asked for, rare classes kept, the same for the same seed."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.feedback.forms import OBJECTS
from engine.feedback.replay import list_sha256, replay_sample

sample_of = partial(replay_sample, labels_of=OBJECTS.labels_of)


def row(number: int, *labels: str) -> dict[str, Any]:
    return {
        "image": f"files/{number:024x}.jpg",
        "objects": [{"label": label, "box": [0, 0, 1, 1]} for label in labels],
    }


COMMON = [row(number, "pole") for number in range(200)]
RARE = [row(number, "pole", "crossarm") for number in range(200, 206)]
EMPTY = [row(number) for number in range(206, 300)]
ROWS = [*COMMON, *RARE, *EMPTY]


def showing(rows: list[dict[str, Any]], label: str) -> int:
    return sum(any(one["label"] == label for one in row["objects"]) for row in rows)


def test_it_is_as_large_as_asked_for() -> None:
    assert len(sample_of(ROWS, count=30, floor=0, seed=1)) == 30


def test_all_there_is_where_more_is_asked_for() -> None:
    assert sample_of(ROWS, count=1000, floor=1000, seed=1) == ROWS


def test_a_rare_class_is_kept() -> None:
    assert showing(sample_of(ROWS, count=20, floor=5, seed=1), "crossarm") >= 5


def test_a_class_with_fewer_images_than_the_floor_is_kept_whole() -> None:
    assert showing(sample_of(ROWS, count=20, floor=15, seed=1), "crossarm") == len(RARE)


def test_the_floor_counts_for_more_than_the_size() -> None:
    assert len(sample_of(ROWS, count=4, floor=12, seed=1)) == 12


def test_nothing_is_replayed_when_nothing_is_asked_for() -> None:
    assert sample_of(ROWS, count=0, floor=0, seed=1) == []


def test_images_without_an_object_are_among_the_others() -> None:
    assert any(not row["objects"] for row in sample_of(ROWS, count=60, floor=5, seed=1))


def test_the_seed_decides_and_the_order_of_the_rows_does_not() -> None:
    sample = sample_of(ROWS, count=40, floor=5, seed=1)
    turned = sample_of(ROWS[::-1], count=40, floor=5, seed=1)
    assert {row["image"] for row in turned} == {row["image"] for row in sample}
    assert sample_of(ROWS, count=40, floor=5, seed=2) != sample


def test_a_larger_sample_holds_the_smaller_one() -> None:
    small, large = (sample_of(ROWS, count=count, floor=5, seed=1) for count in (20, 60))
    assert {row["image"] for row in small} <= {row["image"] for row in large}


def test_the_hash_of_a_list_tells_lists_apart() -> None:
    assert list_sha256(["a", "b"]) != list_sha256(["b", "a"]) != list_sha256([])
