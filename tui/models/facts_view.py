"""What is known of one version: where it comes from, all that it measured, its thresholds. Pure."""

from __future__ import annotations

import textwrap

from tui.models.numbers import decimals_of, number, size
from tui.models.shelf import ModelSeen, VersionSeen
from tui.models.version_table import aliases_of
from tui.theme import BOLD, Role
from tui.widgets.cells import Line

NAME = 11


def facts_lines(
    seen: ModelSeen, version: VersionSeen, width: int, height: int, *, ascii_only: bool = False
) -> list[Line]:
    """As many facts as there is room for, the most telling first."""
    lines: list[Line] = []
    if version.problem:
        glyph = "x" if ascii_only else "✗"
        parts = textwrap.wrap(f"{glyph} damaged: {version.problem}", max(20, width))
        lines += [((part, Role.ERROR | BOLD),) for part in parts]
    manifest = version.manifest
    if manifest is None:
        return lines[:height]
    raised = seen.standing.thresholds.get(version.number, {})
    facts = [
        ("in use as", ", ".join(aliases_of(seen, version.number))),
        ("run", manifest.run),
        ("dataset", manifest.dataset or "none"),
    ]
    thresholds = {**manifest.thresholds, **raised}
    told = ", ".join(f"{name} {value:g}{' raised' if name in raised else ''}" for name, value in thresholds.items())
    facts += [("thresholds", told)] if told else []
    facts += [
        *_targets(version, ascii_only),
        ("base", manifest.base or "none"),
        ("task", manifest.task),
        ("preset", manifest.preset),
        ("files", f"{len(manifest.files)}, {size(version.bytes)}"),
        ("licences", "; ".join(manifest.licences) or "none noted"),
    ]
    facts += [("goes on", manifest.continues.run)] if manifest.continues is not None else []
    shown = [(name, value) for name, value in facts if value]
    return (lines + [((f"{name:<{NAME}}", Role.MUTED), (value, Role.TEXT)) for name, value in shown])[:height]


def _targets(version: VersionSeen, ascii_only: bool) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    for target in version.manifest.targets if version.manifest is not None else ():
        value = version.measured.get(target.metric)
        met = target.reached(value)
        glyph = ("+" if met else "x") if ascii_only else ("✓" if met else "✗")
        words = str(target).replace("≥", ">=").replace("≤", "<=") if ascii_only else str(target)
        reached = number(value, decimals_of([value]), ascii_only=ascii_only).strip()
        told.append(("" if told else "targets", f"{glyph} {words} ({reached})"))
    return told
