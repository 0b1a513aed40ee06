"""What differs between the configurations of runs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.theme import BOLD, Role
from tui.widgets.cells import Line, fit

if TYPE_CHECKING:
    from engine.runs.spec import RunSpec

_NAMED = ("profile", "model", "task", "preset", "dataset", "device")
"""Of the specification, beside the configuration."""
NOTHING = "–"


@dataclass(frozen=True)
class Value:
    """A value of one run, and where it comes from."""

    text: str
    origin: str = ""


@dataclass(frozen=True)
class Differing:
    """A field whose values differ: one for each run, in their order."""

    name: str
    values: tuple[Value, ...]


def differences(specs: Sequence[RunSpec]) -> list[Differing]:
    """The fields that are not the same in all of these."""
    return [row for row in (_differing(name, specs) for name in _names(specs)) if row is not None]


def _names(specs: Sequence[RunSpec]) -> list[str]:
    fields = dict.fromkeys(f"config.{name}" for spec in specs for name in spec.config)
    return [*_NAMED, "targets", *fields]


def _differing(name: str, specs: Sequence[RunSpec]) -> Differing | None:
    raw = [_value(spec, name) for spec in specs]
    if all(value == raw[0] for value in raw[1:]):
        return None
    shown = name.removeprefix("config.")
    values = (Value(written(value), spec.origins.get(name, "")) for value, spec in zip(raw, specs, strict=True))
    return Differing(shown, tuple(values))


def _value(spec: RunSpec, name: str) -> Any:
    if name.startswith("config."):
        return spec.config.get(name.removeprefix("config."))
    if name == "targets":
        return ", ".join(str(target) for target in spec.targets) or None
    return getattr(spec, name) or None


def written(value: Any) -> str:
    """A value for people."""
    if value is None:
        return NOTHING
    return f"{value:g}" if isinstance(value, float) else str(value)


def table(names: Sequence[str], rows: Sequence[Differing], width: int) -> list[Line]:
    """Columns under the names of the runs; origins below the values where any is known. Cut where it must be."""
    label = min(max((len(row.name) for row in rows), default=5), max(12, width // 4))
    each = max(8, (width - label - 2) // max(1, len(names)) - 2)
    longest = max((len(value.text) for row in rows for value in row.values), default=0)
    each = min(each, max(longest, *(len(name) for name in names), 12))
    head: list[tuple[str, int]] = [(" " * (label + 2), Role.TEXT)]
    for name in names:
        head += [(fit(name, each), Role.TITLE), ("  ", Role.TEXT)]
    lines: list[Line] = [head]
    for row in rows:
        values: list[tuple[str, int]] = [(fit(row.name, label), Role.ACTIVE), ("  ", Role.TEXT)]
        origins: list[tuple[str, int]] = [(" " * (label + 2), Role.TEXT)]
        for value in row.values:
            role = Role.MUTED if value.text == NOTHING else Role.TEXT | BOLD
            values += [(fit(value.text, each), role), ("  ", Role.TEXT)]
            origins += [(fit(value.origin or "default", each), Role.MUTED), ("  ", Role.TEXT)]
        lines.append(values)
        if any(value.origin for value in row.values):
            lines.append(origins)
    return lines
