"""Datasets that were written anew because somebody was forgotten: a run still finds what became of its own.

workspace/datasets/replaced.json    {old id: new id, or "" where nothing was left}
"""

from __future__ import annotations

from pathlib import Path

from engine.files import read_json, write_json

FILE = "replaced.json"


def note_replaced(datasets: Path, old: str, new: str) -> None:
    """Remember that `new` stands in place of `old`; empty where nothing was left. One process at a time."""
    write_json(datasets / FILE, {**_all(datasets), old: new})


def replacement_of(datasets: Path, name: str) -> str | None:
    """What stands in place of a dataset in the end; "" where nothing was left, None where it was not replaced."""
    replaced, seen = _all(datasets), {name}
    found = replaced.get(name)
    while found and found in replaced and found not in seen:
        seen.add(found)
        found = replaced[found]
    return found


def _all(datasets: Path) -> dict[str, str]:
    try:
        found = read_json(datasets / FILE)
    except (OSError, ValueError):
        return {}
    return {old: new for old, new in found.items() if isinstance(new, str)}
