"""Asking a terminal: a real pseudo-terminal answers, or does not."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

import pytest

from engine.pictures.graphics import Answers
from engine.pictures.terminal import ATTRIBUTES, NAME, answers_of

ASK = """
from engine.pictures.terminal import NAME, ATTRIBUTES, ask, cell_size
said = ask(NAME + ATTRIBUTES, limit_s=LIMIT)
print("said", said.name, said.sixel, cell_size(), flush=True)
"""


@pytest.mark.parametrize(
    ("read", "answers"),
    [
        (b"\x1b[?62;4;6;22c", Answers(sixel=True)),
        (b"\x1b[?62;22c", Answers()),
        (b"\x1b[?4c", Answers()),
        (b"\x1bP>|kitty(0.35.2)\x1b\\\x1b[?62;c", Answers("kitty(0.35.2)")),
        (b"abc\x1bP>|XTerm(379)\x1b\\q\x1b[?64;1;2;4c\n", Answers("XTerm(379)", sixel=True)),
        (b"", Answers()),
        (b"\x1b[?64;4", Answers()),
    ],
)
def test_answers_are_found_among_what_was_typed(read: bytes, answers: Answers) -> None:
    assert answers_of(read) == answers


def asked(answer: bytes | None, limit_s: float) -> tuple[str, float]:
    """What a process on a terminal of its own prints that asks it, and how long that took."""
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - the other process
        os.execv(sys.executable, [sys.executable, "-c", ASK.replace("LIMIT", str(limit_s))])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 960, 456))
    printed, start, began = b"", time.monotonic(), 0.0
    while b"\n" not in printed.partition(b"said")[2]:
        assert select.select([terminal], [], [], 20)[0], printed
        printed += os.read(terminal, 1024)
        if not began and (NAME + ATTRIBUTES).encode() in printed:
            began = time.monotonic()
            if answer:
                os.write(terminal, answer)
    took = time.monotonic() - (began or start)
    os.waitpid(child, 0)
    os.close(terminal)
    return printed.partition(b"said ")[2].decode().strip(), took


def test_a_terminal_answers() -> None:
    said, took = asked(b"\x1bP>|kitty(0.35.2)\x1b\\\x1b[?62;4;22c", 20)
    assert said == "kitty(0.35.2) True (12, 19)" and took < 10


def test_a_mute_terminal_is_not_waited_for_long() -> None:
    said, took = asked(None, 0.2)
    assert said == "False (12, 19)" and took < 10


def test_without_a_terminal_nothing_is_asked(capfd: pytest.CaptureFixture[str]) -> None:
    from engine.pictures.terminal import USUAL_CELL, ask, cell_size

    assert ask() == Answers() and cell_size() == USUAL_CELL
    assert capfd.readouterr().out == ""
