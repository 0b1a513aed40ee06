"""Text from files without what a terminal would obey."""

from __future__ import annotations

_CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160))}
_KEPT = _CONTROLS | {ord("\t"): " ", ord("\n"): " ", ord("\r"): " "}


def plain(text: str) -> str:
    """The same letters, one for one, so that places in the text stay where they are."""
    return text.translate(_KEPT)
