"""What two models say differently of the same sample. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tui.theme import BOLD, Role
from tui.validate.judging import labels_said, matched
from tui.widgets.cells import Line, fit

Row = Mapping[str, Any]
Kind = Literal["same", "differs", "only A", "only B"]
GLYPHS: dict[Kind, str] = {"same": "=", "differs": "≠", "only A": "◀", "only B": "▶"}
PLAIN: dict[Kind, str] = {"same": "=", "differs": "!", "only A": "<", "only B": ">"}
ROLES: dict[Kind, Role] = {
    "same": Role.MUTED,
    "differs": Role.WARNING,
    "only A": Role.CURVE_1,
    "only B": Role.CURVE_2,
}
NOTICEABLE = 0.05
"""A difference of two similarities that is worth a mark."""
WIDEST = 32


@dataclass(frozen=True)
class Difference:
    """One thing that at least one of the models says."""

    kind: Kind
    what: str
    """The words of the text, the place in the picture."""
    said: str
    """The label, or both."""


def differences(sample: Row, first: Row, second: Row) -> list[Difference]:
    """Everything that either says, in the order of the sample."""
    if "similarity" in first and "similarity" in second:
        one, other = float(first["similarity"]), float(second["similarity"])
        kind: Kind = "same" if abs(one - other) < NOTICEABLE else "differs"
        return [Difference(kind, "similarity", f"{one:.2f} and {other:.2f}, {other - one:+.2f}")]
    if "entities" in first and "entities" in second:
        return _spans(str(sample.get("text", "")), first["entities"], second["entities"])
    if "objects" in first and "objects" in second:
        return _objects(first["objects"], second["objects"])
    one_says, other_says = _verdict(first), _verdict(second)
    if one_says == other_says:
        return [Difference("same", "label", one_says)]
    return [Difference("differs", "label", f"{one_says} and {other_says}")]


def difference_lines(found: Sequence[Difference], *, ascii_only: bool = False) -> list[Line]:
    """How many differ, then a line for each that does: glyph, word, what it is about, what is said."""
    differing = [one for one in found if one.kind != "same"]
    if not found:
        return [((f"{PLAIN['same']} same: neither finds anything", Role.MUTED),)]
    alike = len(found) - len(differing)
    if differing:
        count = f"{len(differing)} {'difference' if len(differing) == 1 else 'differences'}, {alike} alike"
        lines: list[Line] = [((count, Role.WARNING | BOLD),)]
    else:
        lines = [((f"{PLAIN['same']} both say the same", Role.REACHED | BOLD),)]
    width = min(WIDEST, max((len(one.what) for one in differing), default=0))
    glyphs = PLAIN if ascii_only else GLYPHS
    for one in differing:
        role = ROLES[one.kind]
        mark = f"{glyphs[one.kind]} {one.kind:<7}"
        lines.append(((mark, role | BOLD), (f"  {fit(one.what, width)}  ", Role.TEXT), (one.said, role)))
    return lines


def _verdict(answer: Row) -> str:
    said = labels_said(answer)
    label = said[0] if said else "nothing"
    return f"unknown, like {label}" if answer.get("known") is False else label


def _spans(text: str, first: Sequence[Row], second: Sequence[Row]) -> list[Difference]:
    found: list[tuple[int, Difference]] = []
    left = list(second)
    for one in first:
        start, end = int(one["start"]), int(one["end"])
        same = next((other for other in left if (int(other["start"]), int(other["end"])) == (start, end)), None)
        near = same or next((each for each in left if int(each["start"]) < end and int(each["end"]) > start), None)
        if near is None:
            found.append((start, Difference("only A", text[start:end], str(one["label"]))))
            continue
        left.remove(near)
        if same is not None and same["label"] == one["label"]:
            found.append((start, Difference("same", text[start:end], str(one["label"]))))
            continue
        other = text[int(near["start"]) : int(near["end"])]
        labels = str(one["label"]) if one["label"] == near["label"] else f"A {one['label']}, B {near['label']}"
        said = labels if same is not None else f"{labels}; B has {other!r}"
        found.append((start, Difference("differs", text[start:end], said)))
    for one in left:
        start, end = int(one["start"]), int(one["end"])
        found.append((start, Difference("only B", text[start:end], str(one["label"]))))
    return [difference for _, difference in sorted(found, key=lambda each: each[0])]


def _objects(first: Sequence[Row], second: Sequence[Row]) -> list[Difference]:
    pairs = matched(first, second)
    found = []
    for a, b in sorted(pairs):
        one, other = str(first[a]["label"]), str(second[b]["label"])
        said = one if one == other else f"A {one}, B {other}"
        found.append(Difference("same" if one == other else "differs", _place(first[a]), said))
    in_first, in_second = {a for a, _ in pairs}, {b for _, b in pairs}
    found += [
        Difference("only A", _place(one), str(one["label"])) for a, one in enumerate(first) if a not in in_first
    ]
    found += [
        Difference("only B", _place(one), str(one["label"])) for b, one in enumerate(second) if b not in in_second
    ]
    return found


def _place(thing: Row) -> str:
    x0, y0, *_ = map(float, thing["box"])
    return f"at {x0:.0f}, {y0:.0f}"
