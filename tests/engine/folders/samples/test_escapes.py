"""A path of any bytes is one line of text, and comes back from it."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.folders.samples.escapes import escaped, unescaped


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Ruins/Night", "Ruins/Night"),
        ("Écho/地図\u3000夜", "Écho/地図\u3000夜"),
        ("not \udcff text", r"not \xff text"),
        (r"not \xff text", r"not \x5cxff text"),
        ("two\nlines", r"two\x0alines"),
        (" blanks ", r"\x20blanks\x20"),
        ("turns\x1b[2J", r"turns\x1b[2J"),
        (r"C:\maps", r"C:\maps"),
    ],
)
def test_what_cannot_be_printed_is_escaped(path: str, text: str) -> None:
    assert escaped(path) == text and unescaped(text) == path


@given(st.binary(min_size=1))
def test_every_path_comes_back(raw: bytes) -> None:
    path = raw.decode("utf-8", "surrogateescape")
    text = escaped(path)
    text.encode()
    assert unescaped(text.strip()) == path and "\n" not in text


def test_half_a_pair_of_surrogates_is_no_crash() -> None:
    assert escaped("a\ud800") == r"a\xed\xa0\x80"
    assert os.fsencode(unescaped(escaped("a\ud800")))
