"""A sample with its labels or its prediction, for people. Pure: rows in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.style import Style
from rich.text import Text

from tui.screens.verdicts import label_role, labelled_text, labels_in, verdict_text
from tui.theme import BOLD, REVERSED, Palette, Role
from tui.widgets.cells import fit, to_text
from tui.widgets.progress import bar

Row = Mapping[str, Any]
BAR_WIDTH = 24
WIDTH = 80
"""Of a place for predictions, where it is not said."""
LEAST_BAR, SCORE, GAP, WIDE = 4, 5, 2, 100


def sample_text(row: Row, palette: Palette, labels: Sequence[str], *, ascii_only: bool = False) -> Text:
    """A row of a dataset: the text with its entities marked, or two texts with their score."""
    if "a" in row and "b" in row:
        return _pair(row, palette, ascii_only)
    if isinstance(row.get("label"), str):
        return labelled_text(row, palette, labels)
    if "text" in row:
        return entities_text(str(row["text"]), row.get("entities", []), palette, labels)
    if "objects" in row:
        return objects_text(row, row["objects"], palette, labels, ascii_only=ascii_only)
    return Text(", ".join(f"{key}: {value}" for key, value in row.items()))


def entities_text(
    text: str,
    entities: Sequence[Row],
    palette: Palette,
    labels: Sequence[str],
    *,
    mark: tuple[int, int] | None = None,
) -> Text:
    """The text; each entity is underlined in the colour of its label, which stands behind it in words.

    `mark`: characters under a cursor.
    """
    shown = Text()
    places: list[int] = []
    end = 0
    for entity in sorted(entities, key=lambda entity: int(entity["start"])):
        start, stop, label = int(entity["start"]), int(entity["end"]), str(entity["label"])
        if start < end or stop > len(text):
            continue
        style = palette.style(label_role(label, labels), Style.null())
        places += range(len(shown), len(shown) + stop - end)
        shown.append(text[end:start])
        shown.append(text[start:stop], style + Style(bold=True, underline=True))
        shown.append(f" {label} ", style + Style(reverse=True))
        end = stop
    places += range(len(shown), len(shown) + len(text) - end)
    shown.append(text[end:])
    if mark is not None:
        for at in range(*mark):
            shown.stylize(palette.style(Role.CURSOR | REVERSED, Style.null()), places[at], places[at] + 1)
    return shown


def labels_of(rows: Sequence[Row]) -> list[str]:
    """Every label of some rows, in alphabetical order."""
    things = {str(entity["label"]) for row in rows for entity in (*row.get("entities", []), *row.get("objects", []))}
    return sorted(things.union(*map(labels_in, rows)))


def prediction_text(
    row: Row,
    prediction: Row,
    palette: Palette,
    labels: Sequence[str],
    width: int = WIDTH,
    *,
    pictured: bool = False,
    ascii_only: bool = False,
) -> Text:
    """What a model says of a sample, with its confidence. `pictured`: its neighbours are shown as pictures."""
    if "similarity" in prediction:
        return similarity_text(prediction["similarity"], palette, ascii_only=ascii_only)
    if "objects" in prediction:
        return objects_text(row, prediction["objects"], palette, labels, ascii_only=ascii_only)
    if "label" in prediction:
        return verdict_text(row, prediction, palette, labels, pictured=pictured, ascii_only=ascii_only)
    if "entities" not in prediction:
        return Text(", ".join(f"{key}: {value}" for key, value in prediction.items()))
    entities = prediction["entities"]
    shown = entities_text(str(row.get("text", "")), entities, palette, labels)
    shown.append("\n")
    if not entities:
        shown.append("\nno entity found", palette.style(Role.MUTED, Style.null()))
    named = max((len(str(entity["label"])) for entity in entities), default=0)
    widest = max((len(str(entity.get("text", ""))) for entity in entities), default=0)
    said = max(8, min(widest, 40, width - named - SCORE - 2 * GAP))
    drawn = min(BAR_WIDTH if width >= WIDE else 10, width - named - said - SCORE - 2 * GAP)
    for entity in entities:
        label, confidence = str(entity["label"]), entity.get("confidence")
        role = label_role(label, labels)
        shown.append(f"\n{label:<{named}}  ", palette.style(role | BOLD, Style.null()))
        words = fit(str(entity.get("text", "")), said)
        shown.append(f"{words.replace('…', '~') if ascii_only else words}  ")
        if confidence is not None:
            if drawn >= LEAST_BAR:
                shown.append_text(to_text(bar(float(confidence), drawn, role=role, ascii_only=ascii_only), palette))
                shown.append(" ")
            shown.append(f"{float(confidence):.2f}")
    return shown


def objects_text(
    row: Row, objects: Sequence[Row], palette: Palette, labels: Sequence[str], *, ascii_only: bool = False
) -> Text:
    """The name of the image, and a line for each object: label, confidence, place and size."""
    image = str(row.get("image", ""))
    shown = Text("an example of the model's own" if image.startswith("data:") else image)
    if not objects:
        shown.append("\nnothing found", palette.style(Role.MUTED, Style.null()))
    width = max((len(str(thing["label"])) for thing in objects), default=0)
    for thing in objects:
        label, confidence = str(thing["label"]), thing.get("confidence")
        x0, y0, x1, y1 = map(float, thing["box"])
        role = label_role(label, labels)
        shown.append(f"\n{label:<{width}}  ", palette.style(role | BOLD, Style.null()))
        if confidence is not None:
            shown.append_text(to_text(bar(float(confidence), 10, role=role, ascii_only=ascii_only), palette))
            shown.append(f" {float(confidence):.2f}")
        times = "x" if ascii_only else "×"
        shown.append(f"  {x1 - x0:.0f} {times} {y1 - y0:.0f} px at {x0:.0f}, {y0:.0f}")
    return shown


def similarity_text(similarity: float, palette: Palette, *, ascii_only: bool = False) -> Text:
    """`0.83` with a bar from 0 to 1."""
    shown = Text()
    shown.append(f"{similarity:.2f}  ", palette.style(Role.TEXT | BOLD, Style.null()))
    shown.append_text(to_text(bar(min(1.0, max(0.0, similarity)), BAR_WIDTH, ascii_only=ascii_only), palette))
    shown.append("  0 unrelated, 1 the same", palette.style(Role.MUTED, Style.null()))
    return shown


def _pair(row: Row, palette: Palette, ascii_only: bool) -> Text:
    muted = palette.style(Role.MUTED, Style.null())
    shown = Text(f"{row['a']}\n{row['b']}")
    if "score" in row:
        shown.append("\n")
        shown.append_text(to_text(bar(float(row["score"]), 10, ascii_only=ascii_only), palette))
        shown.append(f" {float(row['score']):.2f}")
    if row.get("kind"):
        shown.append(f"  {str(row['kind']).replace('_', ' ')}", muted)
    return shown
