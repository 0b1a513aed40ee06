"""A creator keeps to its own words and its own way of writing, mostly."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.folders.drawn_library.roles import Role
from engine.folders.drawn_library.style import Style, draw_style
from engine.folders.drawn_library.words import concept
from tests.any_text import any_text

PLAIN = Style(
    language="en", english=1.0, case="title", separator=" ", codes=0.0, prefix="", initials="AV", suffix="",
    typos=0.0, fickle=0.0, old_bytes=False,
)  # fmt: skip
NIGHT = concept(Role.MOOD, "day")


@pytest.mark.parametrize(
    ("changed", "written"),
    [
        ({}, "Ruins of Karth PDF".replace("of", "Of")),
        ({"case": "lower", "separator": "_"}, "ruins_of_karth_pdf"),
        ({"case": "upper", "separator": "-"}, "RUINS-OF-KARTH-PDF"),
        ({"case": "camel"}, "RuinsOfKarthPDF"),
        ({"prefix": "number"}, "07 Ruins Of Karth PDF"),
        ({"prefix": "brackets"}, "[AV] Ruins Of Karth PDF"),
    ],
)
def test_a_style_is_a_case_a_separator_and_what_stands_before(changed: dict[str, str], written: str) -> None:
    style = replace(PLAIN, **changed)
    assert style.write("ruins of karth pdf", Random(1), number=7, is_title=True) == written


def test_a_word_once_chosen_is_kept() -> None:
    style = replace(PLAIN, words={})
    assert len({style.word(Role.MOOD, NIGHT, Random(seed)) for seed in range(20)}) == 1


def test_a_fickle_creator_uses_several_words_for_a_thing() -> None:
    style = replace(PLAIN, fickle=1.0, words={})
    assert len({style.word(Role.MOOD, NIGHT, Random(seed)) for seed in range(20)}) > 2


def test_old_systems_wrote_bytes_that_are_no_utf8() -> None:
    name = replace(PLAIN, old_bytes=True).write("wälder", Random(1))
    assert name.encode("utf-8", "surrogateescape") == "Wälder".encode("cp850")


@given(text=any_text(min_size=1, max_size=400), seed=st.integers(0, 2**32))
def test_what_is_written_can_stand_on_a_disk(text: str, seed: int) -> None:
    random = Random(seed)
    style = draw_style(random, "Anna Velm", random.choice(("en", "de")), typos=0.5)
    name = style.write(text.encode("utf-8", "ignore").decode(), random, number=3, is_title=True)
    assert name not in ("", ".", "..") and "/" not in name and "\0" not in name
    assert len(name.encode("utf-8", "surrogateescape")) <= 200
