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
    CURVE_7 = enum.auto()
    CURVE_8 = enum.auto()
    FAINT_1 = enum.auto()
    FAINT_2 = enum.auto()
    FAINT_3 = enum.auto()
    FAINT_4 = enum.auto()
    FAINT_5 = enum.auto()
    FAINT_6 = enum.auto()
    FAINT_7 = enum.auto()
    FAINT_8 = enum.auto()


CURVES = 8
BOLD = 1 << 8
REVERSED = 1 << 9
SELECTED = 1 << 10
"""Flags that are or-ed to a role."""
_ROLE_MASK = 0xFF


def curve_role(index: int) -> Role:
    """The role of the nth curve; the ninth is the first again."""
    return Role(Role.CURVE_1 + index % CURVES)


def faint(role: int) -> Role:
    """The role of the same curve drawn faintly."""
    if Role.CURVE_1 <= role <= Role.CURVE_8:
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
    curves: tuple[str, ...], faints: tuple[str, ...], target: str = "",
) -> dict[Role, str]:  # fmt: skip
    styles = {
        Role.MUTED: muted,
        Role.TITLE: title,
        Role.AXIS: axis,
        Role.TARGET: target or good,
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


_DARK_CURVES = ("#5fafff", "#ffaf00", "#00d7af", "#d787af", "#d7d75f", "#ff875f", "#af87ff", "#d0d0d0")
_DARK_FAINTS = ("#0087af", "#af5f00", "#00875f", "#af5f87", "#87875f", "#875f5f", "#875fd7", "#8a8a8a")
_LIGHT_CURVES = ("#005faf", "#af5f00", "#005f5f", "#af005f", "#5f5f00", "#870000", "#5f00af", "#444444")
_LIGHT_FAINTS = ("#5f87d7", "#d75f00", "#5f8787", "#d75f87", "#87875f", "#d75f5f", "#875fd7", "#767676")

DARK = Palette(
    "dark",
    _roles(
        muted="#9e9e9e", axis="#8a8a8a", track="#6c6c6c", good="#87d787", bad="#ff5f5f", warning="#ffd75f",
        active="#5fafff", title="bold #eeeeee", curves=_DARK_CURVES, faints=_DARK_FAINTS,
    ),
    selected="on #303030",
)  # fmt: skip
LIGHT = Palette(
    "light",
    _roles(
        muted="#585858", axis="#626262", track="#878787", good="#005f00", bad="#af0000", warning="#875f00",
        active="#005faf", title="bold #121212", curves=_LIGHT_CURVES, faints=_LIGHT_FAINTS,
    ),
    selected="on #dadada",
)  # fmt: skip
# Blue is good and orange is bad: the pair that people tell apart who take red and green for one colour. The target is
# a line in none of these, for a curve may be blue too.
SAFE_DARK = Palette(
    "colour-blind-dark",
    _roles(
        muted="#9e9e9e", axis="#8a8a8a", track="#6c6c6c", good="#5fafff", bad="bold #ff8700", warning="#ffff87",
        active="#d787af", title="bold #eeeeee", curves=_DARK_CURVES, faints=_DARK_FAINTS, target="#eeeeee",
    ),
    selected="on #303030",
)  # fmt: skip
SAFE_LIGHT = Palette(
    "colour-blind-light",
    _roles(
        muted="#585858", axis="#626262", track="#878787", good="#005faf", bad="bold #875f00", warning="#870000",
        active="#5f0087", title="bold #121212", curves=_LIGHT_CURVES, faints=_LIGHT_FAINTS, target="#121212",
    ),
    selected="on #dadada",
)  # fmt: skip
# Not bright black: some palettes (Solarized) have the background there.
ANSI = Palette(
    "terminal",
    _roles(
        muted="dim", axis="dim", track="dim", good="green", bad="red", warning="yellow",
        active="blue", title="bold",
        curves=("blue", "yellow", "cyan", "magenta", "green", "red", "bright_magenta", "default"),
        faints=(
            "dim blue", "dim yellow", "dim cyan", "dim magenta", "dim green", "dim red", "dim bright_magenta", "dim",
        ),
    ),
    # In one colour: each piece reversed by itself would be a patchwork.
    selected="not dim default on default reverse",
)  # fmt: skip
MONO = Palette(
    "mono",
    _roles(
        muted="dim", axis="dim", track="dim", good="bold", bad="bold reverse", warning="bold", active="bold",
        title="bold", curves=("bold", "none") * (CURVES // 2), faints=("dim",) * CURVES,
    ),
    selected="not dim reverse",
    monochrome=True,
)  # fmt: skip


def _theme(name: str, palette: Palette, *, dark: bool) -> Theme:
    """A theme of Textual's in the colours of a palette."""

    def colour(role: Role) -> str:
        return palette.styles[role].split()[-1]

    return Theme(
        name=f"finetop-{name}",
        primary="#5fafff" if dark else "#005faf",
        secondary=colour(Role.CURVE_3),
        accent=colour(Role.CURVE_2),
        warning=colour(Role.WARNING),
        error=colour(Role.ERROR),
        success=colour(Role.REACHED),
        foreground="#d0d0d0" if dark else "#262626",
        background="#121212" if dark else "#eeeeee",
        surface="#1c1c1c" if dark else "#ffffff",
        panel="#262626" if dark else "#dadada",
        dark=dark,
        # Frames and scroll bars. Lighter than a light panel is what the background is: nobody would see them.
        variables={
            "panel-lighten-2": "#585858" if dark else "#949494",
            "panel-lighten-3": "#6c6c6c" if dark else "#878787",
        },
    )


FINETOP_DARK = _theme("dark", DARK, dark=True)
FINETOP_LIGHT = _theme("light", LIGHT, dark=False)
FINETOP_SAFE_DARK = _theme("colour-blind-dark", SAFE_DARK, dark=True)
FINETOP_SAFE_LIGHT = _theme("colour-blind-light", SAFE_LIGHT, dark=False)
THEMES = (FINETOP_DARK, FINETOP_LIGHT, FINETOP_SAFE_DARK, FINETOP_SAFE_LIGHT)
"""Our own; the terminal's own colours are Textual's themes `ansi-dark` and `ansi-light`."""
THEME_TITLES = {
    "dark": "dark",
    "light": "light",
    "colour-blind-dark": "colour-blind, dark",
    "colour-blind-light": "colour-blind, light",
    "terminal-dark": "the terminal's own, dark",
    "terminal-light": "the terminal's own, light",
}
"""Name in the settings → what people call it; in the order in which the key goes through them."""
_PALETTES = {
    FINETOP_DARK.name: DARK,
    FINETOP_LIGHT.name: LIGHT,
    FINETOP_SAFE_DARK.name: SAFE_DARK,
    FINETOP_SAFE_LIGHT.name: SAFE_LIGHT,
}


def textual_name(theme: str) -> str:
    """What Textual calls a theme of the settings."""
    kind, _, shade = theme.rpartition("-")
    return f"ansi-{shade}" if kind == "terminal" else f"finetop-{theme}"


def settings_name(textual_theme: str) -> str:
    """What the settings call a theme of Textual's."""
    return next((name for name in THEME_TITLES if textual_name(name) == textual_theme), "")


def has_few_colours(environment: Mapping[str, str]) -> bool:
    """Whether a terminal has no more than 16 colours, as far as it says."""
    if environment.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return False
    return environment.get("TERM", "").rpartition("-")[2].lower() not in {"256color", "kitty", "direct"}


def theme_for(environment: Mapping[str, str], *, no_color: bool = False) -> str:
    """The theme that fits a terminal: its own colours where it has 16 or none are wanted, light where it says so."""
    shade = "light" if environment.get("COLORFGBG", "").rpartition(";")[2] in {"7", "15"} else "dark"
    # Without colour a truecolour theme would still be sent, as greys.
    return f"terminal-{shade}" if no_color or has_few_colours(environment) else shade


def palette_of(app: App[object]) -> Palette:
    """The palette that fits the application's theme and the user's NO_COLOR."""
    if app.no_color:
        return MONO
    theme = app.current_theme
    return ANSI if theme.ansi else _PALETTES.get(theme.name, DARK if theme.dark else LIGHT)
