"""Completes the path of a file, as shells do."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tui.paths import typed_path

MOST_LOOKED_AT, MOST_TOLD = 5_000, 12


def complete(text: str, names: Sequence[str]) -> tuple[str, list[str]]:
    """The text with as much of the last name as is clear, and the names that it may be. Pure.

    Names of folders end in a slash; hidden ones are offered where a point is typed.
    """
    head, slash, begun = text.rpartition("/")
    fitting = sorted(name for name in names if name.startswith(begun) and (begun or not name.startswith(".")))
    if not fitting:
        return text, []
    return head + slash + _begun_alike(fitting), fitting if len(fitting) > 1 else []


def _begun_alike(names: Sequence[str]) -> str:
    """The letters that all of the sorted names begin with: those of the first and the last."""
    first, last = names[0], names[-1]
    same = next(
        (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    return first[:same]


def completed(text: str) -> tuple[str, list[str]]:
    """The same, with the names that lie there. Slow: call in threads."""
    folder = typed_path(text.rpartition("/")[0] + "/" if "/" in text else ".")
    names = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= MOST_LOOKED_AT:
                    break
                names.append(entry.name + ("/" if entry.is_dir() else ""))
    except (OSError, ValueError):
        return text, []
    return complete(text, names)


def told(names: Sequence[str]) -> str:
    """The names in a line."""
    more = f" and {len(names) - MOST_TOLD:,} more" if len(names) > MOST_TOLD else ""
    return "  ".join(name.encode("utf-8", "backslashreplace").decode() for name in names[:MOST_TOLD]) + more
