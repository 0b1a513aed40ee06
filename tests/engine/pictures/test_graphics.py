"""The way pictures are shown, from what is known of a terminal."""

from __future__ import annotations

import pytest

from engine.pictures.graphics import (
    Answers,
    Graphics,
    Terminal,
    fit,
    for_console,
    for_output,
    worth_asking,
    worth_asking_for_console,
)

KITTY, SIXEL, BLOCKS, NONE = Graphics.KITTY, Graphics.SIXEL, Graphics.BLOCKS, Graphics.NONE
XTERM = {"TERM": "xterm-256color"}
IN_KITTY = {"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1", "COLORTERM": "truecolor"}
SSH = {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}
HAS_SIXEL = Answers(sixel=True)
NEW, OLD = Answers("kitty(0.35.2)"), Answers("kitty(0.26.5)")


@pytest.mark.parametrize(
    ("terminal", "way"),
    [
        (Terminal(XTERM), BLOCKS),
        (Terminal(XTERM, answers=HAS_SIXEL), SIXEL),
        (Terminal(XTERM, colours=False), NONE),
        (Terminal(IN_KITTY), KITTY),
        (Terminal({"TERM": "xterm-kitty"} | SSH), KITTY),
        (Terminal({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}), KITTY),
        (Terminal({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, answers=HAS_SIXEL), SIXEL),
        (Terminal({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, answers=HAS_SIXEL), SIXEL),
        # Words alone.
        (Terminal(IN_KITTY, is_terminal=False), NONE),
        (Terminal(XTERM | {"FINETOP_GRAPHICS": "kitty"}, is_terminal=False), NONE),
        (Terminal(IN_KITTY | {"NO_COLOR": "1"}), NONE),
        (Terminal(XTERM | {"NO_COLOR": "1"}, answers=HAS_SIXEL), NONE),
        (Terminal({"TERM": "dumb", "KITTY_WINDOW_ID": "1"}), NONE),
        (Terminal({}), NONE),
        # What stands between may swallow it.
        (Terminal(IN_KITTY | {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}), BLOCKS),
        (Terminal({"TERM": "screen-256color"} | SSH, answers=HAS_SIXEL), BLOCKS),
        (Terminal(XTERM | {"STY": "1.pts"}, answers=HAS_SIXEL), BLOCKS),
        (Terminal(XTERM | {"ZELLIJ": "0"}, answers=HAS_SIXEL), BLOCKS),
        # A wish of the environment.
        (Terminal(XTERM | {"FINETOP_GRAPHICS": "sixel"}), SIXEL),
        (Terminal(IN_KITTY | {"FINETOP_GRAPHICS": "none"}), NONE),
        (Terminal({"TERM": "tmux-256color", "TMUX": "x", "FINETOP_GRAPHICS": "kitty"}), KITTY),
        (Terminal(IN_KITTY | {"FINETOP_GRAPHICS": "holograms"}), KITTY),
    ],
)
def test_what_prints_uses_the_best_that_is_known_to_work(terminal: Terminal, way: Graphics) -> None:
    assert for_output(terminal) is way


@pytest.mark.parametrize("way", list(Graphics))
def test_what_was_asked_for_is_done_even_into_a_file(way: Graphics) -> None:
    assert for_output(Terminal({"NO_COLOR": "1"}, is_terminal=False), way) is way


@pytest.mark.parametrize(
    ("terminal", "wanted", "thrifty", "way"),
    [
        (Terminal(IN_KITTY, answers=NEW), None, False, KITTY),
        (Terminal({"TERM": "xterm-ghostty"}, answers=Answers("ghostty 1.1.3")), None, False, KITTY),
        (Terminal(IN_KITTY, answers=OLD), None, False, BLOCKS),
        (Terminal(IN_KITTY), None, False, BLOCKS),
        (Terminal(XTERM, answers=Answers("WezTerm 20240203", sixel=True)), None, False, BLOCKS),
        # Over a line bytes count, unless asked.
        (Terminal(IN_KITTY | SSH, answers=NEW), None, False, BLOCKS),
        (Terminal(IN_KITTY, answers=NEW), None, True, BLOCKS),
        (Terminal(IN_KITTY | SSH), KITTY, False, KITTY),
        (Terminal(IN_KITTY | SSH | {"FINETOP_GRAPHICS": "kitty"}), None, True, KITTY),
        (Terminal({"TERM": "tmux-256color", "TMUX": "x"}, answers=NEW), KITTY, False, KITTY),
        (Terminal(IN_KITTY, answers=NEW), NONE, False, NONE),
        (Terminal(XTERM | {"FINETOP_GRAPHICS": "sixel"}), None, False, BLOCKS),
    ],
)
def test_the_console_has_kitty_on_placeholders_or_half_blocks(
    terminal: Terminal, wanted: Graphics | None, thrifty: bool, way: Graphics
) -> None:
    assert for_console(terminal, wanted, thrifty=thrifty) is way


@pytest.mark.parametrize(
    ("environment", "is_terminal", "output", "console"),
    [
        (XTERM, True, True, False),
        (IN_KITTY, True, False, True),
        (IN_KITTY | SSH, True, False, False),
        (XTERM, False, False, False),
        (XTERM | {"NO_COLOR": "1"}, True, False, False),
        (XTERM | {"TMUX": "x"}, True, False, False),
        (XTERM | {"FINETOP_GRAPHICS": "blocks"}, True, False, False),
        ({"TERM": "linux"}, True, False, False),
        ({"TERM": "dumb"}, True, False, False),
    ],
)
def test_a_terminal_is_asked_only_where_its_answer_counts(
    environment: dict[str, str], is_terminal: bool, output: bool, console: bool
) -> None:
    terminal = Terminal(environment, is_terminal)
    assert (worth_asking(terminal), worth_asking_for_console(terminal)) == (output, console)


@pytest.mark.parametrize(
    ("picture", "room", "cells"),
    [
        ((256, 192), (200, 60), (77, 29)),
        ((256, 192), (40, 40), (40, 15)),
        ((2560, 1280), (200, 60), (128, 32)),
        ((256, 192), (200, 10), (27, 10)),
        ((10_000, 10), (100, 40), (100, 1)),
        ((10, 10_000), (100, 40), (1, 40)),
    ],
)
def test_a_picture_in_pixels_keeps_its_shape_and_is_not_blown_up(
    picture: tuple[int, int], room: tuple[int, int], cells: tuple[int, int]
) -> None:
    assert fit(picture, room, (10, 20)) == cells
