import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.sampling import in_turn, quotas, split_sizes, stream


def test_a_stream_is_the_same_in_a_process_with_another_hash_seed() -> None:
    code = "from engine.datasets.sampling import stream; print(stream(7, 'a', 'b').random())"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert texts == {str(stream(7, "a", "b").random())}


def test_streams_of_other_names_differ() -> None:
    assert stream(7, "ab").random() != stream(7, "a", "b").random() != stream(8, "a", "b").random()


@given(st.integers(3, 5000))
def test_splits_are_70_20_10_and_none_is_empty(rows: int) -> None:
    train, validation, test = split_sizes(rows)
    assert train + validation + test == rows
    assert min(train, validation, test) >= 1
    assert abs(validation - 0.2 * rows) <= 1
    assert abs(test - 0.1 * rows) <= 1


def test_two_rows_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        split_sizes(2)


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=8), st.integers(0, 1000))
def test_quotas_add_up_and_none_is_off_by_more_than_one(shares: list[float], total: int) -> None:
    counts = quotas(shares, total)
    assert sum(counts) == total
    assert all(abs(n - s * total / sum(shares)) < 1 + 1e-6 for n, s in zip(counts, shares, strict=True))


def test_items_come_in_turn_each_once_a_round() -> None:
    drawn = in_turn("abc", stream(1, "x"))
    rounds = ["".join(sorted(next(drawn) for _ in range(3))) for _ in range(4)]
    assert rounds == ["abc"] * 4
