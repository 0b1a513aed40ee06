"""How a notification leaves the terminal, and where none may."""

from __future__ import annotations

import pytest

from tui.notices.settings import TerminalSetting
from tui.notices.ways import Code, Way, Wrapping, codes, way_out


@pytest.mark.parametrize(
    ("environment", "setting", "code"),
    [
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "auto", Code.OSC9),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "auto", Code.OSC9),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "auto", Code.OSC9),
        ({"TERM": "xterm-kitty"}, "auto", Code.OSC9),
        ({"TERM": "xterm-ghostty"}, "auto", Code.OSC9),
        ({"TERM": "foot"}, "auto", Code.OSC777),
        ({"TERM": "rxvt-unicode-256color"}, "auto", Code.OSC777),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "auto", Code.OSC777),
        ({"TERM": "xterm-256color"}, "auto", Code.NONE),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "auto", Code.NONE),
        ({"TERM": "xterm-256color"}, "osc9", Code.OSC9),
        ({"TERM": "xterm-256color"}, "osc777", Code.OSC777),
        ({"TERM": "xterm-kitty"}, "off", Code.NONE),
        ({"TERM": "linux"}, "osc9", Code.NONE),
        ({"TERM": "vt220"}, "osc9", Code.NONE),
        ({"TERM": "dumb", "TERM_PROGRAM": "WezTerm"}, "auto", Code.NONE),
        ({"TERM": "eterm-color"}, "osc777", Code.NONE),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm", "TEXTUAL_DRIVER": "web"}, "auto", Code.NONE),
        ({}, "osc9", Code.NONE),
    ],
)
def test_only_terminals_that_are_known_to_take_it_get_it(
    environment: dict[str, str], setting: TerminalSetting, code: Code
) -> None:
    assert way_out(environment, setting).code is code


def test_in_tmux_it_is_wrapped_for_the_terminal_around_it() -> None:
    environment = {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TMUX": "/tmp/s,1,0", "KITTY_WINDOW_ID": "1"}
    way = way_out(environment)
    assert way == Way(Code.OSC9, Wrapping.TMUX)
    assert codes(way, "finetop", "ner done") == "\x1bPtmux;\x1b\x1b]9;finetop: ner done\x07\x1b\\"
    assert way_out({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TMUX": "x"}).code is Code.NONE


def test_in_screen_it_is_wrapped_too() -> None:
    way = way_out({"TERM": "screen-256color", "STY": "1.pts"}, "osc777")
    assert codes(way, "finetop", "ner done") == "\x1bP\x1b]777;notify;finetop;ner done\x07\x1b\\"


@pytest.mark.parametrize("code", [Code.OSC9, Code.OSC777])
def test_the_text_can_neither_end_the_code_nor_begin_another(code: Code) -> None:
    sent = codes(Way(code), "a;b\x07", "4;1\x1b\\\x1b]52;c;aGk=\x07\n\x9c" + "y" * 5_000)
    assert sent.count("\x1b") == 1 and sent.count("\x07") == 1 and sent.endswith("\x07")
    assert "\x9c" not in sent and "\n" not in sent and len(sent) < 300


def test_where_there_is_no_way_nothing_is_written() -> None:
    assert codes(Way(Code.NONE), "finetop", "ner done") == ""
