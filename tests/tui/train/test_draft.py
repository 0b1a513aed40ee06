"""Changes: what a draft asks for after each of them."""

from __future__ import annotations

import pytest

from tui.train.command import commands
from tui.train.draft import Draft, line_of, with_dataset, with_line, with_value, without_value

TWO = Draft("p.yaml", ("ner", "yolo"))


def test_a_value_takes_the_place_of_the_one_before() -> None:
    draft = with_value(with_value(TWO, "ner", "epochs", "3"), "ner", "epochs", "5")
    assert draft.changes == ("ner.epochs=5",)


def test_a_value_of_one_model_wins_over_that_of_all() -> None:
    assert with_value(with_line(TWO, "epochs=3")[0], "ner", "epochs", "5").changes == ("epochs=3", "ner.epochs=5")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("ner.epochs=3", ()),
        ("ner.config.epochs=3", ()),
        ("epochs=3", ("yolo.epochs=3",)),
        ("config.epochs=3 ner.seed=1", ("yolo.epochs=3", "ner.seed=1")),
        ("yolo.epochs=3", ("yolo.epochs=3",)),
    ],
)
def test_back_to_the_profile_for_one_model_leaves_the_other_as_it_is(line: str, left: tuple[str, ...]) -> None:
    assert without_value(with_line(TWO, line)[0], "ner", "epochs", ["ner", "yolo"]).changes == left


@pytest.mark.parametrize(
    "changes",
    [("a=1", "b=2"), ("labels=[A, B]",), ('x={"a": "b c"}',), ("base=it's here",), (r"path=C:\data",), ()],
)
def test_changes_come_back_from_their_line(changes: tuple[str, ...]) -> None:
    draft, problem = with_line(TWO, line_of(changes))
    assert (draft.changes, problem) == (changes, "")


def test_a_quote_that_is_not_closed_changes_nothing() -> None:
    assert with_line(TWO, "a='b") == (TWO, "a quote is not closed")


def test_what_came_with_a_run_is_forgotten_when_it_is_changed() -> None:
    draft = Draft("p", ("ner",), changes=("ner.a=1", "ner.b=2"), run="r-1", copied=frozenset({"ner.a=1", "ner.b=2"}))
    changed = with_value(draft, "ner", "a", "9")
    assert changed.copied == {"ner.b=2"} and changed.run == "r-1"
    assert with_value(changed, "ner", "b", "9").run == ""


def test_the_command_does_the_same() -> None:
    draft = with_dataset(with_value(TWO, "ner", "labels", "[A, B]"), "yolo", "poles-yolo-1")
    assert commands(draft, "poles", "/w") == [
        "engine train poles ner --set 'ner.labels=[A, B]' --workspace /w",
        "engine train poles yolo --set 'ner.labels=[A, B]' --dataset poles-yolo-1 --workspace /w",
    ]


def test_another_dataset_takes_the_place_of_the_first_and_none_takes_it_away() -> None:
    draft = with_dataset(with_dataset(TWO, "ner", "a"), "ner", "b")
    assert draft.datasets == (("ner", "b"),) and with_dataset(draft, "ner", "").datasets == ()
