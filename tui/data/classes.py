"""Class balance: what each split holds of each class. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.models.columns import padded
from tui.screens.verdicts import label_role
from tui.theme import BOLD, Role
from tui.widgets.cells import Line, Piece, fit
from tui.widgets.progress import bar

NONE = "(none)"
"""The class of examples without any, as the tasks count them."""
NAME_MOST, BAR_LEAST, BAR_MOST = 28, 6, 40
COUNT_WIDTH = 9

Classes = Mapping[str, Mapping[str, int]]


def ordered_classes(classes: Classes) -> list[str]:
    """Every class of some splits by its name; that of examples without any comes last."""
    names = {name for counts in classes.values() for name in counts}
    return sorted(names, key=lambda name: (name == NONE, name))


def balance_lines(
    classes: Classes,
    split: str,
    chosen: str,
    width: int,
    height: int,
    *,
    ascii_only: bool = False,
) -> list[Line]:
    """A bar for each class of a split, as long as it is frequent; the other splits as numbers where there is room.

    Of too many classes the most and the least frequent are shown: these are what people look for.
    """
    counts = classes.get(split, {})
    labels = ordered_classes(classes)
    if not labels:
        return [(("This task counts no classes.", Role.MUTED),)]
    if not counts:
        return [((f"{split} counts no classes.", Role.MUTED),)]
    bands = all(_is_band(name) for name in labels)
    ranked = (
        labels if bands else sorted(labels, key=lambda name: (name == NONE, -counts.get(name, 0), labels.index(name)))
    )
    others = [name for name in classes if name != split and classes[name]]
    while others and width < _needed(labels, len(others)):
        others.pop()
    name_width = min(max(len(name) for name in labels), NAME_MOST, max(8, width // 3))
    total = sum(counts.values())
    share_width = 8 if width >= name_width + BAR_LEAST + COUNT_WIDTH + 8 + 2 else 0
    room = width - name_width - 2 - COUNT_WIDTH - share_width - COUNT_WIDTH * len(others)
    bar_width = max(0, min(BAR_MOST, room))
    most = max(counts.values(), default=0)

    def line(name: str) -> Line:
        count, role = counts.get(name, 0), label_role(name, labels)
        pieces: list[Piece] = [
            ((">" if ascii_only else "▸") if name == chosen else " ", Role.ACTIVE | BOLD),
            (fit(name, name_width) + " ", role | BOLD if name == chosen else role),
        ]
        if bar_width >= BAR_LEAST:
            pieces += padded(
                bar(count / most if most else 0.0, bar_width, role=role, ascii_only=ascii_only), bar_width
            )
        pieces.append((f"{count:>{COUNT_WIDTH},}", Role.WARNING if not count else Role.TEXT))
        if share_width:
            pieces.append((f"{100 * count / total if total else 0:>6.1f} %", Role.MUTED))
        pieces += [(f"{classes[other].get(name, 0):>{COUNT_WIDTH},}", Role.MUTED) for other in others]
        return tuple(pieces)

    head = " " * (1 + name_width + 1 + (bar_width if bar_width >= BAR_LEAST else 0))
    title = f"{split:>{COUNT_WIDTH}}" + " " * share_width
    header: Line = (
        (head + title, Role.MUTED | BOLD),
        *((f"{_short(other):>{COUNT_WIDTH}}", Role.MUTED) for other in others),
    )
    return [header, *_those_that_fit([line(name) for name in ranked], height - 1, ascii_only)]


def _those_that_fit(lines: Sequence[Line], room: int, ascii_only: bool) -> list[Line]:
    if len(lines) <= room:
        return list(lines)
    if room < 3:
        return list(lines[: max(0, room)])
    tail = max(1, (room - 1) // 4)
    head = room - 1 - tail
    dots = "..." if ascii_only else "⋯"
    between: Line = ((f" {dots} {len(lines) - head - tail:,} more", Role.MUTED),)
    return [*lines[:head], between, *lines[-tail:]]


def _needed(labels: Sequence[str], others: int) -> int:
    name = min(max(len(one) for one in labels), NAME_MOST)
    return name + 2 + 16 + COUNT_WIDTH + 8 + COUNT_WIDTH * others


def _short(split: str) -> str:
    return {"validation": "valid", "unlabelled": "unlab"}.get(split, split)[: COUNT_WIDTH - 1]


def _is_band(name: str) -> bool:
    low, dash, high = name.partition("-")
    return bool(dash) and all(part.replace(".", "", 1).isdigit() for part in (low, high))
