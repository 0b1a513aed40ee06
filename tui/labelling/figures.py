"""How far the labelling is, in one line."""

from __future__ import annotations

from engine.folders.labelling.agreement import Agreement
from engine.folders.labelling.sitting import Figures
from tui.theme import BOLD, Role
from tui.widgets.cells import Line, Piece
from tui.widgets.progress import bar

EVEN = 0.8
"""Below this the labels are given unevenly enough to say which one lacks."""


def figures_line(
    figures: Figures,
    *,
    taxonomy: str,
    turn: int,
    agreement: Agreement | None,
    width: int,
    ascii_only: bool = False,
) -> Line:
    """Progress, rate, balance, taxonomy, pass, agreement; what does not fit is left out from the end."""
    dot = " - " if ascii_only else " · "
    labelled = (f"{figures.labelled:,}", Role.TITLE | BOLD)
    parts: list[list[Piece]] = [[labelled, (f" of {figures.samples:,}", Role.TEXT)]]
    if figures.batch:
        word = f"pass {turn}:" if turn > 1 else "batch"
        drawn = bar(figures.in_batch / figures.batch, 8, ascii_only=ascii_only)
        parts.append([(f"{word} {figures.in_batch} of {figures.batch} ", Role.TEXT), *drawn])
    if figures.per_hour is not None:
        parts.append([(f"{figures.per_hour:,.0f} labels/h", Role.TEXT)])
    if figures.balance is not None:
        parts.append(_balance(figures))
    parts.append([(taxonomy, Role.MUTED)])
    if turn > 1:
        parts.append([("blind", Role.WARNING)])
    if agreement is not None and agreement.kappa is not None:
        parts.append([(f"{'kappa' if ascii_only else 'κ'} {agreement.kappa:.2f}", Role.TEXT)])
    line: list[Piece] = []
    used = 0
    for part in parts:
        length = sum(len(text) for text, _ in part) + (len(dot) if line else 1)
        if used + length > width:
            break
        line += [(dot if line else " ", Role.MUTED), *part]
        used += length
    return tuple((text, int(role)) for text, role in line)


def _balance(figures: Figures) -> list[Piece]:
    assert figures.balance is not None
    even = figures.balance >= EVEN
    pieces: list[Piece] = [(f"balance {figures.balance:.2f}", Role.REACHED if even else Role.WARNING)]
    if not even:
        fewest = min(figures.counts, key=lambda label: figures.counts[label])
        pieces.append((f", few {fewest}", Role.WARNING))
    return pieces
