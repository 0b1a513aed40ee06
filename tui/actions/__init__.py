"""Every action of the console, once. Key bindings, the footer, the command palette and help come from here."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.actions import console, curate, data, label, models, monitor, train, validate, windows
from tui.actions.action import Action
from tui.actions.console import MENU

__all__ = ["ACTIONS", "MENU", "Action", "action_of", "actions_of", "bindings_of"]

ACTIONS: tuple[Action, ...] = (
    *console.ACTIONS,
    *monitor.ACTIONS,
    *data.ACTIONS,
    *train.ACTIONS,
    *validate.ACTIONS,
    *label.ACTIONS,
    *curate.ACTIONS,
    *models.ACTIONS,
    *windows.ACTIONS,
)
"""All of them."""


def actions_of(place: str) -> list[Action]:
    """The actions of the application or of one screen."""
    return [action for action in ACTIONS if action.place == place]


def bindings_of(place: str) -> list[BindingType]:
    """Textual bindings for a `BINDINGS` attribute. Each has an id, so that keys can be remapped."""
    return [
        Binding(
            action.keys,
            action.name,
            action.title,
            show=action.footer > 0,
            key_display=action.key_label,
            tooltip=action.help,
            id=f"{action.place}.{action.name}",
        )
        for action in actions_of(place)
    ]


def action_of(binding: Binding) -> Action | None:
    """The action that a binding stands for, by the place in its id: a screen, or a widget with keys of its own."""
    place = (binding.id or "").split(".", 1)[0]
    return next((action for action in ACTIONS if (action.place, action.name) == (place, binding.action)), None)
