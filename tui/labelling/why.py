"""Labelled folders like the one in question, as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.folders.labelling.alike import Alike
from tui.theme import Role
from tui.widgets.cells import Line, fit
from tui.widgets.progress import bar

BAR_WIDTH = 8
ONE_LINE = 60
"""Below this width a folder takes two lines."""


@dataclass(frozen=True)
class Why:
    """The nearest labelled folders, and in whose eyes."""

    alike: tuple[Alike, ...]
    by: str
    """`by the model of RUN`, or `by shared words`."""
    problem: str = ""


def why_lines(why: Why | None, width: int, height: int, *, ascii_only: bool = False) -> list[Line]:
    """The nearest first: its label, how near, and its path."""
    if why is None:
        return [(("Comparing with labelled folders …" if not ascii_only else "Comparing ...", Role.MUTED),)]
    if why.problem:
        return [((why.problem, Role.ERROR),)]
    if not why.alike:
        return [(("No labelled folder is like this one yet.", Role.MUTED),)]
    if width < ONE_LINE:
        return [line for each in why.alike[: height // 2] for line in _two_lines(each, width, ascii_only)]
    return [_one_line(each, why.alike, width, ascii_only) for each in why.alike[:height]]


def _one_line(each: Alike, all_of_them: Sequence[Alike], width: int, ascii_only: bool) -> Line:
    name_width = min(max(len(other.label) for other in all_of_them), 22)
    room = width - name_width - BAR_WIDTH - 8
    return (*_label(each, name_width, ascii_only), ("  ", Role.MUTED), (_end(each.path, room, ascii_only), Role.TEXT))


def _two_lines(each: Alike, width: int, ascii_only: bool) -> tuple[Line, Line]:
    return _label(each, width - BAR_WIDTH - 6, ascii_only), (
        (f"  {_end(each.path, width - 2, ascii_only)}", Role.TEXT),
    )


def _label(each: Alike, width: int, ascii_only: bool) -> Line:
    drawn = bar(max(0.0, min(1.0, each.similarity)), BAR_WIDTH, ascii_only=ascii_only)
    return ((fit(each.label, width), Role.TITLE), (" ", Role.TEXT), *drawn, (f" {each.similarity:.2f}", Role.MUTED))


def _end(path: str, room: int, ascii_only: bool) -> str:
    """The end of a path, which says most."""
    more = "..." if ascii_only else "…"
    return path if len(path) <= room else more + path[-max(1, room - len(more)) :]
