import pytest
from pydantic import TypeAdapter, ValidationError

from engine.datasets.vocabulary import HeldOut, Parts, Shared, divide

held_out = TypeAdapter(HeldOut)
shared = TypeAdapter(Shared)


def test_one_list_is_divided_and_no_phrase_stands_in_two_parts() -> None:
    parts: Parts = held_out.validate_python([f"phrase {number}" for number in range(20)])
    divided = divide(parts, 7, "PART")
    train, validation, test = (set(divided.of(world)) for world in ("train", "validation", "test"))
    assert (len(train), len(validation), len(test)) == (12, 3, 5)
    assert not (train & validation or train & test or validation & test)


def test_the_seed_and_the_name_decide_what_is_held_out() -> None:
    parts: Parts = held_out.validate_python([f"phrase {number}" for number in range(20)])
    assert divide(parts, 7, "PART") == divide(parts, 7, "PART")
    assert divide(parts, 7, "PART") != divide(parts, 8, "PART")
    assert divide(parts, 7, "PART") != divide(parts, 7, "OTHER")


def test_what_the_author_wrote_is_kept_and_only_the_missing_part_is_drawn() -> None:
    parts = Parts.model_validate({"train": ["a", "b", "c", "d"], "test": ["z"]})
    divided = divide(parts, 7, "PART")
    assert divided.test == (("z",),)
    assert len(divided.validation) == 1
    assert len(divided.train) == 3


def test_synonyms_stay_together() -> None:
    parts: Parts = held_out.validate_python([["guy", "stay"], ["pole", "mast"], ["arm", "crossarm"]])
    divided = divide(parts, 1, "PART")
    assert sorted(divided.train + divided.validation + divided.test) == [
        ("arm", "crossarm"),
        ("guy", "stay"),
        ("pole", "mast"),
    ]


def test_shared_phrases_stand_in_every_part() -> None:
    divided = divide(shared.validate_python(["x", "y"]), 1, "SLOT")
    assert divided.train == divided.validation == divided.test == (("x",), ("y",))


def test_a_list_too_short_to_hold_out_from_says_what_to_write() -> None:
    with pytest.raises(ValueError, match="write at least 3"):
        divide(held_out.validate_python(["a", "b"]), 1, "PART")


def test_a_part_that_would_be_empty_is_told() -> None:
    with pytest.raises(ValueError, match="PART: the part `train` is empty"):
        divide(Parts.model_validate({"validation": ["a"], "test": ["b"]}), 1, "PART")


def test_a_phrase_in_two_parts_is_refused() -> None:
    with pytest.raises(ValidationError, match="'a' stands in both train and test"):
        Parts.model_validate({"train": ["a", "b"], "test": ["a"]})
