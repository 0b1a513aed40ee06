"""The keys as they are used: the defaults, and what a person's settings say instead. Pure."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import InputError
from tui.actions import ACTIONS, of_textual
from tui.actions.action import Action
from tui.actions.chain import meet
from tui.actions.keys import label_of, named, problem_with, taken


@dataclass(frozen=True)
class Keymap:
    """Which keys an action has."""

    changed: Mapping[str, str] = field(default_factory=dict)
    """Id of an action → its keys instead of the default ones."""
    warnings: tuple[str, ...] = ()
    """Sentences about keys that may not arrive."""

    def keys_of(self, action: Action) -> list[str]:
        """Its keys by Textual's names, the first one first."""
        return self.changed.get(action.id, action.keys).split(",")

    def label_of(self, action: Action, key: str | None = None) -> str:
        """A key as people write it; the first one where none is named."""
        first = self.keys_of(action)[0]
        default = action.keys.split(",")[0]
        return action.key_label if (key or first) == default else label_of(key or first)

    def say(self, text: str) -> str:
        """Put keys into a sentence: `{models.promote} promotes` is `P promotes`."""
        labels = {action.id: self.label_of(action) for action in ACTIONS}
        for action_id, label in labels.items():
            text = text.replace(f"{{{action_id}}}", label)
        return text


DEFAULT = Keymap()


def keymap_of(wanted: Mapping[str, str], actions: Sequence[Action] = ACTIONS) -> Keymap:
    """The keymap of some settings (`monitor.stop: S`). What cannot be is an `InputError` that names the setting."""
    by_id = {action.id: action for action in actions}
    changed: dict[str, str] = {}
    for action_id, written in wanted.items():
        action = by_id.get(action_id)
        if action is None:
            raise InputError(
                f"there is no action {action_id}", where=f"keys.{action_id}", fix=_near(action_id, by_id)
            )
        if of_textual(action):
            raise InputError("this key cannot be changed", where=f"keys.{action_id}", fix="remove the line")
        changed[action_id] = ",".join(_keys(action_id, written))
    keymap = Keymap(changed)
    for one, other, key in clashes(keymap, actions):
        chosen, stays = (one, other) if one.id in changed else (other, one)
        raise InputError(
            f"{label_of(key)} is the key of {stays.id} ({stays.title}) too",
            where=f"keys.{chosen.id}",
            fix=f"choose another, or give {stays.id} another",
        )
    told = [
        f"{action_id}: {taken(key)}" for action_id, keys in changed.items() for key in keys.split(",") if taken(key)
    ]
    return Keymap(changed, tuple(told))


def clashes(keymap: Keymap, actions: Sequence[Action] = ACTIONS) -> list[tuple[Action, Action, str]]:
    """Two actions that one key would mean at the same time, because of a key that was changed."""
    users: dict[str, list[Action]] = {}
    for action in actions:
        for key in keymap.keys_of(action):
            users.setdefault(key, []).append(action)
    return [
        (one, other, key)
        for key, sharing in users.items()
        for one, other in itertools.combinations(sharing, 2)
        if (one.id in keymap.changed or other.id in keymap.changed) and meet(one.place, other.place)
    ]


def _keys(action_id: str, written: str) -> list[str]:
    # A comma parts keys, and is one where nothing else stands.
    parts = ["comma"] if written.strip() == "," else written.split(",")
    keys = [named(part) for part in parts]
    for part, key in zip(parts, keys, strict=True):
        problem = problem_with(key) if part.strip() else "is empty; write a key, or remove the line"
        if problem:
            raise InputError(f"{part.strip() or 'a key'} {problem}", where=f"keys.{action_id}")
    return list(dict.fromkeys(keys))


def _near(action_id: str, by_id: Mapping[str, Action]) -> str:
    near = difflib.get_close_matches(action_id, by_id, n=1, cutoff=0.5)
    return f"do you mean {near[0]}? `finetop --keys` lists all" if near else "`finetop --keys` lists all"
