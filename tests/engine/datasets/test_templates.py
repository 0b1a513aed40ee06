from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.templates import Grammar, Segment, capitalised, smooth

GRAMMAR = Grammar(
    {
        "PART": [("pole", "mast")],
        "MEASURE": [("{5..5 feet}",)],
        "MEASURE.load": [("{300..300} pounds",)],
        "RULE": [("Rule {PART}",)],
    },
    {"feet": ["{n} ft."], "volts": ["{n,} V", "{n words} volts"]},
    {"PART", "MEASURE", "MEASURE.load"},
)


def text_of(pattern: str, seed: int = 0) -> str:
    return "".join(segment.text for segment in GRAMMAR.expand(pattern, Random(seed)))


def all_of(pattern: str) -> set[str]:
    return {text_of(pattern, seed) for seed in range(80)}


def test_alternatives_nest_and_may_be_empty() -> None:
    assert all_of("{a|b{1|2}|}x") == {"ax", "b1x", "b2x", "x"}


def test_a_range_draws_both_ends_and_keeps_to_its_steps() -> None:
    assert all_of("{1..3}") == {"1", "2", "3"}
    assert all_of("{0.5..1.5 step 0.5}") == {"0.5", "1", "1.5"}


def test_a_unit_writes_the_number_in_each_of_its_forms() -> None:
    assert all_of("{1200..1200 volts}") == {"1,200 V", "one thousand two hundred volts"}


def test_a_fraction_is_never_written_in_words() -> None:
    assert all_of("{2.5..2.5 volts}") == {"2.5 V"}


def test_an_entity_is_a_segment_of_its_own_with_its_label() -> None:
    segments = GRAMMAR.expand("The {PART} of {MEASURE.load}", Random(1))
    assert [segment.label for segment in segments] == [None, "PART", None, "MEASURE"]
    assert segments[3].text == "300 pounds"


def test_what_stands_inside_a_phrase_belongs_to_it() -> None:
    assert {segment.label for segment in GRAMMAR.expand("{RULE}", Random(1))} == {None}


def test_an_abbreviation_at_the_end_takes_the_full_stop() -> None:
    assert text_of("Keep {MEASURE}.") == "Keep 5 ft."


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("a(n) {pole|anchor}", {"a pole", "an anchor"}),
        ("A(n) old {x|y}", {"An old x", "An old y"}),
        ("a(n) {|new }arm", {"an arm", "a new arm"}),
    ],
)
def test_the_article_follows_the_next_letter(pattern: str, texts: set[str]) -> None:
    assert all_of(pattern) == texts


def test_a_bound_name_stands_for_the_given_text() -> None:
    assert GRAMMAR.expand("{X}!", Random(0), {"X": "hi"}) == [Segment("hi"), Segment("!")]


def test_a_sentence_begins_with_a_capital_and_keeps_the_rest() -> None:
    assert capitalised([Segment("pole A", "PART"), Segment(" b")])[0] == Segment("Pole A", "PART")


@given(st.lists(st.text("ab. (n)", max_size=8), max_size=6))
def test_smoothing_never_loses_a_letter(texts: list[str]) -> None:
    before, after = ("".join(parts) for parts in (texts, [s.text for s in smooth([Segment(t) for t in texts])]))
    # Only full stops go, and "a(n)" becomes "a" or "an".
    assert after.replace(".", "").replace("(n)", "").replace("an ", "a ").count("b") == before.count("b")
