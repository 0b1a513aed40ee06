"""Paths of any bytes as a line of text that people read, and back: each text stands for one path."""

from __future__ import annotations

import re
import unicodedata

_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")


def escaped(path: str) -> str:
    """`\\xNN` for each byte of what cannot be printed, of blanks at either end, which sheets lose, and of a backslash
    that would look like one of these."""
    if path.isascii() and path.isprintable() and "\\x" not in path and path.strip() == path:
        return path
    last = len(path) - 1
    return "".join(
        _bytes_of(char)
        if _is_lost(char) or (at in (0, last) and char.isspace()) or path.startswith("\\x", at)
        else char
        for at, char in enumerate(path)
    )


def unescaped(text: str) -> str:
    """The path that `escaped` was given."""
    raw = text.encode("utf-8", "surrogatepass")
    found = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw.decode("latin-1"))
    return found.encode("latin-1").decode("utf-8", "surrogateescape")


def _is_lost(char: str) -> bool:
    # The wide blank of Japanese names is no control character.
    return not char.isprintable() and unicodedata.category(char) != "Zs"


def _bytes_of(char: str) -> str:
    try:
        raw = char.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a pair that stands for no byte, and so is of no disk
        raw = char.encode("utf-8", "surrogatepass")
    return "".join(f"\\x{byte:02x}" for byte in raw)
