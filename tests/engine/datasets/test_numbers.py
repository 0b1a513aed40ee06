from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.numbers import LARGEST_IN_WORDS, digits, number_words, numbers


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (18, "eighteen"),
        (20, "twenty"),
        (45, "forty-five"),
        (100, "one hundred"),
        (105, "one hundred five"),
        (2400, "two thousand four hundred"),
        (34_500, "thirty-four thousand five hundred"),
    ],
)
def test_a_number_in_words(value: int, words: str) -> None:
    assert number_words(value) == words


@given(st.integers(0, LARGEST_IN_WORDS), st.integers(0, LARGEST_IN_WORDS))
def test_two_numbers_never_share_their_words(one: int, other: int) -> None:
    assert (number_words(one) == number_words(other)) == (one == other)


@pytest.mark.parametrize("value", [-1, LARGEST_IN_WORDS + 1])
def test_a_number_that_has_no_words_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        number_words(value)


def test_digits_have_no_trailing_zeros_and_commas_on_request() -> None:
    assert digits(Decimal("8.50")) == "8.5"
    assert digits(Decimal("100")) == "100"
    assert digits(Decimal("34500"), grouped=True) == "34,500"


def test_a_range_holds_both_ends_and_decimal_steps_exactly() -> None:
    assert numbers(Decimal("0.1"), Decimal("0.5"), Decimal("0.2")) == [Decimal("0.1"), Decimal("0.3"), Decimal("0.5")]
