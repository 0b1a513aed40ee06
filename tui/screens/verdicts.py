"""An answer that is one label, for people: the verdict, how sure, what voted for it and what is nearest. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.style import Style
from rich.text import Text

from tui.theme import BOLD, Palette, Role, curve_role
from tui.widgets.cells import Line, Piece, fit, to_text
from tui.widgets.progress import bar

Row = Mapping[str, Any]
BAR_WIDTH = 12
LABEL_WIDTH = 28
NAME = "confidence"


def label_role(label: str, labels: Sequence[str]) -> Role:
    """The same colour for the same label, wherever it shows."""
    return curve_role(labels.index(label)) if label in labels else Role.TEXT


def labels_in(row: Row) -> set[str]:
    """The labels that such an answer names."""
    named = {str(row["label"])} if isinstance(row.get("label"), str) else set()
    named |= {str(near["label"]) for near in row.get("neighbours", [])}
    return named | {str(label) for label in row.get("scores") or {}}


def named_sample(row: Row) -> str:
    """What a picture is called; a text is its own name."""
    if "text" in row:
        return str(row["text"])
    image = str(row.get("image", ""))
    return "an example of the model's own" if image.startswith("data:") else image


def labelled_text(row: Row, palette: Palette, labels: Sequence[str]) -> Text:
    """A row of a dataset: the sample, and the label that it was given."""
    label = str(row.get("label", ""))
    shown = Text(f"{named_sample(row)}\n")
    shown.append(f" {label} ", palette.style(label_role(label, labels), Style.null()) + Style(reverse=True))
    if row.get("group"):
        shown.append(f"  {row['group']}", palette.style(Role.MUTED, Style.null()))
    return shown


def verdict_text(
    sample: Row, answer: Row, palette: Palette, labels: Sequence[str], *, pictured: bool = False, ascii_only: bool
) -> Text:
    """The whole answer. `pictured`: the neighbours stand above it as pictures, so that a line names them all."""
    lines = [
        ((named_sample(sample), Role.TEXT),),
        verdict_line(answer, labels, ascii_only=ascii_only),
        *([confidence_line(answer, ascii_only=ascii_only)] if sureness(answer) is not None else []),
        *shares_lines(answer, labels, ascii_only=ascii_only),
        *([] if pictured else neighbour_lines(answer.get("neighbours", []), labels, ascii_only=ascii_only)),
    ]
    given = sample.get("label")
    if isinstance(given, str):
        right = given == str(answer.get("label"))
        word, role = ("right", Role.REACHED) if right else ("wrong", Role.ERROR)
        glyph = ("+" if right else "x") if ascii_only else ("✓" if right else "✗")
        lines[1] = (*lines[1], (f"   {glyph} {word}: labelled {given}", role))
    return Text("\n").join(to_text(line, palette) for line in lines)


def verdict_line(answer: Row, labels: Sequence[str], *, ascii_only: bool = False) -> Line:
    """`✓ known  hot-spot`, or `? unknown  nearest hot-spot`; the label alone where the model knows no unknown."""
    label = str(answer.get("label", ""))
    name: Piece = (label, label_role(label, labels) | BOLD)
    if "known" not in answer:
        return (name,)
    if answer["known"]:
        return (("+ known" if ascii_only else "✓ known", Role.REACHED | BOLD), ("    ", Role.TEXT), name)
    return (("? unknown", Role.WARNING | BOLD), ("  most like ", Role.MUTED), name)


def sureness(answer: Row) -> float | None:
    """The confidence of an answer, or the share of the votes where nothing else is told."""
    found = answer.get("confidence", answer.get("vote_share"))
    return float(found) if isinstance(found, int | float) else None


def confidence_line(answer: Row, *, ascii_only: bool = False) -> Line:
    """`confidence  0.93 ━━━━━━━  calibrated`."""
    sure = sureness(answer) or 0.0
    word = NAME if "confidence" in answer else "vote share"
    line: list[Piece] = [(f"{word}  ", Role.MUTED), (f"{sure:.2f} ", Role.TEXT | BOLD)]
    line += bar(min(1.0, max(0.0, sure)), BAR_WIDTH, ascii_only=ascii_only)
    if "calibrated" in answer:
        calibrated = bool(answer["calibrated"])
        line.append(("  calibrated" if calibrated else "  heuristic", Role.REACHED if calibrated else Role.WARNING))
    return tuple(line)


def shares_lines(answer: Row, labels: Sequence[str], *, ascii_only: bool = False) -> list[Line]:
    """Each label that has a share of it, the largest first."""
    scores = answer.get("scores")
    if not isinstance(scores, Mapping) or not scores:
        return []
    ordered = sorted(scores.items(), key=lambda each: -float(each[1]))
    first = "votes" if "neighbours" in answer else "labels"
    width = _widest(label for label, _ in ordered)
    return [
        (
            (f"{first if place == 0 else '':<{len(NAME)}}  ", Role.MUTED),
            (f"{float(share):.2f} ", Role.TEXT),
            *bar(min(1.0, max(0.0, float(share))), BAR_WIDTH, ascii_only=ascii_only),
            (f"  {fit(str(label), width).rstrip()}", label_role(str(label), labels)),
        )
        for place, (label, share) in enumerate(ordered)
    ]


def neighbour_lines(neighbours: Sequence[Row], labels: Sequence[str], *, ascii_only: bool = False) -> list[Line]:
    """The nearest references as a table."""
    width = _widest(near["label"] for near in neighbours)
    return [
        (
            (f"{'nearest' if place == 0 else '':<{len(NAME)}}  ", Role.MUTED),
            *similarity_pieces(near, ascii_only=ascii_only),
            ("  ", Role.TEXT),
            (fit(str(near["label"]), width), label_role(str(near["label"]), labels)),
            (f"  {file_name(near)}", Role.MUTED),
        )
        for place, near in enumerate(neighbours)
    ]


def similarity_pieces(near: Row, width: int = BAR_WIDTH, *, ascii_only: bool = False) -> tuple[Piece, ...]:
    """`0.912 ━━━━━━`: of a net that was hardly trained the third digit tells them apart."""
    alike = float(near["similarity"])
    drawn = bar(min(1.0, max(0.0, alike)), width, ascii_only=ascii_only) if width >= 4 else ()
    return ((f"{alike:.3f} ", Role.TEXT), *drawn)


def file_name(near: Row) -> str:
    """The name of a reference's file."""
    return str(near.get("image", "")).rsplit("/", 1)[-1]


def _widest(labels: Any) -> int:
    return min(LABEL_WIDTH, max((len(str(label)) for label in labels), default=0))
