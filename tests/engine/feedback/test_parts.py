"""Where an image of feedback belongs is told by its hash, and stays."""

from __future__ import annotations

import hashlib

import pytest

from engine.feedback.parts import part_of

HASHES = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(1000)]


def parts(held_out: float, validation: float) -> list[str]:
    return [part_of(one, held_out=held_out, validation=validation) for one in HASHES]


def test_the_shares_are_about_those_that_were_asked_for() -> None:
    found = parts(0.2, 0.1)
    assert found.count("test") == pytest.approx(200, abs=40)
    assert found.count("validation") == pytest.approx(100, abs=30)


def test_what_a_small_share_holds_out_a_larger_one_holds_out_too() -> None:
    small, large = parts(0.1, 0.1), parts(0.3, 0.2)
    assert all(after == before for before, after in zip(small, large, strict=True) if before != "train")


def test_nothing_is_held_out_where_nothing_is_asked_for() -> None:
    assert set(parts(0, 0)) == {"train"}


@pytest.mark.parametrize(
    ("digest", "part"), [("0" * 64, "test"), ("f" * 64, "validation"), ("8" + "0" * 63, "train")]
)
def test_the_ends_belong_to_test_and_validation(digest: str, part: str) -> None:
    assert part_of(digest, held_out=0.2, validation=0.1) == part
