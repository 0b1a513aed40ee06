"""The text of a folder says what the template names, and nothing empty."""

import pytest

from engine.errors import InputError
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.text import fields_of, text_of

RUINS = TrainingSample(
    path="Tom/Ruins\udcff", name="ruins", tokens=("tom", "ruins"), creator="tom", parent="tom", depth=2,
    children=("day", "night"), extensions={"jpg": 3, "webp": 1},
)  # fmt: skip


def test_the_default_names_the_folder_and_what_surrounds_it() -> None:
    assert text_of(RUINS) == "ruins | in tom | holds day, night | jpg webp | depth 2"


def test_parts_without_a_value_are_left_out() -> None:
    assert text_of(RUINS, "{name} | beside {siblings} | files {files}") == "ruins"


@pytest.mark.parametrize(
    ("template", "said"), [("{author}", "names {author}"), ("plain", "no field"), ("{", "cannot be read")]
)
def test_a_template_that_cannot_be_used_is_named(template: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fields_of(template)
