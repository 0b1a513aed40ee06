"""Names as the disk has them, bytes, and as text: UTF-8 in every locale, as databases go from one to another."""

from __future__ import annotations


def decoded(raw: bytes) -> str:
    """As text; bytes that are no UTF-8 become surrogates."""
    return raw.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The bytes that `decoded` was given; a question mark for other surrogates, which come from no disk."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
