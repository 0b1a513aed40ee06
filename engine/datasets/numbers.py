"""Numbers as recipes write them: ranges, digits, grouped thousands, English words."""

from __future__ import annotations

from decimal import Decimal

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = [".", ".", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
LARGEST_IN_WORDS = 999_999


def number_words(value: int) -> str:
    """`value` in English words: 18 → eighteen, 2400 → two thousand four hundred."""
    if not 0 <= value <= LARGEST_IN_WORDS:
        raise ValueError(f"{value} is not between 0 and {LARGEST_IN_WORDS}")
    if value < 20:
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    size, name = (1000, "thousand") if value >= 1000 else (100, "hundred")
    large, rest = divmod(value, size)
    return f"{number_words(large)} {name}" + (f" {number_words(rest)}" if rest else "")


def digits(value: Decimal, *, grouped: bool = False) -> str:
    """`value` in digits, without trailing zeros; `grouped` puts commas between thousands."""
    plain = value.normalize()
    return f"{plain:,f}" if grouped else f"{plain:f}"


def in_words(value: Decimal) -> bool:
    """Whether `number_words` can write `value`."""
    return value == value.to_integral_value() and 0 <= value <= LARGEST_IN_WORDS


def numbers(low: Decimal, high: Decimal, step: Decimal) -> list[Decimal]:
    """`low`, `low + step` … up to `high`."""
    return [low + step * index for index in range(int((high - low) / step) + 1)]
