"""The versions of a model side by side, as lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.models.columns import Column, columns_for, flagged, header, padded, row
from tui.models.numbers import Direction, decimals_of, difference, number, size
from tui.models.shelf import ModelSeen, VersionSeen, metrics_beside
from tui.theme import BOLD, SELECTED, Role
from tui.widgets.cells import Line, Piece
from tui.widgets.durations import ago

MARGIN = 3
"""Cells before the first column: the sign of the cursor and that of a mark."""
_ALIASES: Mapping[str, tuple[str, str, int]] = {
    "production": ("●", "*", Role.REACHED | BOLD),
    "candidate": ("◑", "%", Role.ACTIVE | BOLD),
    "staging": ("◆", "~", Role.ACTIVE),
    "previous": ("○", "-", Role.MUTED),
}
SHORT_RUN, SHORT_ALIASES = 14, 12


def alias_pieces(names: Sequence[str], *, ascii_only: bool = False) -> Line:
    """`● production ◆ staging`: a glyph and a word for each."""
    pieces: list[Piece] = []
    for name in names:
        glyph, plain, role = _ALIASES[name]
        pieces.append((f"{' ' if pieces else ''}{plain if ascii_only else glyph} {name}", int(role)))
    return tuple(pieces)


def aliases_of(seen: ModelSeen, number: int) -> list[str]:
    """What a version is in use as, the candidate of an A/B included."""
    names: list[str] = list(seen.standing.aliases_of(number))
    deployment = seen.standing.deployment
    if deployment is not None and deployment.get("candidate") == number:
        names.insert(0, "candidate")
    return names


def version_lines(
    seen: ModelSeen, at: int, marked: Sequence[int], now: float, width: int, height: int, *, ascii_only: bool = False
) -> list[Line]:
    """A head, and the part of the table round the cursor that there is room for."""
    if not seen.versions:
        return [(("No version can be shown.", Role.MUTED),)]
    fitting = columns_for(_columns(seen, now, ascii_only), width - MARGIN)
    visible = max(1, height - 1)
    first = first_version(at, len(seen.versions), height)
    head: Line = ((" " * MARGIN, Role.MUTED), *header(fitting))
    if len(seen.versions) > visible:
        where = f" {at + 1}/{len(seen.versions)}"
        head = (*padded(head, max(0, width - len(where))), (where, Role.MUTED | BOLD))
    lines: list[Line] = [head]
    for place in range(first, min(first + visible, len(seen.versions))):
        version = seen.versions[place]
        sign = (">" if ascii_only else "▸") if place == at else " "
        mark = ("+" if ascii_only else "✚") if version.number in marked else " "
        line: Line = ((sign, Role.ACTIVE | BOLD), (f"{mark} ", Role.CURSOR | BOLD), *row(fitting, place))
        lines.append(flagged(line, width, SELECTED if place == at else 0))
    return lines


def first_version(at: int, count: int, height: int) -> int:
    """The version below the head, so that the one at the cursor is in sight."""
    visible = max(1, height - 1)
    return max(0, min(at - visible // 2, count - visible))


def _columns(seen: ModelSeen, now: float, ascii_only: bool) -> list[Column]:
    versions, production = seen.versions, seen.production
    others = metrics_beside(versions, seen.headline)
    columns = [
        Column("", tuple(_name(version, version is production) for version in versions), 0),
        Column(
            "in use as", tuple(_in_use(seen, version, ascii_only) for version in versions), 1, least=SHORT_ALIASES
        ),
    ]
    for place, metric in enumerate([seen.headline, *others] if seen.headline else others):
        # The headline stays longest; a metric's difference comes when all metrics have room.
        ranks = (2, 3) if place == 0 and seen.headline else (6 + place, 40 + place)
        columns += _metric(seen, metric, production, ranks, ascii_only)
    columns += [
        Column("targets", tuple(_targets(version, ascii_only) for version in versions), 4),
        Column("size", tuple(_size(version) for version in versions), 30, right=True),
        Column("age", tuple(_age(version, now) for version in versions), 5, right=True),
        Column("run", tuple(_run(version) for version in versions), 60, least=SHORT_RUN),
    ]
    return [column for column in columns if any(text.strip() for cell in column.cells for text, _ in cell)]


def _metric(
    seen: ModelSeen, metric: str, production: VersionSeen | None, ranks: tuple[int, int], ascii_only: bool
) -> list[Column]:
    values = [version.measured.get(metric) for version in seen.versions]
    decimals, direction = decimals_of(values), direction_of(seen, metric)
    role = Role.TITLE if metric == seen.headline else Role.TEXT
    cells: list[Line] = [((number(value, decimals, ascii_only=ascii_only), role),) for value in values]
    base = production.measured.get(metric) if production is not None else None
    gaps: list[Line] = [
        (("", Role.TEXT),)
        if version is production
        else (difference(value, base, decimals, direction, ascii_only=ascii_only),)
        for version, value in zip(seen.versions, values, strict=True)
    ]
    title = f"vs @{production.number}" if production is not None else ""
    return [
        Column(metric, tuple(cells), ranks[0], right=True),
        Column(title, tuple(gaps), ranks[1], right=True),
    ]


def direction_of(seen: ModelSeen, metric: str) -> Direction:
    """Which way a metric is better, as its task or a target says."""
    if metric == seen.headline:
        return "lower" if seen.lower_is_better else "higher"
    for version in seen.versions:
        for target in version.manifest.targets if version.manifest is not None else ():
            if target.metric == metric:
                return "higher" if target.at_least is not None else "lower"
    return ""


def _name(version: VersionSeen, bold: bool) -> Line:
    return ((f"@{version.number}", Role.TITLE | BOLD if bold else Role.TEXT),)


def _in_use(seen: ModelSeen, version: VersionSeen, ascii_only: bool) -> Line:
    names = alias_pieces(aliases_of(seen, version.number), ascii_only=ascii_only)
    if not version.problem:
        return names
    gap: tuple[Piece, ...] = ((" ", Role.TEXT),) if names else ()
    return (("x damaged" if ascii_only else "✗ damaged", Role.ERROR | BOLD), *gap, *names)


def _targets(version: VersionSeen, ascii_only: bool) -> Line:
    reached, wanted = version.targets
    if not wanted:
        return (("", Role.MUTED),)
    met = reached == wanted
    glyph = ("+" if met else "x") if ascii_only else ("✓" if met else "✗")
    return ((f"{glyph} {reached}/{wanted}", Role.REACHED if met else Role.MISSED),)


def _size(version: VersionSeen) -> Line:
    return ((size(version.bytes) if version.manifest is not None else "", Role.MUTED),)


def _age(version: VersionSeen, now: float) -> Line:
    created = version.manifest.created if version.manifest is not None else None
    return ((ago(now - created) if created is not None else "", Role.MUTED),)


def _run(version: VersionSeen) -> Line:
    return ((version.manifest.run if version.manifest is not None else "", Role.MUTED),)
