from decimal import Decimal

import pytest
from hypothesis import given

from engine.datasets.patterns import circle, parse, parse_range, problem_with_pattern
from tests.any_text import any_text


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("{PART", "without its }"),
        ("PART}", "without its {"),
        ("{PRT}", "did you mean 'PART'?"),
        ("{1..5 fet}", "there is no unit 'fet'"),
        ("{a b}", "neither {NAME}"),
        ("{5..1}", "the smaller number comes first"),
        ("{1..2..3}", "not a range"),
        ("{1..9 step 0}", "empty or too long"),
        ("{PART|mast}", "a name needs its own braces: {{PART}|…}"),
        ("{n} feet", "outside the forms of a unit"),
        ("  ", "an empty pattern"),
        ("{a|" * 30 + "b" + "}" * 30, "nest deeper than 20"),
    ],
)
def test_a_wrong_pattern_is_told_in_words(pattern: str, says: str) -> None:
    assert says in (problem_with_pattern(pattern, {"PART"}, {"feet"}) or "")


def test_a_form_of_a_unit_uses_its_number() -> None:
    assert problem_with_pattern("{n words} ({n}) feet", set(), set(), form=True) is None
    assert "uses another unit" in (problem_with_pattern("{n} {1..2 feet}", set(), {"feet"}, form=True) or "")
    assert "does not use the number" in (problem_with_pattern("feet", set(), set(), form=True) or "")


def test_vocabularies_that_refer_to_each_other_in_a_circle_are_found() -> None:
    assert circle({"A": ["x {B}"], "B": ["{{C}|y}"], "C": ["{A}"]}) == ["A", "B", "C", "A"]
    assert circle({"A": ["{B} {B}"], "B": ["y"]}) is None


def test_a_range_alone_is_read_with_its_unit() -> None:
    span = parse_range("0.5..9 step 0.5 feet")
    assert (span.low, span.high, span.step, span.unit) == (Decimal("0.5"), Decimal(9), Decimal("0.5"), "feet")


@given(any_text(max_size=60))
def test_any_text_is_parsed_or_refused_with_a_sentence(text: str) -> None:
    try:
        parse(text)
    except ValueError as problem:
        assert str(problem)
