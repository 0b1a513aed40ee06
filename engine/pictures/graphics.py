"""Which way a terminal is shown pictures. Pure: what is known of it in, the way out."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.pictures.boxes import drawn_size

VARIABLE = "FINETOP_GRAPHICS"
LEAST_KITTY = (0, 28)
"""The first version with placeholders (2023); older ones show 3,000 unknown characters in their place."""


class Graphics(enum.StrEnum):
    """How a picture is shown."""

    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"
    NONE = "none"


@dataclass(frozen=True)
class Answers:
    """What a terminal said of itself; nothing where it was not asked or did not answer."""

    name: str = ""
    """As in `kitty(0.35.2)`."""
    sixel: bool = False


@dataclass(frozen=True)
class Terminal:
    """What is known of a terminal."""

    environment: Mapping[str, str] = field(default_factory=dict)
    is_terminal: bool = True
    """Not a file or a pipe."""
    colours: bool = True
    """256 or more."""
    answers: Answers = Answers()


def fit(picture: tuple[int, int], room: tuple[int, int], cell: tuple[int, int]) -> tuple[int, int]:
    """Columns and rows for a picture of this many pixels, which keeps its shape in a room of cells.

    It is not made larger than people need: every pixel costs bytes.
    """
    size = drawn_size(*picture)
    scale = min(1.0, room[0] * cell[0] / size[0], room[1] * cell[1] / size[1])
    columns, rows = round(size[0] * scale / cell[0]), round(size[1] * scale / cell[1])
    return max(1, min(columns, room[0])), max(1, min(rows, room[1]))


def for_output(terminal: Terminal, wanted: Graphics | None = None) -> Graphics:
    """The way for a command that prints: what was asked for; else the best that is known to work.

    The environment's wish picks among protocols, where there are pictures at all: it was not written for
    this pipe.
    """
    if wanted is not None:
        return wanted
    if not shows_pictures(terminal):
        return Graphics.NONE
    wish = wish_of(terminal.environment)
    if wish is not None:
        return wish
    if not in_multiplexer(terminal.environment):
        if is_kitty(terminal.environment):
            return Graphics.KITTY
        if terminal.answers.sixel:
            return Graphics.SIXEL
    return Graphics.BLOCKS if terminal.colours else Graphics.NONE


def for_console(terminal: Terminal, wanted: Graphics | None = None, *, thrifty: bool = False) -> Graphics:
    """The way for the console: Kitty on placeholders, or half blocks; `thrifty` is a line where bytes count.

    Sixel is not among them: its pixels lie over the cells and know nothing of them, so each change of a cell
    beneath, each scroll and each screen on top would need the whole picture again.
    """
    wish = wanted if wanted is not None else wish_of(terminal.environment)
    if wish is not None:
        return Graphics.BLOCKS if wish is Graphics.SIXEL else wish
    if thrifty or terminal.environment.get("SSH_CONNECTION") or not shows_pictures(terminal):
        return Graphics.BLOCKS
    return Graphics.KITTY if has_placeholders(terminal.answers.name) and terminal.colours else Graphics.BLOCKS


def shows_pictures(terminal: Terminal) -> bool:
    """Whether anything but words belongs there."""
    environment = terminal.environment
    named = environment.get("TERM", "") not in ("", "dumb", "unknown")
    return terminal.is_terminal and named and not environment.get("NO_COLOR")


def wish_of(environment: Mapping[str, str]) -> Graphics | None:
    """What FINETOP_GRAPHICS says; a word that is none of them says nothing."""
    written = environment.get(VARIABLE, "")
    return Graphics(written) if written in {way.value for way in Graphics} else None


def worth_asking(terminal: Terminal) -> bool:
    """Whether an answer could change the way for a command that prints."""
    environment = terminal.environment
    settled = wish_of(environment) is not None or in_multiplexer(environment) or is_kitty(environment)
    return shows_pictures(terminal) and not settled and environment.get("TERM") != "linux"


def worth_asking_for_console(terminal: Terminal) -> bool:
    """Whether the terminal's version could change the way for the console."""
    environment = terminal.environment
    settled = wish_of(environment) is not None or bool(environment.get("SSH_CONNECTION"))
    return shows_pictures(terminal) and not settled and not in_multiplexer(environment) and is_kitty(environment)


def is_kitty(environment: Mapping[str, str]) -> bool:
    """Whether the terminal draws Kitty's pictures at the cursor. TERM alone survives SSH."""
    return (
        "KITTY_WINDOW_ID" in environment
        or environment.get("TERM", "") in ("xterm-kitty", "xterm-ghostty")
        or environment.get("TERM_PROGRAM", "").lower() == "ghostty"
    )


def has_placeholders(name: str) -> bool:
    """Whether a terminal of this name draws pictures on placeholders. WezTerm and Konsole do not."""
    kitty = re.match(r"kitty\((\d+)\.(\d+)", name)
    if kitty:
        return (int(kitty[1]), int(kitty[2])) >= LEAST_KITTY
    return name.lower().startswith("ghostty")


def in_tmux(environment: Mapping[str, str]) -> bool:
    """Whether tmux stands between: TERM tells it on the other side of SSH, too."""
    return bool(environment.get("TMUX")) or environment.get("TERM", "").startswith("tmux")


def in_multiplexer(environment: Mapping[str, str]) -> bool:
    """Whether a program between us and the terminal may swallow what it does not know."""
    return (
        in_tmux(environment)
        or any(environment.get(name) for name in ("STY", "ZELLIJ"))
        or environment.get("TERM", "").startswith("screen")
    )
