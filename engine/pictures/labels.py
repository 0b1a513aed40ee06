"""Where a box's label stands: near its box, and where it hides least. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""
HIDES_LABEL = 8.0
"""A pixel of another label counts as much as so many of a box: letters on letters cannot be read at all."""
STEPS = 4
"""Heights of a label by which it may stand away from its box."""


def places(
    boxes: Sequence[Corners], labels: Sequence[tuple[float, float]], size: tuple[float, float]
) -> list[Corners]:
    """A place for each label, given as width and height, of the box with the same index in a picture of this size."""
    taken: list[Corners] = []
    for box, (width, height) in zip(boxes, labels, strict=True):
        best, least = None, float("inf")
        for distance, place in enumerate(_candidates(box, width, height, size)):
            # Nearer places first where two hide as much.
            hidden = sum(overlap(place, other) for other in boxes) + distance
            hidden += HIDES_LABEL * sum(overlap(place, other) for other in taken)
            if hidden < least:
                best, least = place, hidden
        assert best is not None
        taken.append(best)
    return taken


def overlap(first: Corners, second: Corners) -> float:
    """The area that both cover."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return width * height if width > 0 and height > 0 else 0.0


def _candidates(box: Corners, width: float, height: float, size: tuple[float, float]) -> Iterator[Corners]:
    """Above, below and beside the box, then further away; all within the picture."""
    x0, y0, x1, y1 = box
    middle = (y0 + y1 - height) / 2
    corners = [(x0, y0 - height), (x1 - width, y0 - height), (x0, y1), (x1 - width, y1)]
    corners += [(x1, y0), (x0 - width, y0), (x1, middle), (x0 - width, middle), (x1, y1 - height)]
    corners += [(x0 - width, y1 - height)]
    for step in range(1, STEPS + 1):
        corners += [(x0, y0 - (step + 1) * height), (x0, y1 + step * height)]
        corners += [(x1, y0 + step * height), (x0 - width, y0 + step * height)]
    for x, y in corners:
        x, y = max(0.0, min(x, size[0] - width)), max(0.0, min(y, size[1] - height))
        yield x, y, x + width, y + height
