"""One example for people, as its task sees it. Pure: a row in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.style import Style
from rich.text import Text

from tui.data.plain import plain
from tui.screens.samples import sample_text
from tui.screens.verdicts import label_role
from tui.theme import BOLD, Palette, Role

Row = Mapping[str, Any]
MOST_LETTERS = 4_000
"""Of a text; more fills the screen and says no more of the examples."""
HOLDS = "holds "


def example_text(
    row: Row, palette: Palette, labels: Sequence[str], *, pictured: bool = False, ascii_only: bool = False
) -> Text:
    """A row: entities marked, a folder in its tree, a pair with its score, the objects of a picture.

    `pictured`: the picture itself stands above.
    """
    try:
        row = bounded(row)
        if pictured and str(row.get("image", "")).startswith("data:"):
            times = "x" if ascii_only else "×"
            row["image"] = f"{row.get('width')} {times} {row.get('height')} px"
        if isinstance(row.get("path"), str) and isinstance(row.get("label"), str) and "image" not in row:
            return folder_text(row, palette, labels, ascii_only=ascii_only)
        text = sample_text(row, palette, labels, ascii_only=ascii_only)
    except (KeyError, TypeError, ValueError, AttributeError):
        # A dataset may have been written by hand: what is there is shown as it is.
        return Text(plain(str(dict(row)))[:MOST_LETTERS])
    facts = facts_of(row)
    if facts:
        text.append("  " if pictured else "\n", palette.style(Role.MUTED, Style.null()))
        text.append(facts, palette.style(Role.MUTED, Style.null()))
    return text


def bounded(row: Row) -> dict[str, Any]:
    """The row with its texts cut and without what a terminal would obey; entities keep their places."""
    return {name: plain(value[:MOST_LETTERS]) if isinstance(value, str) else value for name, value in row.items()}


def facts_of(row: Row) -> str:
    """What else a row says of itself: conditions of a picture, and which part of the test it belongs to."""
    conditions = row.get("conditions")
    said = [f"{name} {value}" for name, value in conditions.items()] if isinstance(conditions, dict) else []
    if isinstance(row.get("slice"), str):
        said.append(f"slice {row['slice']}")
    return plain(" · ".join(map(str, said)))


def folder_text(row: Row, palette: Palette, labels: Sequence[str], *, ascii_only: bool = False) -> Text:
    """The folder where it stands in its tree, its label, and what it holds."""
    muted, label = palette.style(Role.MUTED, Style.null()), str(row["label"])
    role = label_role(label, labels)
    parts = [part for part in str(row["path"]).split("/") if part] or ["/"]
    corner, indent = ("`- ", "   ") if ascii_only else ("└─ ", "   ")
    shown = Text()
    for depth, part in enumerate(parts):
        last = depth == len(parts) - 1
        shown.append(indent * max(0, depth - 1) + (corner if depth else ""), muted)
        shown.append(f"{part}/", palette.style(role | BOLD, Style.null()) if last else muted)
        if last:
            shown.append("  ")
            shown.append(f" {label} ", palette.style(role, Style.null()) + Style(reverse=True))
        else:
            shown.append("\n")
    for name in held_by(str(row.get("text", ""))):
        shown.append("\n" + indent * max(0, len(parts) - 1) + corner, muted)
        shown.append(name, muted)
    return shown


def held_by(text: str) -> list[str]:
    """The names that a folder's features say it holds: `holds fire, flooded, haunted`."""
    for part in text.split(" | "):
        if part.startswith(HOLDS):
            return [name.strip() for name in part.removeprefix(HOLDS).split(", ") if name.strip()][:6]
    return []
