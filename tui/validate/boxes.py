"""Objects of a picture while somebody corrects them. Touches no widget: keys in, objects out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui.theme import BOLD, SELECTED, Role
from tui.widgets.cells import Line, fit


@dataclass(frozen=True)
class Box:
    """An object that the model found."""

    label: str
    box: tuple[float, ...]
    said: str
    """What the model said."""
    there: bool = True


class BoxEditor:
    """Objects with a cursor. What is taken away stays in sight, and comes back the same way."""

    def __init__(self, objects: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
        self.boxes = [
            Box(str(one["label"]), tuple(float(value) for value in one["box"]), str(one["label"])) for one in objects
        ]
        self.labels = tuple(dict.fromkeys([*labels, *(box.label for box in self.boxes)]))
        self.at = 0

    @property
    def changed(self) -> bool:
        """Whether anything is other than the model said."""
        return any(not box.there or box.label != box.said for box in self.boxes)

    def move(self, step: int) -> None:
        """To the object above or below."""
        self.at = max(0, min(self.at + step, len(self.boxes) - 1))

    def remove(self) -> None:
        """It is not there, or is after all."""
        here = self.boxes[self.at]
        self.boxes[self.at] = replace(here, there=not here.there)

    def relabel(self, label: str) -> None:
        """It is something else."""
        self.boxes[self.at] = replace(self.boxes[self.at], label=label, there=True)

    def objects(self) -> list[dict[str, Any]]:
        """As feedback takes them."""
        return [{"label": box.label, "box": list(box.box)} for box in self.boxes if box.there]


def box_lines(editor: BoxEditor, role_of: Callable[[str], int], *, keep: str, ascii_only: bool = False) -> list[Line]:
    """A line for each object; the one under the cursor is marked. `keep`: the key that keeps them."""
    if not editor.boxes:
        return [(("The model found nothing; boxes cannot be added here.", Role.MUTED),)]
    width = max(len(label) for label in editor.labels)
    times, arrow = ("x", "<-") if ascii_only else ("×", "←")
    lines: list[Line] = []
    for at, box in enumerate(editor.boxes):
        here = at == editor.at
        flags = SELECTED if here else 0
        x0, y0, x1, y1 = box.box
        mark = (">" if ascii_only else "▸") if here else " "
        said = f"  {arrow} {box.said}" if box.label != box.said else ""
        gone = "  removed" if not box.there else ""
        place = f"  {x1 - x0:.0f} {times} {y1 - y0:.0f} px at {x0:.0f}, {y0:.0f}"
        role = Role.MUTED if gone else role_of(box.label)
        lines.append(
            (
                (f"{mark} ", Role.ACTIVE | flags),
                (fit(box.label, width), role | BOLD | flags),
                (place, Role.TEXT | flags),
                (said + gone, Role.WARNING | flags),
            )
        )
    changed = f"changed; {keep} keeps it" if editor.changed else "nothing is changed yet"
    return [*lines, (), ((changed, Role.WARNING if editor.changed else Role.MUTED),)]
