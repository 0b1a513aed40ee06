"""How a batch is shown: its progress, its rows in an order, what it says all in all. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from tui.theme import BOLD, Role
from tui.validate.batch import Asked, Progress, Result
from tui.validate.judging import NOTHING, asked_in_words, in_words, is_right, labels_said, sureness_of
from tui.widgets.cells import Line, fit
from tui.widgets.durations import duration
from tui.widgets.progress import bar

Order = Literal["row", "least sure first", "surest first"]
ORDERS: tuple[Order, ...] = ("row", "least sure first", "surest first")
BAR = 30
SAID = 30
MOST_LABELS = 8


def progress_lines(progress: Progress, *, ascii_only: bool = False) -> list[Line]:
    """`━━━━──── 120/300 rows`, then rate, time left and failures."""
    share = progress.done / progress.total if progress.total else 0.0
    left = progress.left
    told = [f"{progress.rate:.1f} rows/s"] if progress.seconds > 0 else []
    told += [f"{duration(left)} left"] if left is not None else []
    lines: list[Line] = [
        (*bar(share, BAR, ascii_only=ascii_only), (f"  {progress.done:,}/{progress.total:,} rows", Role.TEXT)),
        (((" - " if ascii_only else " · ").join(told), Role.MUTED),),
    ]
    if progress.failed:
        lines.append(((f"{progress.failed:,} rows failed so far", Role.ERROR),))
    return lines


def in_order(rows: Sequence[Asked], order: Order, *, only_wrong: bool = False) -> list[Asked]:
    """Rows as they are asked for; those without a confidence stand last when it is by that."""
    shown = [one for one in rows if not only_wrong or one.problem or is_right(one.sample, one.prediction) is False]
    if order == "row":
        return shown
    sign = 1 if order == "least sure first" else -1

    def key(one: Asked) -> tuple[bool, float, int]:
        sure = sureness_of(one.prediction)
        return sure is None, sign * (sure or 0.0), one.number

    return sorted(shown, key=key)


def batch_line(one: Asked, width: int, digits: int, *, ascii_only: bool = False) -> Line:
    """Row, right or wrong where it is known, confidence, what is said, the sample."""
    number = (f"{one.number:>{digits}}  ", Role.MUTED)
    if one.problem:
        mark = "x failed " if ascii_only else "✗ failed "
        return (number, (mark, Role.ERROR | BOLD), (f" {one.problem}", Role.ERROR))
    right = is_right(one.sample, one.prediction)
    known: tuple[str, int] = (" " * 9, Role.MUTED)
    if right is not None:
        glyph = ("+" if right else "x") if ascii_only else ("✓" if right else "✗")
        known = (f"{glyph} {'right' if right else 'wrong'}".ljust(9), (Role.REACHED if right else Role.ERROR) | BOLD)
    sure = sureness_of(one.prediction)
    told = f"{sure:.2f}  " if sure is not None else "      "
    said_width = min(SAID, max(12, width // 3))
    room = max(10, width - digits - 2 - 9 - 6 - said_width - 2)
    said = in_words(one.prediction)
    return (
        number,
        known,
        (told, Role.TEXT),
        (fit(said, said_width), Role.MUTED if said == NOTHING else Role.TITLE),
        ("  ", Role.TEXT),
        (fit(asked_in_words(one.sample), room), Role.MUTED),
    )


def summary_lines(
    result: Result, shown: int, order: Order, *, only_wrong: bool, ascii_only: bool = False
) -> list[Line]:
    """How many rows, how many right and failed; how often each label is said; in which order they stand."""
    dot = " - " if ascii_only else " · "
    rows = result.rows
    failed = sum(bool(one.problem) for one in rows)
    known = [right for one in rows if (right := is_right(one.sample, one.prediction)) is not None]
    parts = [f"{len(rows):,} rows of {result.source.name} by {result.model}"]
    parts += (
        [f"{sum(known):,} of {len(known):,} labelled ones right ({100 * sum(known) / len(known):.0f} %)"]
        if known
        else []
    )
    parts += [f"{failed:,} failed"] if failed else []
    counts = Counter(label for one in rows for label in labels_said(one.prediction))
    labels = [f"{label} {count:,}" for label, count in counts.most_common(MOST_LABELS)]
    labels += [f"and {len(counts) - MOST_LABELS} more"] if len(counts) > MOST_LABELS else []
    filtered = f"{shown:,} wrong or failed ones, " if only_wrong else ""
    written = f"{dot}written to {result.output}" if result.output is not None else f"{dot}not written: --readonly"
    return [
        ((dot.join(parts), Role.TEXT),),
        (("  ".join(labels) or "no label", Role.MUTED),),
        ((f"{filtered}by {'row' if order == 'row' else 'confidence, ' + order}{written}", Role.MUTED),),
    ]
