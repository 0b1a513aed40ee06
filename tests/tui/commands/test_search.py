"""Commands by the words of their names and sentences."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tui.actions import ACTIONS
from tui.actions.working import Working, sections
from tui.commands.help_view import help_lines
from tui.commands.list_view import NONE, command_lines, first_shown
from tui.commands.search import commands_of, found
from tui.theme import SELECTED
from tui.widgets.cells import width_of

NODE: Any = SimpleNamespace()


def entries(*places: str) -> list[Working]:
    return [Working(each, (each.key_label,), NODE) for each in ACTIONS if each.place in places]


COMMANDS = commands_of(entries("runs", "monitor", "app"))


def titles(words: str) -> list[str]:
    return [command.title for command in found(COMMANDS, words)]


def test_without_words_all_are_offered() -> None:
    assert len(titles("")) == len(COMMANDS)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("stop", "Stop"), ("STO", "Stop"), ("zoom out", "Zoom out"), ("out zo", "Zoom out"),
        ("light", "Colours: light"),
        ("held-out", "Report"), ("checkpoint", "Resume"), ("production", "Models"), ("rprt", "Report"),
        ("colours colour-blind light", "Colours: colour-blind, light"), ("label", "Label"),
    ],
)  # fmt: skip
def test_words_of_title_or_sentence_find_it(words: str, first: str) -> None:
    assert titles(words)[0] == first


def test_letters_in_their_order_count_only_where_no_word_does() -> None:
    assert all("run" in f"{each.title} {each.help} {each.where}".lower() for each in found(COMMANDS, "run"))


def test_moving_a_cursor_comes_last() -> None:
    assert titles("run").index("Up") > titles("run").index("Stop")


def test_what_nothing_holds_finds_nothing() -> None:
    assert titles("xylophone") == [] and titles("stop xylophone") == []
    assert command_lines([], 0, 60, 10, ascii_only=False)[0][0][0] == NONE


def test_it_does_not_offer_itself() -> None:
    assert "Commands" not in titles("")


@pytest.mark.parametrize("width", [40, 70, 110])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_commands_fit_and_the_one_at_the_cursor_is_in_sight(width: int, ascii_only: bool) -> None:
    for at in range(len(COMMANDS)):
        lines = command_lines(COMMANDS, at, width, 8, ascii_only=ascii_only)
        assert len(lines) == 8 and all(width_of(line) <= width for line in lines)
        under = [place for place, line in enumerate(lines) if line[0][1] & SELECTED]
        assert under == [at - first_shown(at, len(COMMANDS), 8)]
        assert not ascii_only or all(text.isascii() for line in lines for text, _ in line)


def test_help_begins_with_the_focused_pane_and_ends_with_the_console() -> None:
    headings = [heading for heading, _ in sections(entries("app", "monitor", "runs"))]
    assert headings == ["Table of runs", "Runs", "Charts", "Screens", "Console"]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_help_fits(width: int) -> None:
    lines = help_lines(entries("app", "monitor", "runs"), width)
    assert all(width_of(line) <= width for line in lines)
    said = " ".join("".join(text for text, _ in line) for line in lines)
    assert "Stop the run: after" in said and "Table of runs" in said
