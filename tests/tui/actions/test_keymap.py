"""Keys that a person changed."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from tui.actions import ACTIONS
from tui.actions.keymap import keymap_of
from tui.actions.reference import key_table, keys_page

BY_ID = {action.id: action for action in ACTIONS}


def test_a_changed_key_stands_for_the_default_ones() -> None:
    keymap = keymap_of({"monitor.stop": "S,f8"})
    assert keymap.keys_of(BY_ID["monitor.stop"]) == ["S", "f8"]
    assert keymap.label_of(BY_ID["monitor.stop"]) == "S"
    assert keymap.label_of(BY_ID["monitor.resume"]) == "r"


def test_sentences_name_the_key_that_is_set() -> None:
    assert keymap_of({"models.promote": "f8"}).say("{models.promote} promotes, {app.help} helps") == (
        "F8 promotes, ? helps"
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"monitor.halt": "S"}, "no action monitor.halt"),
        ({"monitor.stopp": "S"}, "do you mean monitor.stop?"),
        ({"monitor.stop": "x"}, "x is the key of monitor.axis (Axis) too"),
        ({"monitor.stop": "q"}, "q is the key of app.quit (Quit) too"),
        ({"monitor.stop": "Z", "monitor.resume": "Z"}, "Z is the key of"),
        ({"monitor.stop": "k"}, "k is the key of runs.up (Up) too"),
        ({"app.help": "tab"}, "Tab is the key of"),
        ({"monitor.stop": "ctrl+i"}, "ctrl+i is what terminals send for tab; write tab"),
        ({"monitor.stop": ""}, "a key is empty"),
        ({"monitor.stop": "S,,T"}, "a key is empty"),
        ({"monitor.stop": "big red button"}, "is no key"),
        ({"list.up": "w"}, "this key cannot be changed"),
    ],
)
def test_what_cannot_be_is_told_with_the_setting(keys: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        keymap_of(keys)
    assert said in str(refused.value)
    assert str(refused.value).startswith("keys.")


def test_two_actions_can_change_places() -> None:
    keymap = keymap_of({"monitor.stop": "x", "monitor.axis": "s"})
    assert keymap.label_of(BY_ID["monitor.stop"]) == "x"


def test_screens_may_use_the_same_key() -> None:
    keymap_of({"monitor.stop": "R"})


def test_a_comma_can_be_a_key() -> None:
    assert keymap_of({"monitor.earlier": "<", "monitor.stop": ","}).changed["monitor.stop"] == "comma"


@pytest.mark.parametrize(("key", "who"), [("ctrl+b", "tmux"), ("ctrl+a", "screen"), ("ctrl+s", "terminals")])
def test_keys_that_others_take_are_told(key: str, who: str) -> None:
    keymap = keymap_of({"monitor.stop": key})
    assert who in keymap.warnings[0] and "monitor.stop" in keymap.warnings[0]
    assert who in key_table(keymap)


def test_table_and_page_show_the_changed_key() -> None:
    keymap = keymap_of({"monitor.stop": "S"})
    assert "  S            monitor.stop " in key_table(keymap) and "[instead of s]" in key_table(keymap)
    assert "| `S` | `monitor.stop` |" in keys_page(keymap)
