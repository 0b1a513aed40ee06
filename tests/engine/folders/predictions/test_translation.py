"""Labels in the words of another taxonomy."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InputError
from engine.folders.predictions.translation import translation
from engine.profiles.taxonomies import Taxonomy

MODEL = ("map", "song", "token")
OLD = Taxonomy(
    labels={"map": "", "song": "", "token": ""}, mappings={"new": {"map": "art", "token": "art", "song": "audio"}}
)


def test_labels_that_lead_to_the_same_one_are_added_up() -> None:
    words = translation(MODEL, "old", "new", {"old": OLD}, profile="p")
    assert words.labels == ("art", "audio")
    assert np.allclose(words.shares(np.array([[0.3, 0.4, 0.3]])), [[0.6, 0.4, 0.0]])


def test_a_taxonomy_without_a_way_to_it_is_refused() -> None:
    for learnt, wanted in (("new", "old"), ("old", "other")):
        with pytest.raises(InputError, match=f"say --taxonomy {learnt}"):
            translation(MODEL, learnt, wanted, {"old": OLD}, profile="p")
