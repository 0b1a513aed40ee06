"""Commands as lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.actions.keys import plain
from tui.commands.search import Command
from tui.theme import BOLD, SELECTED, Role
from tui.widgets.cells import Line, cell_codes, fit

NONE = "No command that works here has these words."
TITLE, KEY = 32, 6


def first_shown(at: int, count: int, height: int) -> int:
    """The command in the first line, so that the one at the cursor is in sight."""
    return max(0, min(at - height // 2, count - height))


def command_lines(commands: Sequence[Command], at: int, width: int, height: int, *, ascii_only: bool) -> list[Line]:
    """Name, key and sentence of each; the part round the cursor that there is room for."""
    if not commands:
        return [((NONE, Role.MUTED),)]
    first = first_shown(at, len(commands), height)
    return [
        _line(command, first + place == at, width, ascii_only)
        for place, command in enumerate(commands[first : first + height])
    ]


def _line(command: Command, under: bool, width: int, ascii_only: bool) -> Line:
    sign = (">" if ascii_only else "▸") if under else " "
    key = plain(command.key) if ascii_only else command.key
    title = min(TITLE, max(10, 2 * width // 5))
    rest = max(0, width - title - KEY - 4)
    flag = SELECTED if under else 0
    return (
        (f"{sign} ", Role.ACTIVE | BOLD | flag),
        (f"{_cut(command.title, title, ascii_only)} ", Role.TEXT | flag),
        (f"{' ' * max(0, KEY - len(cell_codes(key)))}{key} ", Role.ACTIVE | BOLD | flag),
        (_cut(f" {command.help}", rest, ascii_only), Role.MUTED | flag),
    )


def _cut(text: str, width: int, ascii_only: bool) -> str:
    return fit(text, width).replace("…", ">") if ascii_only else fit(text, width)
