"""The dry run: everything that would happen, and the commands that do the same without a console."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tui.actions import bindings_of
from tui.screens.bars import ActionBar
from tui.screens.window import Window
from tui.theme import BOLD, Role
from tui.widgets.cells import Line
from tui.widgets.page import Page, wrapped


class DryRunWindow(Window[None]):
    """A page to scroll."""

    BINDINGS = bindings_of("dry_run")

    def __init__(self, commands: Sequence[str], plan: Sequence[str], *, ascii_only: bool) -> None:
        super().__init__()
        self._commands, self._plan, self._ascii_only = tuple(commands), tuple(plan), ascii_only

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            window.border_title = "Dry run: nothing was started"
            yield Page(ascii_only=self._ascii_only, id="dry-run")
        yield ActionBar()

    def on_mount(self) -> None:
        self.query_one(Page).show(lambda width: dry_run_lines(self._commands, self._plan, width))
        self.query_one("#window").focus()

    def action_copy(self) -> None:
        """The commands into the clipboard, as far as the terminal takes them (OSC 52)."""
        self.app.copy_to_clipboard("\n".join(self._commands))
        self.notify("The commands were sent to the terminal's clipboard.", markup=False)


def dry_run_lines(commands: Sequence[str], plan: Sequence[str], width: int) -> list[Line]:
    """The commands, whole, then the plan."""
    lines: list[Line] = [(("The same without the console", Role.MUTED),), ()]
    for command in commands:
        lines += _whole(command, width, Role.TITLE | BOLD)
        lines.append(())
    for text in plan:
        indent = len(text) - len(text.lstrip())
        role = Role.WARNING if text.lstrip().startswith("!") else Role.TEXT if indent else Role.TITLE | BOLD
        lines += [
            ((" " * (indent + (2 if place else 0)), Role.TEXT), *line)
            for place, line in enumerate(wrapped(" ".join(text.split("\n")).strip(), width - indent - 2, role))
        ] or [()]
    return lines


def _whole(command: str, width: int, role: int) -> list[Line]:
    """Broken between words with a backslash, so that what is marked with the mouse is a command, too."""
    lines: list[Line] = []
    room = max(20, width - 3)
    parts: list[str] = []
    for word in command.split(" "):
        if parts and len(" ".join([*parts, word])) > room:
            lines.append(((f"{' ' * (2 if lines else 0)}{' '.join(parts)} \\", int(role)),))
            parts = []
        parts.append(word)
    lines.append(((f"{' ' * (2 if lines else 0)}{' '.join(parts)}", int(role)),))
    return lines
