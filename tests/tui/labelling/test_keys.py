"""A key for each label."""

from hypothesis import given
from hypothesis import strategies as st

from tests.any_text import any_text
from tui.actions import actions_of
from tui.labelling.keys import POOL, keys_of

LEGACY = (
    "primary_author", "secondary_author", "collection", "subject", "media_format", "media_type", "variant", "other",
)  # fmt: skip


def test_the_first_letter_where_it_is_free() -> None:
    keys = keys_of(LEGACY)
    assert [keys[label] for label in LEGACY] == ["p", "s", "c", "u", "m", "e", "v", "o"]


def test_no_label_has_a_key_that_means_something_else() -> None:
    taken = {key for place in ("app", "label") for action in actions_of(place) for key in action.keys.split(",")}
    assert not taken & set(POOL)


@given(st.lists(any_text(min_size=1, max_size=8), max_size=40, unique=True))
def test_keys_are_unique_and_none_is_wasted(labels: list[str]) -> None:
    keys = keys_of(labels)
    assert len(set(keys.values())) == len(keys) == min(len(labels), len(POOL))
