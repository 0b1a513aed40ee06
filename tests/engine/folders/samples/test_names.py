"""Names as a model reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.folders.samples.names import normalised


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("RuinsNight_Gridded-v2", "ruins night gridded v2"),
        ("[VTT] HTMLMap (22x16, 300dpi)", "vtt html map 22x16 300dpi"),
        ("01Night", "01 night"),
        ("Été à Café", "été à café"),
        ("Cafe\u0301", "café"),
        ("ÄrgerÜberall", "ärger überall"),
        ("地図　夜", "地図 夜"),
        ("Tom & Sons' Maps!", "tom & sons' maps!"),
        ("bad\udcff", "bad\\xff"),
        ("---", "---"),
    ],
)
def test_separators_and_humps_become_spaces_and_accents_stay(raw: str, words: str) -> None:
    assert normalised(raw) == words


@given(st.binary(min_size=1, max_size=40))
def test_any_name_becomes_a_text_without_surrogates_that_is_not_empty(raw: bytes) -> None:
    name = normalised(raw.decode("utf-8", "surrogateescape"))
    assert name.encode("utf-8") and name == " ".join(name.split())
