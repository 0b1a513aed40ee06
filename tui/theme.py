"""One design: what each role looks like on a dark, a light, a 16-colour and a colourless terminal.

Widgets know roles, never colours. Every colour is an exact entry of the xterm-256 palette, so a
terminal without true colour (most SSH sessions: COLORTERM is not forwarded) shows the same ones and a red never
turns grey. The curve colours follow the Okabe-Ito set, which colour-blind people can tell apart.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.style import Style
from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App


class Role(enum.IntEnum):
    """What a cell means. The first curve roles are followed by as many faint ones."""

    TEXT = 0
    MUTED = enum.auto()
    TITLE = enum.auto()
    AXIS = enum.auto()
    TARGET = enum.auto()
    CURSOR = enum.auto()
    BAR = enum.auto()
    TRACK = enum.auto()
    REACHED = enum.auto()
    MISSED = enum.auto()
    WARNING = enum.auto()
    ERROR = enum.auto()
    ACTIVE = enum.auto()
    CURVE_1 = enum.auto()
    CURVE_2 = enum.auto()
    CURVE_3 = enum.auto()
    CURVE_4 = enum.auto()
    CURVE_5 = enum.auto()
    CURVE_6 = enum.auto()
    FAINT_1 = enum.auto()
    FAINT_2 = enum.auto()
    FAINT_3 = enum.auto()
    FAINT_4 = enum.auto()
    FAINT_5 = enum.auto()
    FAINT_6 = enum.auto()


CURVES = 6
BOLD = 1 << 8
REVERSED = 1 << 9
SELECTED = 1 << 10
"""Flags that are or-ed to a role."""
_ROLE_MASK = 0xFF


def curve_role(index: int) -> Role:
    """The role of the nth curve; the seventh is the first again."""
    return Role(Role.CURVE_1 + index % CURVES)


def faint(role: int) -> Role:
    """The role of the same curve drawn faintly."""
    if Role.CURVE_1 <= role <= Role.CURVE_6:
        return Role(role + CURVES)
    return Role.MUTED


@dataclass(frozen=True)
class Palette:
    """Styles of all roles on one kind of terminal."""

    name: str
    styles: Mapping[Role, str]
    """Rich style definitions; a role that is absent looks like text."""
    selected: str
    monochrome: bool = False
    _cache: dict[tuple[int, Style], Style] = field(default_factory=dict, compare=False, repr=False)

    def style(self, role: int, base: Style) -> Style:
        """The style of a role with its flags on the widget's own style."""
        key = (role, base)
        found = self._cache.get(key)
        if found is None:
            found = base + Style.parse(self.styles.get(Role(role & _ROLE_MASK), ""))
            if role & SELECTED:
                found += Style.parse(self.selected)
            found += Style(bold=True if role & BOLD else None, reverse=True if role & REVERSED else None)
            if len(self._cache) > 2000:
                self._cache.clear()
            self._cache[key] = found
        return found


def _roles(
    *, muted: str, axis: str, track: str, good: str, bad: str, warning: str, active: str, title: str,
    curves: tuple[str, ...], faints: tuple[str, ...],
) -> dict[Role, str]:  # fmt: skip
    styles = {
        Role.MUTED: muted,
        Role.TITLE: title,
        Role.AXIS: axis,
        Role.TARGET: good,
        Role.CURSOR: warning,
        Role.BAR: active,
        Role.TRACK: track,
        Role.REACHED: good,
        Role.MISSED: warning,
        Role.WARNING: warning,
        Role.ERROR: bad,
        Role.ACTIVE: active,
    }
    styles |= {Role(Role.CURVE_1 + index): colour for index, colour in enumerate(curves)}
    return styles | {Role(Role.FAINT_1 + index): colour for index, colour in enumerate(faints)}


DARK = Palette(
    "dark",
    _roles(
        muted="#8a8a8a", axis="#6c6c6c", track="#4e4e4e", good="#87d787", bad="#ff5f5f", warning="#ffd75f",
        active="#5fafff", title="bold #eeeeee",
        curves=("#5fafff", "#ffaf00", "#00d7af", "#d787af", "#d7d75f", "#ff875f"),
        faints=("#005f87", "#875f00", "#005f5f", "#5f5f87", "#5f5f00", "#875f5f"),
    ),
    selected="on #303030",
)  # fmt: skip
LIGHT = Palette(
    "light",
    _roles(
        muted="#6c6c6c", axis="#8a8a8a", track="#bcbcbc", good="#008700", bad="#af0000", warning="#875f00",
        active="#005faf", title="bold #121212",
        curves=("#005faf", "#af5f00", "#00875f", "#af5f87", "#878700", "#d75f00"),
        faints=("#87afd7", "#d7af87", "#87d7af", "#d7afd7", "#d7d787", "#ffaf87"),
    ),
    selected="on #d0d0d0",
)  # fmt: skip
ANSI = Palette(
    "ansi",
    _roles(
        muted="bright_black", axis="bright_black", track="bright_black", good="green", bad="red", warning="yellow",
        active="blue", title="bold",
        curves=("blue", "yellow", "cyan", "magenta", "green", "red"),
        faints=("bright_black",) * CURVES,
    ),
    selected="reverse",
)  # fmt: skip
MONO = Palette(
    "mono",
    _roles(
        muted="dim", axis="dim", track="dim", good="bold", bad="bold reverse", warning="bold", active="bold",
        title="bold", curves=("bold", "none", "bold", "none", "bold", "none"), faints=("dim",) * CURVES,
    ),
    selected="reverse",
    monochrome=True,
)  # fmt: skip

FINETOP_DARK = Theme(
    name="finetop-dark",
    primary="#5fafff",
    secondary="#00d7af",
    accent="#ffaf00",
    warning="#ffd75f",
    error="#ff5f5f",
    success="#87d787",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
)
FINETOP_LIGHT = Theme(
    name="finetop-light",
    primary="#005faf",
    secondary="#00875f",
    accent="#af5f00",
    warning="#875f00",
    error="#af0000",
    success="#008700",
    foreground="#262626",
    background="#eeeeee",
    surface="#ffffff",
    panel="#dadada",
    dark=False,
)
THEMES = (FINETOP_DARK, FINETOP_LIGHT)


def palette_of(app: App[object]) -> Palette:
    """The palette that fits the application's theme and the user's NO_COLOR."""
    if app.no_color:
        return MONO
    theme = app.current_theme
    if theme.ansi:
        return ANSI
    return DARK if theme.dark else LIGHT
