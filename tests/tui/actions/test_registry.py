"""The registry: every key of the console, once, and none that does not arrive."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from textual.binding import Binding

from tui.actions import ACTIONS, MENU, action_of, bindings_of
from tui.actions.chain import SCREENS, meet
from tui.actions.keymap import DEFAULT
from tui.actions.keys import label_of, named, problem_with, taken
from tui.actions.reference import key_table, keys_page

PLACES = sorted({action.place for action in ACTIONS})
COPIES = {"field.copy", "app.how_to_quit"}
"""Ctrl+C copies in a field, and otherwise only says how to quit."""


def test_every_action_has_a_name_of_its_own_and_a_sentence() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    assert all(action.help and action.title and action.keys and action.group for action in ACTIONS)
    assert all(action.id.replace(".", "").replace("_", "").replace("-", "").isalnum() for action in ACTIONS)


@pytest.mark.parametrize("place", PLACES)
def test_no_two_actions_of_a_place_share_a_key(place: str) -> None:
    keys = [key for action in ACTIONS if action.place == place for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert len(bindings_of(place)) == sum(action.place == place for action in ACTIONS)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_default_key_arrives(action: object) -> None:
    for key in action.keys.split(","):  # type: ignore[attr-defined]
        assert problem_with(key) == "", key
        assert taken(key) == "" or action.id in COPIES, key  # type: ignore[attr-defined]


def test_no_screen_hides_a_key_of_the_console() -> None:
    shared = [
        (one.id, other.id)
        for one, other in itertools.combinations(ACTIONS, 2)
        if set(one.keys.split(",")) & set(other.keys.split(",")) and {one.place, other.place} & set(SCREENS)
        if meet(one.place, other.place) and "app" in (one.place, other.place)
    ]
    assert shared == []


def test_the_menu_goes_to_every_screen() -> None:
    assert tuple(action.name.split("'")[1] for action in MENU) == SCREENS


def test_a_binding_knows_its_action() -> None:
    for place in PLACES:
        for binding in bindings_of(place):
            assert isinstance(binding, Binding)
            found = action_of(binding)
            assert found is not None and (found.place, found.name) == (place, binding.action)


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("ctrl+g", "^g"), ("f9", "F9"), ("question_mark", "?"), ("left", "←"), ("escape", "Esc"), ("S", "S"),
        ("shift+left", "Shift+←"), ("alt+x", "Alt+x"), ("f", "f"),
    ],
)  # fmt: skip
def test_keys_are_written_as_people_do(key: str, label: str) -> None:
    assert label_of(key) == label


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("?", "question_mark"), ("S", "S"), ("Ctrl+G", "ctrl+G"), ("ctrl+g", "ctrl+g"), ("/", "slash"), ("+", "plus"),
        ("ctrl++", "ctrl+plus"), ("Enter", "enter"), ("-", "minus"), ("<", "less_than_sign"), ("@", "at"),
        ("_", "underscore"),
    ],
)  # fmt: skip
def test_people_may_write_signs(written: str, name: str) -> None:
    assert named(written) == name


@pytest.mark.parametrize("key", ["ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h", "shift+s", "hyper+x", "banana", "f99", "é"])
def test_keys_that_no_terminal_sends_are_refused(key: str) -> None:
    assert problem_with(named(key))


def test_the_page_of_keys_is_what_the_registry_says() -> None:
    page = Path(__file__).parents[3] / "docs" / "keys.md"
    assert page.read_text() == keys_page(DEFAULT), "python -m tui --keys --markdown > docs/keys.md"


def test_the_table_names_every_action() -> None:
    table = key_table(DEFAULT)
    assert all(action.help in table for action in ACTIONS)
    assert max(map(len, table.splitlines())) < 120
