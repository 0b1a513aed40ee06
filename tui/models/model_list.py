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
    for place, model in enumerate(models):
        chosen = place == at
        block = _block(model, chosen, ascii_only)
        lines += [flagged(line, width, SELECTED if chosen else 0) for line in block]
    first = _first_line(models, at, height)
    return lines[first : first + height]


def model_at(models: Sequence[ModelSeen], at: int, y: int, height: int) -> int:
    """The place of the model that a line is about; -1 where it is about none."""
    lines = [place for place, model in enumerate(models) for _ in _block(model, False, True)]
    y += _first_line(models, at, height)
    return lines[y] if 0 <= y < len(lines) else -1


def _first_line(models: Sequence[ModelSeen], at: int, height: int) -> int:
    """The line at the top, so that the chosen model is in sight."""
    top = lines_of(models[: max(0, at)])
    end = top + lines_of(models[at : at + 1]) if at >= 0 else top
    return max(0, min((top + end - height) // 2, lines_of(models) - height))


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
