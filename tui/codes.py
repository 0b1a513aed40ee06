"""The shortest codes that put cells on a terminal: pure functions from cells to what is written.

A style of 24-bit colours takes 35 bytes and a cursor move eight. Of a style only that is written in which it differs
from the one before, and of several ways to move the shortest is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style

Cell = tuple[str, Style | None]
"""A character and its style; the second cell of a wide character holds an empty one."""
Run = tuple[int, int, list[Cell]]
"""y, x, cells."""

RESET = "\x1b[0m"


class Look(NamedTuple):
    """A style, taken apart into what a terminal is told of it."""

    before: str
    """What cannot be joined with other codes (a link); it is closed by `after`."""
    background: str
    attributes: tuple[str, ...]
    foreground: str
    after: str


PLAIN = Look("", "", (), "", "")


def write_runs(runs: Iterable[Run], colours: ColorSystem | None, width: int) -> str:
    """The codes for these runs of cells, which do not overlap; the terminal's style is plain before and after."""
    pieces: dict[Look, list[tuple[int, int, str, int]]] = {}
    for y, x, cells in runs:
        for start, end in _same_style(cells):
            look = look_of(cells[start][1], colours)
            text = "".join(character for character, _ in cells[start:end])
            pieces.setdefault(look, []).append((y, x + start, text, cell_len(text)))
    written: list[str] = []
    now, at = PLAIN, None
    for look in sorted(pieces):
        if look.before:
            written.append(change(now, PLAIN) + look.before + change(PLAIN, look))
        else:
            written.append(change(now, look))
        for y, x, text, cells_wide in sorted(pieces[look]):
            written += (move(at, (x, y)), text)
            at = (x + cells_wide, y) if x + cells_wide < width else None
        now = look
        if look.after:
            written.append(RESET + look.after)
            now = PLAIN
    written.append(change(now, PLAIN))
    return "".join(written)


def move(at: tuple[int, int] | None, to: tuple[int, int]) -> str:
    """Bring the cursor to (x, y); `at` is where it is known to stand."""
    if at == to:
        return ""
    absolute = f"\x1b[{to[1] + 1};{to[0] + 1}H" if to[0] else f"\x1b[{to[1] + 1}H"
    if at is None:
        return absolute
    right, down = to[0] - at[0], to[1] - at[1]
    relative = _step(down, "B", "A") + _step(right, "C", "D")
    return relative if len(relative) < len(absolute) else absolute


def _step(count: int, forward: str, back: str) -> str:
    if not count:
        return ""
    number = "" if abs(count) == 1 else str(abs(count))
    return f"\x1b[{number}{forward if count > 0 else back}"


def change(now: Look, to: Look) -> str:
    """From one style to another."""
    if now[1:4] == to[1:4]:
        return ""
    if to[1:4] == ("", (), ""):
        return RESET
    kept = set(now.attributes) <= set(to.attributes) and not (
        (now.background and not to.background) or (now.foreground and not to.foreground)
    )
    if not kept:
        return "\x1b[0;" + ";".join(filter(None, (*to.attributes, to.foreground, to.background))) + "m"
    codes = [attribute for attribute in to.attributes if attribute not in now.attributes]
    codes += [to.foreground] if to.foreground != now.foreground else []
    codes += [to.background] if to.background != now.background else []
    return f"\x1b[{';'.join(codes)}m"


@lru_cache(maxsize=4096)
def look_of(style: Style | None, colours: ColorSystem | None) -> Look:
    """What a terminal is told of a style."""
    if style is None or colours is None:
        return PLAIN
    before, _, _after = style.render("\0", color_system=colours).partition("\0")
    if "\x1b]" in before:
        # A link: its codes go around the text as they are, and the rest of the style inside.
        inner = look_of(style.update_link(None), colours)
        opened, closed = before.partition("\x1b\\")[0] + "\x1b\\", "\x1b]8;;\x1b\\"
        return inner._replace(before=opened, after=closed)
    parts = before.removeprefix("\x1b[").removesuffix("m").split(";") if before else []
    attributes: list[str] = []
    foreground = background = ""
    while parts:
        code = int(parts[0])
        taken = (5 if parts[1] == "2" else 3) if code in (38, 48) else 1
        text, parts = ";".join(parts[:taken]), parts[taken:]
        if code == 38 or 30 <= code <= 39 or 90 <= code <= 97:
            foreground = text
        elif code == 48 or 40 <= code <= 49 or 100 <= code <= 107:
            background = text
        else:
            attributes.append(text)
    return Look("", background, tuple(attributes), foreground, "")


def _same_style(cells: list[Cell]) -> Iterable[tuple[int, int]]:
    """Ranges of cells of one style."""
    start = 0
    for index in range(1, len(cells) + 1):
        if index == len(cells) or cells[index][1] != cells[start][1]:
            yield start, index
            start = index
