from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.importers.splitting import draw, repeated_texts

SHARES = {"test": 0.1, "validation": 0.2}


def texts(row: dict[str, str]) -> tuple[str, ...]:
    return (row["text"],)


def both(row: dict[str, str]) -> tuple[str, ...]:
    return row["a"], row["b"]


def test_rows_are_drawn_70_20_10_in_their_order_and_none_is_lost() -> None:
    rows = [{"text": f"text {n:03}"} for n in range(200)]
    parted, _ = draw(rows, SHARES, texts, 7)
    assert {name: len(part) for name, part in parted.items()} == {"train": 140, "validation": 40, "test": 20}
    assert sorted(row["text"] for part in parted.values() for row in part) == [row["text"] for row in rows]
    assert parted["train"] == sorted(parted["train"], key=lambda row: row["text"])


@given(st.lists(st.sampled_from("ABCDEFGHIJKLMNOP"), min_size=10, max_size=60), st.integers(0, 99))
def test_a_text_is_never_in_two_splits(names: list[str], seed: int) -> None:
    rows = [{"text": f"{name.lower() if index % 2 else name} !"} for index, name in enumerate(names)]
    parted, _ = draw(rows, SHARES, texts, seed)
    assert sum(map(len, parted.values())) == len(rows)
    assert repeated_texts(parted, texts) == []


@given(st.lists(st.integers(0, 9), min_size=10, max_size=60), st.integers(0, 99))
def test_a_group_is_never_in_two_splits(groups: list[int], seed: int) -> None:
    rows = [{"text": f"text {index}", "group": f"g{group}"} for index, group in enumerate(groups)]
    parted, how = draw(rows, SHARES, texts, seed)
    owners = [{row["group"] for row in part} for part in parted.values()]
    assert not owners[0] & owners[1] and not owners[0] & owners[2] and not owners[1] & owners[2]
    assert how


def test_pairs_that_share_a_sentence_stay_together() -> None:
    rows = [{"a": f"s{n // 2}", "b": f"t{n}"} for n in range(100)]
    parted, how = draw(rows, SHARES, both, 3)
    first = [{row["a"] for row in part} for part in parted.values()]
    assert how == "no text in two splits"
    assert not first[0] & first[1] and not first[0] & first[2] and not first[1] & first[2]


def test_pairs_that_one_sentence_chains_together_are_split_by_pair_and_it_is_said() -> None:
    rows = [{"a": "the hub", "b": f"t{n}"} for n in range(100)]
    parted, how = draw(rows, SHARES, both, 3)
    assert {name: len(part) for name, part in parted.items()} == {"train": 70, "validation": 20, "test": 10}
    assert "single texts are shared" in how
