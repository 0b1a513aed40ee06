"""The list of models, with what is in use of each, as lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.models.columns import flagged
from tui.models.shelf import ModelSeen
from tui.theme import BOLD, SELECTED, Role
from tui.widgets.cells import Line


def model_lines(
    models: Sequence[ModelSeen], at: int, width: int, height: int, *, ascii_only: bool = False
) -> list[Line]:
    """The models round the chosen one: the name, and below it what is in production and in staging."""
    lines: list[Line] = []
    top = end = 0
    for place, model in enumerate(models):
        chosen = place == at
        block = _block(model, chosen, ascii_only)
        if chosen:
            top, end = len(lines), len(lines) + len(block)
        lines += [flagged(line, width, SELECTED if chosen else 0) for line in block]
    first = max(0, min((top + end - height) // 2, len(lines) - height))
    return lines[first : first + height]


def lines_of(models: Sequence[ModelSeen]) -> int:
    """Lines that all of them take."""
    return sum(len(_block(model, False, True)) for model in models)


def _block(model: ModelSeen, chosen: bool, ascii_only: bool) -> list[Line]:
    sign = (">" if ascii_only else "▸") if chosen else " "
    lines: list[Line] = [
        ((f"{sign} ", Role.ACTIVE | BOLD), (model.name, Role.TITLE | BOLD if chosen else Role.TEXT)),
    ]
    if model.problem:
        return [*lines, ((f"  {'x' if ascii_only else '✗'} damaged history", Role.ERROR),)]
    standing = model.standing
    for name, glyph, plain, version, role in (
        ("production", "●", "*", standing.production, Role.REACHED),
        ("staging", "◆", "~", standing.staging, Role.ACTIVE),
    ):
        if version is not None:
            lines.append(((f"  {plain if ascii_only else glyph} @{version} {name}", int(role)),))
    if len(lines) == 1:
        lines.append(((f"  @{model.newest}, none in use", Role.MUTED),))
    return lines
