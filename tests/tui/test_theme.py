"""Colours: exact on 256-colour terminals, legible, and never the only sign."""

from __future__ import annotations

import itertools

import pytest
from rich.color import Color, ColorSystem, ColorType
from rich.style import Style
from textual.theme import Theme

from tui.settings import ThemeName
from tui.theme import (
    ANSI,
    BOLD,
    CURVES,
    DARK,
    LIGHT,
    MONO,
    SAFE_DARK,
    SAFE_LIGHT,
    SELECTED,
    THEME_TITLES,
    THEMES,
    Palette,
    Role,
    curve_role,
    faint,
    settings_name,
    textual_name,
    theme_for,
)

PALETTES = (DARK, LIGHT, SAFE_DARK, SAFE_LIGHT)
THEME_OF = {palette.name: theme for palette, theme in zip(PALETTES, THEMES, strict=True)}
each_palette = pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
GRAPHIC = {Role.TRACK, *map(curve_role, range(CURVES)), *(faint(curve_role(index)) for index in range(CURVES))}
"""Lines and bars: nothing is read in these colours alone."""
COLOURED = {Role.REACHED, Role.TARGET, Role.MISSED, Role.WARNING, Role.CURSOR, Role.ERROR, Role.AXIS}
"""Words that stand on a bar or a chosen row beside their glyph."""


def colour(palette: Palette, role: Role) -> Color:
    theme = THEME_OF.get(palette.name)
    found = palette.style(role, Style(color=str(theme.foreground) if theme is not None else "white")).color
    assert found is not None
    return found


def contrast(one: str, other: str) -> float:
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def luminance(hexadecimal: str) -> float:
    parts = [int(hexadecimal[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@each_palette
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name)
def test_every_colour_is_the_same_with_256_colours(palette: Palette, role: Role) -> None:
    """A light grey may move by one step: rich rounds greys so."""
    _is_exact(colour(palette, role))


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_background_is_the_same_with_256_colours(theme: Theme) -> None:
    for name in ("primary", "secondary", "accent", "warning", "error", "success", "background", "surface", "panel"):
        _is_exact(Color.parse(getattr(theme, name)))


def _is_exact(wanted: Color) -> None:
    exact, shown = wanted.get_truecolor(), wanted.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
    grey = len(set(exact)) == 1
    assert max(abs(a - b) for a, b in zip(exact, shown, strict=True)) <= (10 if grey else 0)


@each_palette
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name)
def test_colours_are_legible_on_their_background(palette: Palette, role: Role) -> None:
    """The ratios of WCAG 2: 4.5 for what is read, 3 for lines and bars."""
    theme, shown = THEME_OF[palette.name], colour(palette, role).get_truecolor().hex
    least = 3.0 if role in GRAPHIC else 4.5
    assert contrast(shown, theme.background) >= least
    assert contrast(shown, theme.surface) >= least


@each_palette
@pytest.mark.parametrize("role", sorted(set(Role) - GRAPHIC), ids=lambda role: role.name)
def test_words_are_legible_on_bars_and_chosen_rows(palette: Palette, role: Role) -> None:
    theme, shown = THEME_OF[palette.name], colour(palette, role).get_truecolor().hex
    chosen = palette.style(Role.TEXT | SELECTED, Style.null()).bgcolor
    assert chosen is not None
    least = 3.0 if role in COLOURED else 4.5
    assert contrast(shown, theme.panel) >= least
    assert contrast(shown, chosen.get_truecolor().hex) >= least


@pytest.mark.parametrize("palette", [*PALETTES, ANSI], ids=lambda palette: palette.name)
def test_curves_have_different_colours(palette: Palette) -> None:
    colours = [colour(palette, curve_role(index)) for index in range(CURVES)]
    assert len(set(colours)) == CURVES


def as_colour_blind_people_see(shown: Color) -> list[list[float]]:
    """Simulated deuteranopia and protanopia (Viénot 1999, in linear RGB)."""
    matrices = (
        ((0.29275, 0.70725, -0.02234), (0.29275, 0.70725, -0.02234), (-0.02234, 0.02234, 1.0)),
        ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    )
    linear = [(part / 255) ** 2.2 for part in shown.get_truecolor()]
    return [[sum(a * b for a, b in zip(row, linear, strict=True)) for row in matrix] for matrix in matrices]


def differ(palette: Palette, roles: list[Role]) -> bool:
    for one, two in itertools.combinations(roles, 2):
        pairs = zip(*(as_colour_blind_people_see(colour(palette, role)) for role in (one, two)), strict=True)
        if any(sum(abs(a - b) for a, b in zip(*pair, strict=True)) <= 0.1 for pair in pairs):
            return False
    return True


@each_palette
def test_the_first_curves_differ_for_colour_blind_people(palette: Palette) -> None:
    assert differ(palette, [curve_role(index) for index in range(4)])


@pytest.mark.parametrize("palette", [SAFE_DARK, SAFE_LIGHT], ids=lambda palette: palette.name)
def test_good_and_bad_differ_for_colour_blind_people(palette: Palette) -> None:
    assert differ(palette, [Role.REACHED, Role.ERROR, Role.WARNING, Role.ACTIVE])
    assert differ(palette, [Role.TARGET, Role.ERROR])


def test_with_sixteen_colours_only_those_of_the_terminal_are_used() -> None:
    for role in Role:
        shown = ANSI.style(role, Style.null())
        assert shown.color is None or shown.color.type in (ColorType.STANDARD, ColorType.DEFAULT)
        # Bright black is the background of some palettes.
        assert shown.color is None or shown.color.name != "bright_black"


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "xterm-256color"}, "dark"),
        ({"TERM": "tmux-256color", "COLORFGBG": "0;15"}, "light"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
        ({"TERM": "xterm-kitty"}, "dark"),
        ({"TERM": "screen"}, "terminal-dark"),
        ({"TERM": "linux"}, "terminal-dark"),
        ({"TERM": "vt220", "COLORFGBG": "0;7"}, "terminal-light"),
    ],
)
def test_the_theme_follows_the_terminal(environment: dict[str, str], theme: str) -> None:
    assert theme_for(environment) == theme


def test_without_colour_no_colour_is_sent() -> None:
    assert theme_for({"TERM": "xterm-256color"}, no_color=True) == "terminal-dark"


def test_every_theme_has_a_name_for_people() -> None:
    assert [settings_name(textual_name(name)) for name in THEME_TITLES] == list(THEME_TITLES)
    assert {theme.name for theme in THEMES} <= set(map(textual_name, THEME_TITLES))
    assert set(ThemeName.__args__) == {"auto", *THEME_TITLES}  # type: ignore[attr-defined]


def test_without_colour_nothing_has_one() -> None:
    for role in Role:
        style = MONO.style(role, Style.null())
        assert style.color is None or style.color.is_default
        assert style.bgcolor is None


def test_flags_are_added_to_the_role() -> None:
    assert DARK.style(Role.REACHED | BOLD, Style.null()).bold
    assert DARK.style(Role.TEXT | SELECTED, Style.null()).bgcolor is not None
    assert MONO.style(Role.TEXT | SELECTED, Style.null()).reverse


def test_each_curve_has_a_faint_role() -> None:
    assert faint(Role.CURVE_2) is Role.FAINT_2
    assert curve_role(8) is Role.CURVE_1
    assert faint(Role.TARGET) is Role.MUTED
