"""The ways out of the terminal: which codes a notification takes, and where none may be sent. Pure.

OSC 9 (iTerm2, Ghostty, WezTerm, Kitty) and OSC 777 (foot, urxvt, VTE) ask the terminal for a notification of the
desktop. A terminal that knows neither may print them, so nothing is sent where it is not known.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from tui.notices.notice import clean
from tui.notices.settings import TerminalSetting

MOST_TITLE = 40
MOST_BODY = 160
_ESC, _BEL, _ST = "\x1b", "\x07", "\x1b\\"


class Code(enum.Enum):
    """How a terminal is asked for a notification."""

    NONE = enum.auto()
    OSC9 = enum.auto()
    OSC777 = enum.auto()


class Wrapping(enum.Enum):
    """What stands between us and the terminal, and needs to be told that a code is for the terminal."""

    NONE = enum.auto()
    TMUX = enum.auto()
    SCREEN = enum.auto()


@dataclass(frozen=True)
class Way:
    """How a notification leaves."""

    code: Code
    wrapping: Wrapping = Wrapping.NONE


_PROGRAMS = {
    "iTerm.app": Code.OSC9,
    "WezTerm": Code.OSC9,
    "ghostty": Code.OSC9,
    "kitty": Code.OSC9,
    "foot": Code.OSC777,
}
"""By TERM_PROGRAM, or LC_TERMINAL, which SSH often forwards."""
_NAMES = (
    ("xterm-ghostty", Code.OSC9),
    ("xterm-kitty", Code.OSC9),
    ("wezterm", Code.OSC9),
    ("foot", Code.OSC777),
    ("rxvt-unicode", Code.OSC777),
)
"""By how TERM begins."""
_TRACES = (
    ("KITTY_WINDOW_ID", Code.OSC9),
    ("GHOSTTY_RESOURCES_DIR", Code.OSC9),
    ("WEZTERM_PANE", Code.OSC9),
    ("ITERM_SESSION_ID", Code.OSC9),
    ("VTE_VERSION", Code.OSC777),
)
"""Variables that a terminal sets: what is left of it inside tmux, which changes TERM and TERM_PROGRAM."""
_NEVER = ("dumb", "linux", "vt", "ansi", "eterm", "emacs", "cygwin")
"""Terminals that print what they do not know, whatever the settings say."""


def way_out(environment: Mapping[str, str], setting: TerminalSetting = "auto") -> Way:
    """How a notification leaves this terminal."""
    term = environment.get("TERM", "")
    # A page of `--web` is no terminal, though it says that it is one.
    if setting == "off" or not term or term.startswith(_NEVER) or environment.get("TEXTUAL_DRIVER"):
        return Way(Code.NONE)
    code = {"osc9": Code.OSC9, "osc777": Code.OSC777}.get(setting) or _known(environment, term)
    if code is Code.NONE:
        return Way(Code.NONE)
    if environment.get("TMUX"):
        return Way(code, Wrapping.TMUX)
    return Way(code, Wrapping.SCREEN if environment.get("STY") else Wrapping.NONE)


def _known(environment: Mapping[str, str], term: str) -> Code:
    for name in ("TERM_PROGRAM", "LC_TERMINAL"):
        program = environment.get(name, "")
        program = "iTerm.app" if program == "iTerm2" else program
        if program in _PROGRAMS:
            return _PROGRAMS[program]
    for start, code in _NAMES:
        if term.startswith(start):
            return code
    return next((code for name, code in _TRACES if environment.get(name)), Code.NONE)


def codes(way: Way, title: str, body: str) -> str:
    """What to write to the terminal; empty where nothing is to be."""
    title, body = clean(title, MOST_TITLE), clean(body, MOST_BODY)
    if way.code is Code.NONE:
        return ""
    if way.code is Code.OSC9:
        # Never a digit first: OSC 9;4 and its like are other requests.
        text = f"{_ESC}]9;{title}: {body}{_BEL}"
    else:
        text = f"{_ESC}]777;notify;{title.replace(';', ',')};{body}{_BEL}"
    if way.wrapping is Wrapping.TMUX:
        return f"{_ESC}Ptmux;{text.replace(_ESC, _ESC + _ESC)}{_ST}"
    return f"{_ESC}P{text}{_ST}" if way.wrapping is Wrapping.SCREEN else text
