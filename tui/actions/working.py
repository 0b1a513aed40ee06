"""What can be done on a screen now, and with which key: the one source of footer, commands and help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import Screen

from tui.actions import ACTIONS, Action, action_of
from tui.actions.chain import rank, title_of
from tui.actions.keymap import Keymap


@dataclass(frozen=True)
class Working:
    """An action that would do something now."""

    action: Action
    keys: tuple[str, ...]
    """Those of its keys that work now, as people write them; the first one first."""
    node: DOMNode
    """Pane, screen or application that does it."""

    @property
    def key(self) -> str:
        return self.keys[0]


def working(screen: Screen[Any], keymap: Keymap) -> list[Working]:
    """Each action once; those of the focused pane first, then those of the screen, then those of the console."""
    focused = screen.focused
    found: dict[Action, tuple[DOMNode, list[str]]] = {}
    for key, active in screen.active_bindings.items():
        action = action_of(active.binding, active.node)
        if action is None or not active.enabled:
            continue
        # A field takes letters before anything above it does.
        if focused not in (None, active.node) and focused.check_consume_key(key, key_to_character(key)):
            continue
        found.setdefault(action, (active.node, []))[1].append(key)
    return [
        Working(action, tuple(keymap.label_of(action, key) for key in _ordered(keymap.keys_of(action), keys)), node)
        for action, (node, keys) in found.items()
    ]


def _ordered(keys: list[str], working_keys: list[str]) -> list[str]:
    return sorted(working_keys, key=lambda key: keys.index(key) if key in keys else len(keys))


def sections(entries: Sequence[Working]) -> list[tuple[str, list[Working]]]:
    """Headings with what stands below them: the focused pane, the groups of its screen, the console's."""
    found: dict[str, list[Working]] = {}
    order = {action.id: place for place, action in enumerate(ACTIONS)}
    for entry in sorted(entries, key=lambda entry: (rank(entry.action.place), order[entry.action.id])):
        found.setdefault(_heading(entry.action), []).append(entry)
    return list(found.items())


def _heading(action: Action) -> str:
    return title_of(action.place) if rank(action.place) == 0 else action.group
