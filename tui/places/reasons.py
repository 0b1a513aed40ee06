"""Why a connection ended, and when the next is tried. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.attach.protocol import PROTOCOL

NOT_FOUND = 127
OF_SSH = 255
BAD_INPUT = 2
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
_NO_COMMAND = re.compile(r"(command not found|not found|No such file or directory)\s*$")


@dataclass(frozen=True)
class Ending:
    """What is known of a connection that is gone."""

    code: int | None = None
    """The exit code; None where it was ended from here."""
    words: Sequence[str] = ()
    """The last lines on its standard error."""
    silent: bool = False
    """It did not answer."""
    said: str = ""
    """What was wrong with what it said."""


def why(ending: Ending, engine: str) -> str:
    """The sentence for the operator."""
    last = ending.words[-1] if ending.words else ""
    if ending.said:
        return ending.said
    if ending.silent:
        return f"it does not answer{f': {last}' if last else ''}"
    if ending.code == NOT_FOUND or (ending.code == 126 and _NO_COMMAND.search(last)):
        if engine == "engine":
            return "no engine in the PATH there: give --remote-engine FILE"
        return f"there is no {engine} there: give another --remote-engine"
    if ending.code == OF_SSH:
        return last if last.lower().startswith("ssh") else f"ssh: {last or 'the connection was lost'}"
    if ending.code == BAD_INPUT and "no command 'attach'" in last:
        return "the finetop there knows no attach; install the same version on both machines"
    if last.startswith("error: "):
        return last.removeprefix("error: ")
    if ending.code == 0:
        return "it ended the connection"
    how = "was killed" if ending.code is not None and ending.code < 0 else f"ended with code {ending.code}"
    return f"the engine there {how}" + (f": {last}" if last else "")


def other_protocol(theirs: int, version: str) -> str:
    """The sentence for a machine with another version."""
    newer = "newer" if theirs > PROTOCOL else "older"
    return f"the finetop there is {newer} ({version}, protocol {theirs}, here {PROTOCOL}); install the same on both"


def wait_s(failures: int, random: Callable[[], float]) -> float:
    """Before the next attempt: doubled with each failure, and spread, so that many consoles do not come at once."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(failures - 1, 16))
    return longest * (0.5 + random() / 2)
