"""Colours: exact on 256-colour terminals, legible, and never the only sign."""

from __future__ import annotations

import itertools

import pytest
from rich.color import Color, ColorSystem
from rich.style import Style

from tui.theme import ANSI, BOLD, DARK, LIGHT, MONO, SELECTED, THEMES, Palette, Role, curve_role, faint

BACKGROUNDS = {"dark": "#121212", "light": "#eeeeee"}


def colour(palette: Palette, role: Role) -> Color:
    found = palette.style(role, Style.parse(f"#808080 on {BACKGROUNDS.get(palette.name, 'black')}")).color
    assert found is not None
    return found


def luminance(hexadecimal: str) -> float:
    parts = [int(hexadecimal[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TEXT], ids=lambda role: role.name)
def test_every_colour_is_the_same_with_256_colours(palette: Palette, role: Role) -> None:
    """A light grey may move by one step: rich rounds greys so."""
    exact = colour(palette, role).get_truecolor()
    shown = colour(palette, role).downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
    grey = len(set(exact)) == 1
    assert max(abs(a - b) for a, b in zip(exact, shown, strict=True)) <= (10 if grey else 0)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
@pytest.mark.parametrize(
    "role",
    [*map(curve_role, range(6)), Role.REACHED, Role.ERROR, Role.WARNING, Role.ACTIVE, Role.MUTED],
    ids=lambda role: role.name,
)
def test_colours_are_legible_on_their_background(palette: Palette, role: Role) -> None:
    one, two = luminance(colour(palette, role).get_truecolor().hex), luminance(BACKGROUNDS[palette.name])
    assert (max(one, two) + 0.05) / (min(one, two) + 0.05) >= 3.0


@pytest.mark.parametrize("palette", [DARK, LIGHT, ANSI], ids=lambda palette: palette.name)
def test_curves_have_different_colours(palette: Palette) -> None:
    colours = [colour(palette, curve_role(index)) for index in range(6)]
    assert len(set(colours)) == 6


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_the_first_curves_differ_for_colour_blind_people(palette: Palette) -> None:
    """Simulated deuteranopia and protanopia (Viénot 1999, in linear RGB)."""
    matrices = (
        ((0.29275, 0.70725, -0.02234), (0.29275, 0.70725, -0.02234), (-0.02234, 0.02234, 1.0)),
        ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    )
    for matrix in matrices:
        seen = []
        for index in range(4):
            red, green, blue = (part / 255 for part in colour(palette, curve_role(index)).get_truecolor())
            linear = [part**2.2 for part in (red, green, blue)]
            seen.append([sum(a * b for a, b in zip(row, linear, strict=True)) for row in matrix])
        for one, two in itertools.combinations(seen, 2):
            assert sum(abs(a - b) for a, b in zip(one, two, strict=True)) > 0.1


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
    assert curve_role(6) is Role.CURVE_1
    assert faint(Role.TARGET) is Role.MUTED


def test_the_themes_are_one_dark_and_one_light() -> None:
    assert [theme.dark for theme in THEMES] == [True, False]
