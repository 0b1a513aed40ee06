"""Where a dataset comes from, as lines. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.data.plain import plain
from tui.data.shelf import DatasetSeen, Facts, splits_of
from tui.models.numbers import size
from tui.theme import Role
from tui.widgets.cells import Line, fit
from tui.widgets.durations import past
from tui.widgets.page import wrapped

NAME_WIDTH = 9
MOST_SOURCES, MOST_RUNS = 6, 4
PLAIN = (bool, int, float, str)


def facts_lines(facts: Facts, seen: DatasetSeen, now: float, width: int, height: int) -> list[Line]:
    """Name and value, one below the other; what does not fit is cut from the end, where the least stands."""
    lines: list[Line] = []
    for name, text in _facts(facts, seen, now):
        for place, part in enumerate(wrapped(plain(text), max(20, width - NAME_WIDTH), Role.TEXT)):
            lines.append(((fit(name if not place else "", NAME_WIDTH), Role.MUTED), *part))
    return lines[:height]


def _facts(facts: Facts, seen: DatasetSeen, now: float) -> Iterator[tuple[str, str]]:
    counts = ", ".join(f"{name} {facts.counts[name]:,}" for name in splits_of(facts.counts))
    yield "for", f"{facts.profile}/{facts.model}, {facts.task}"
    yield "splits", counts
    date = time.strftime("%Y-%m-%d %H:%M", time.localtime(facts.created))
    yield "made", f"{past(now - facts.created)} ({date}), {_how(facts)}"
    if seen.size is not None:
        files = f", {facts.files:,} files" if facts.files else ""
        yield "size", size(seen.size) + files + (", sealed" if facts.sealed else "")
    yield "used by", _used(seen.runs, facts.versions)
    yield "sha256", facts.content_sha256
    if facts.recipe_sha256:
        yield "recipe", facts.recipe_sha256
    for place, origin in enumerate(facts.origins[:MOST_SOURCES]):
        said = _origin(origin)
        if said:
            yield "sources" if not place else "", said
    if len(facts.origins) > MOST_SOURCES:
        yield "", f"and {len(facts.origins) - MOST_SOURCES:,} more"
    yield from _notes(facts.notes)


def _how(facts: Facts) -> str:
    seed = f", seed {facts.seed}" if facts.seed is not None else ""
    words = {"recipe": "by the profile's recipe", "import": "imported", "feedback": "from feedback"}
    return words.get(facts.source, facts.source) + seed


def _used(runs: Sequence[str], versions: Sequence[str]) -> str:
    said = [*versions[:MOST_RUNS]]
    if runs:
        more = f" and {len(runs) - MOST_RUNS:,} more" if len(runs) > MOST_RUNS else ""
        said.append(f"{len(runs):,} {'run' if len(runs) == 1 else 'runs'}: {', '.join(runs[:MOST_RUNS])}{more}")
    return "; ".join(said) or "no run yet"


def _origin(origin: Mapping[str, Any]) -> str:
    if "path" in origin:
        rows = f", {origin['rows']:,} rows" if isinstance(origin.get("rows"), int) else ""
        split = f"{origin['split']}: " if origin.get("split") else ""
        digest = str(origin.get("sha256") or "")[:12]
        return f"{split}{origin['path']}{rows}" + (f", sha256 {digest}" if digest else "")
    recipe = origin.get("recipe")
    if isinstance(recipe, dict):
        plain_values = [f"{name} {_short(value)}" for name, value in recipe.items() if isinstance(value, PLAIN)]
        return "recipe with " + ", ".join(plain_values[:8]) if plain_values else "the profile's recipe"
    return ", ".join(f"{name} {_short(value)}" for name, value in origin.items() if isinstance(value, PLAIN))


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _notes(notes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in notes.items():
        if isinstance(value, str):
            yield name[: NAME_WIDTH - 1], value
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            yield name[: NAME_WIDTH - 1], "; ".join(value[:5])
        elif isinstance(value, int) and value and not isinstance(value, bool):
            yield name[: NAME_WIDTH - 1], f"{value:,}"
