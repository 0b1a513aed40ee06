"""A folder with what surrounds it, as lines of a tree."""

from __future__ import annotations

from dataclasses import dataclass

from engine.folders.samples.sample import TrainingSample
from tui.theme import BOLD, Role
from tui.widgets.cells import Line
from tui.widgets.progress import bar

BAR_WIDTH = 12
MOST_EXTENSIONS = 6


@dataclass(frozen=True)
class Glyphs:
    """Signs of the tree."""

    above: str
    beside: str
    here: str
    below: str
    more: str


FINE = Glyphs("▾", "▸", "▶", "▸", "…")
PLAIN = Glyphs("v", "-", ">", "-", "...")


def context_lines(
    sample: TrainingSample, width: int, height: int, *, note: str = "", ascii_only: bool = False
) -> list[Line]:
    """The path above, the folder between its siblings, its children, what it holds, and its note."""
    glyphs = PLAIN if ascii_only else FINE
    facts = _facts(sample, ascii_only)
    if note:
        facts.append((("note  ", Role.MUTED), (note, Role.WARNING)))
    above = _above(sample, glyphs, most=max(1, height // 4))
    indent = "  " * len(above)
    room = height - len(above) - 1 - len(facts) - 1
    children = _some(sorted(sample.children), max(1, room // 2))
    hidden = sample.folders - len(children)
    around = [name for name in sample.siblings if name != sample.name]
    before, after = _around(sorted(around), sample.name, room - len(children) - (hidden > 0))
    lines = list(above)
    lines += [((f"{indent}{glyphs.beside} {name}", Role.MUTED),) for name in before]
    own = sample.last_name or "(the root)"
    lines.append(((f"{indent}{glyphs.here} ", Role.ACTIVE | BOLD), (own, Role.TITLE | BOLD)))
    lines += [((f"{indent}  {glyphs.below} ", Role.MUTED), (name, Role.TEXT)) for name in children]
    if hidden > 0:
        lines.append(((f"{indent}  {glyphs.more} {hidden} more", Role.MUTED),))
    lines += [((f"{indent}{glyphs.beside} {name}", Role.MUTED),) for name in after]
    return [*lines, (("", Role.TEXT),), *facts]


def _above(sample: TrainingSample, glyphs: Glyphs, most: int) -> list[Line]:
    parts = sample.shown.split("/")[:-1]
    if len(parts) > most:
        # The top says who made it, the bottom what it belongs to.
        parts = [parts[0], glyphs.more, *parts[len(parts) - most + 2 :]] if most > 2 else parts[-most:]
    return [(("  " * depth + f"{glyphs.above} ", Role.AXIS), (part, Role.TEXT)) for depth, part in enumerate(parts)]


def _some(names: list[str], most: int) -> list[str]:
    return names[: max(0, most)]


def _around(names: list[str], own: str, room: int) -> tuple[list[str], list[str]]:
    """Siblings before and after the folder by name, as many of each as fit, the nearest ones."""
    before, after = [name for name in names if name < own], [name for name in names if name >= own]
    room = max(0, room)
    half = room // 2
    first = min(len(before), max(half, room - len(after)))
    return before[len(before) - first :], after[: room - first]


def _facts(sample: TrainingSample, ascii_only: bool) -> list[Line]:
    dot = " - " if ascii_only else " · "
    parts = [
        _counted(sample.files, "file"),
        _counted(sample.folders, "folder"),
        size_of(sample.bytes) if sample.bytes else "",
        f"depth {sample.depth}",
    ]
    lines: list[Line] = [((dot.join(part for part in parts if part), Role.MUTED),)]
    top = list(sample.extensions.items())[:MOST_EXTENSIONS]
    largest = max((count for _, count in top), default=1)
    name_width = max((len(name) for name, _ in top), default=0)
    for name, count in top:
        drawn = bar(count / largest, BAR_WIDTH, ascii_only=ascii_only)
        lines.append(((f".{name:<{name_width}} ", Role.TEXT), *drawn, (f" {count}", Role.MUTED)))
    others = len(sample.extensions) - len(top)
    if others > 0:
        lines.append(((f"and {_counted(others, 'more kind')}", Role.MUTED),))
    return lines


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else ""


def size_of(count: int) -> str:
    """`1.2 GB`."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
