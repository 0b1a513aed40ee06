"""Every action of the console, once. Key bindings, the footer, the commands, help and docs come from here."""

from __future__ import annotations

from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from tui.actions import console, curate, data, label, models, monitor, notices, panes, train, validate, windows
from tui.actions.action import Action
from tui.actions.console import MENU

__all__ = ["ACTIONS", "MENU", "Action", "action_of", "actions_of", "bindings_of", "of_textual"]

ACTIONS: tuple[Action, ...] = (
    *monitor.ACTIONS,
    *data.ACTIONS,
    *train.ACTIONS,
    *validate.ACTIONS,
    *label.ACTIONS,
    *curate.ACTIONS,
    *models.ACTIONS,
    *notices.ACTIONS,
    *panes.ACTIONS,
    *windows.ACTIONS,
    *console.ACTIONS,
)
"""All of them."""

_BY_ID = {action.id: action for action in ACTIONS}


def actions_of(place: str) -> list[Action]:
    """The actions of the application, or of one screen, pane or window."""
    return [action for action in ACTIONS if action.place == place]


def bindings_of(place: str) -> list[BindingType]:
    """Textual bindings for a `BINDINGS` attribute. Each has an id, by which its keys can be changed."""
    return [
        Binding(
            action.keys,
            action.name,
            action.title,
            show=action.footer > 0,
            key_display=action.key_label,
            tooltip=action.help,
            id=action.id,
        )
        for action in actions_of(place)
    ]


def action_of(binding: Binding, node: DOMNode | None = None) -> Action | None:
    """The action that a binding stands for; `node` has the binding, which matters for Textual's own."""
    if binding.id is not None:
        return _BY_ID.get(binding.id)
    for kind in type(node).__mro__ if node is not None else ():
        place = panes.OF_TEXTUAL.get(kind.__name__)
        if place is not None:
            return next((each for each in actions_of(place) if each.name == binding.action), None)
    return None


def of_textual(action: Action) -> bool:
    """Whether a key is one of Textual's own widgets: it stays what it is."""
    return action.place in panes.OF_TEXTUAL.values()
