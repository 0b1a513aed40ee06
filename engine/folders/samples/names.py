"""Names of folders as a model reads them: words in small letters, whatever they are parted by."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

_LAST_WITH_CASE = 0x0590
"""Latin, Greek, Cyrillic, Armenian: after it, scripts hardly have capitals."""
_CAPITALS = "".join(chr(code) for code in range(_LAST_WITH_CASE) if chr(code).isupper())
_SMALL = "".join(chr(code) for code in range(_LAST_WITH_CASE) if chr(code).islower())
# `RuinsNight` → Ruins Night, `HTMLMap` → HTML Map, `01Night` → 01 Night; `22x16`, `v2` and `300dpi` stay whole.
_HUMPS = re.compile(
    rf"(?<=[{_SMALL}])(?=[{_CAPITALS}])|(?<=[{_CAPITALS}])(?=[{_CAPITALS}][{_SMALL}])"
    rf"|(?<=[0-9])(?=[{_CAPITALS}][{_SMALL}])"
)
_SEPARATORS = re.compile(r"[\s_\-‐-―.,;:+~=|/()\[\]{}<>#\"“”„«»*\x00-\x1f\x7f-\x9f]+")
_SPACES = re.compile(r"\s+")


def printed(name: str) -> str:
    """A name with bytes that are no UTF-8 written as `\\xNN`, and other lone surrogates as `\\uNNNN`."""
    if name.isascii():
        return name
    plain = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") if _from_bytes(name) else name
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")


@lru_cache(maxsize=1 << 16)
def normalised(name: str) -> str:
    """Small letters, words parted by single spaces, accents composed (NFC); never empty where the name is not."""
    readable = printed(name)
    # macOS stores é as two characters: the same name from two machines would be two names.
    composed = readable if readable.isascii() else unicodedata.normalize("NFC", readable)
    words = _SEPARATORS.sub(" ", _HUMPS.sub(" ", composed)).strip().lower()
    return sys.intern(words or _SPACES.sub(" ", composed).strip() or "_")


def _from_bytes(name: str) -> bool:
    """Whether the surrogates in it, if any, are those that stand for bytes."""
    return not any("\ud800" <= char <= "\udc7f" or "\udd00" <= char <= "\udfff" for char in name)
