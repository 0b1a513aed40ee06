"""All keys that work on the screen below, from the registry of actions."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from tui.actions import ACTIONS, action_of
from tui.screens.bars import ActionBar
from tui.screens.window import Window
from tui.theme import Role, palette_of


class HelpScreen(Window[None]):
    """Keys and what they do."""

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        active = {action_of(active.binding) for active in below.active_bindings.values()}
        # What this screen alone can do comes first.
        shown = [action for action in ACTIONS if action in active]
        self._actions = sorted(shown, key=lambda action: action.place == "app")

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            window.border_title = "Keys"
            yield Static(self._text(), id="help-text")
        yield ActionBar()

    def _text(self) -> Text:
        palette, base = palette_of(self.app), self.rich_style.null()
        muted, title, key = (palette.style(role, base) for role in (Role.MUTED, Role.TITLE, Role.ACTIVE))
        text = Text()
        for group in dict.fromkeys(action.group for action in self._actions):
            text.append(f"{group}\n", title)
            for action in self._actions:
                if action.group == group:
                    text.append(f"  {action.key_label:<6}", key)
                    text.append(f"{action.title:<18}")
                    text.append(f"{action.help}\n", muted)
            text.append("\n")
        text.append("Training runs in processes of its own: closing the console changes nothing for it.", muted)
        return text
