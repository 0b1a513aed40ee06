"""Asks the terminal what it is, and how large its cells are. Never waits on what may not answer."""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
import time
from collections.abc import Iterator
from typing import TextIO

from engine.pictures.graphics import Answers

LIMIT_S = 2.0
"""Longer than any line's round trip: an answer that comes later would be typed into the shell. Nearly every
terminal answers at once, for even a VT100 knows the question."""
NAME = "\x1b[>0q"
"""XTVERSION. Some old terminals print a part of it: only those that are known to know it are asked."""
ATTRIBUTES = "\x1b[c"
"""DA1. Asked last, for its answer ends the wait."""
USUAL_CELL = (10, 20)
"""Pixels, where the terminal does not say."""
_ATTRIBUTES = re.compile(rb"\x1b\[\?([\d;]*)c")
_NAME = re.compile(rb"\x1bP>\|([^\x1b]*)\x1b\\")
_SIXEL = b"4"


def ask(question: str = ATTRIBUTES, limit_s: float = LIMIT_S) -> Answers:
    """What the terminal answers; nothing where stdin or stdout is none, or this process is in the background."""
    try:
        into, out = sys.stdin.fileno(), _stdout().fileno()
    except (OSError, ValueError):
        return Answers()
    if not (os.isatty(into) and os.isatty(out)):
        return Answers()
    try:
        with _unechoed(into):
            os.write(out, question.encode())
            return answers_of(_read(into, limit_s))
    except OSError:
        return Answers()


def answers_of(read: bytes) -> Answers:
    """The answers in what was read, among whatever else was typed."""
    name, attributes = _NAME.search(read), _ATTRIBUTES.search(read)
    return Answers(
        name=name[1].decode(errors="replace") if name else "",
        # The first number is the terminal's class; only those behind it are abilities.
        sixel=attributes is not None and _SIXEL in attributes[1].split(b";")[1:],
    )


def cell_size() -> tuple[int, int]:
    """Width and height of a cell in pixels."""
    try:
        import fcntl
        import struct
        import termios

        answer = fcntl.ioctl(_stdout().fileno(), termios.TIOCGWINSZ, bytes(8))
        rows, columns, width, height = struct.unpack("HHHH", answer)
    except (ImportError, OSError, ValueError):
        return USUAL_CELL
    if not (rows and columns and width >= columns and height >= rows):
        return USUAL_CELL
    return width // columns, height // rows


def _stdout() -> TextIO:
    # The console puts something of its own in the place of `sys.stdout`.
    return sys.__stdout__ or sys.stdout


@contextlib.contextmanager
def _unechoed(terminal: int) -> Iterator[None]:
    """Keys are read one by one and not shown. Raises OSError where the terminal is not ours to set."""
    try:
        import termios
        import tty
    except ImportError as problem:
        raise OSError("no such terminals here") from problem
    if os.tcgetpgrp(terminal) != os.getpgrp():
        # Setting it from the background would stop this process.
        raise OSError("in the background")
    try:
        before = termios.tcgetattr(terminal)
        # TCSADRAIN: what was typed ahead stays.
        tty.setcbreak(terminal, termios.TCSADRAIN)
    except termios.error as problem:
        raise OSError(str(problem)) from problem
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _read(terminal: int, limit_s: float) -> bytes:
    deadline, read = time.monotonic() + limit_s, b""
    while not _ATTRIBUTES.search(read):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            break
        more = os.read(terminal, 1024)
        if not more:
            break
        read += more
    return read
