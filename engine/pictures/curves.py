"""Curves between 0 and 1 as an SVG file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from engine.pictures.boxes import COLOURS

SIDE, MARGIN = 320, 44


def curves_svg(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    *,
    across: str,
    up: str,
    points: Mapping[str, tuple[float, float]] | None = None,
) -> bytes:
    """One line per name over the unit square, and a dot on those that have a point of their own."""
    parts = []
    for tenth in range(0, 11, 2):
        x, y = _place(tenth / 10, tenth / 10)
        parts.append(f'<path d="M{x} {MARGIN}V{MARGIN + SIDE}M{MARGIN} {y}H{MARGIN + SIDE}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{MARGIN + SIDE + 16}" text-anchor="middle">{tenth / 10:g}</text>')
        parts.append(f'<text x="{MARGIN - 6}" y="{y + 4}" text-anchor="end">{tenth / 10:g}</text>')
    for at, (name, line) in enumerate(curves.items()):
        colour = COLOURS[at % len(COLOURS)]
        path = " ".join("{},{}".format(*_place(*point)) for point in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if points and name in points:
            x, y = _place(*points[name])
            parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
        legend = MARGIN + 12 + 18 * at
        parts.append(f'<path d="M{MARGIN + SIDE + 12} {legend}h18" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{MARGIN + SIDE + 36}" y="{legend + 4}">{escape(name)}</text>')
    parts.append(
        f'<text x="{MARGIN + SIDE / 2}" y="{MARGIN + SIDE + 34}" text-anchor="middle">{escape(across)}</text>'
    )
    parts.append(f'<text x="{MARGIN}" y="{MARGIN - 12}">{escape(up)}</text>')
    width, height = SIDE + 2 * MARGIN + 160, max(SIDE + 2 * MARGIN, MARGIN + 18 * len(curves) + 20)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    ).encode()


def _place(x: float, y: float) -> tuple[float, float]:
    return round(MARGIN + x * SIDE, 1), round(MARGIN + (1 - y) * SIDE, 1)
