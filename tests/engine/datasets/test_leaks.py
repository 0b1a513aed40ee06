import pytest

from engine.datasets.leaks import Known, check_leaks, plain
from engine.errors import DataError


def test_casing_spacing_and_punctuation_make_no_other_text() -> None:
    assert plain("Keep  18 ft.!") == plain("keep 18 FT")
    assert plain("!!") != plain("??")


def test_a_phrase_is_known_as_whole_words_only() -> None:
    known = Known(["The crossarm is 18 feet up."])
    assert known.holds("Crossarm")
    assert known.holds("18 feet")
    assert not known.holds("arm")
    assert not known.holds("8 feet")
    assert not known.holds("crossarm 18")


def test_a_text_that_leaks_is_named() -> None:
    with pytest.raises(DataError, match="'A b' is meant to be held out and stands in training"):
        check_leaks(Known(["a B."]), ["A b"], [], "training")


def test_a_held_out_phrase_that_leaks_is_named() -> None:
    with pytest.raises(DataError, match="phrase 'guy wire' stands in training"):
        check_leaks(Known(["A guy wire broke."]), ["Other"], ["guy wire"], "training")
