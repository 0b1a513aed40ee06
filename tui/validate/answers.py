"""A question with what one or two models say of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.theme import BOLD, Role
from tui.validate.differences import differences
from tui.validate.judging import is_right, spans_in, sureness_of
from tui.widgets.cells import Line

Row = Mapping[str, Any]
SIDES = ("A", "B")
MOST_EXPECTED = 3


@dataclass(frozen=True)
class Answer:
    """What a model said, or why it did not."""

    prediction: Row = field(default_factory=dict)
    seconds: float | None = None
    """None where nobody took the time: a row of a batch."""
    problem: str = ""


@dataclass(frozen=True)
class Question:
    """A sample, and the answers that are there."""

    number: int
    """Counted up, so that a late answer to an earlier one is told."""
    sample: Row
    split: str = ""
    """Which split of a dataset it was picked from; empty for what was written."""
    answers: Mapping[int, Answer] = field(default_factory=dict)
    """By side: 0 and 1."""

    def told(self, side: int) -> Answer | None:
        """The answer of a side, if it is an answer."""
        found = self.answers.get(side)
        return found if found is not None and not found.problem else None


def took(seconds: float) -> str:
    """`12 ms`, `1.4 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def expected(sample: Row, prediction: Row) -> str:
    """What a sample was labelled with and the model did not say, and the other way round."""
    if "similarity" in prediction:
        return f"labelled {float(sample['score']):.2f}"
    if "entities" in prediction:
        text = str(sample.get("text", ""))
        given, said = spans_in(sample["entities"]), spans_in(prediction["entities"])
        told = [f"missed {label} {text[start:end]!r}" for start, end, label in sorted(given - said)]
        told += [f"too much {label} {text[start:end]!r}" for start, end, label in sorted(said - given)]
    else:
        words = {"only A": "missed", "only B": "too much", "differs": "other"}
        found = [one for one in differences(sample, sample, prediction) if one.kind in words]
        told = [f"{words[one.kind]} {one.said} {one.what}" for one in found]
    more = len(told) - MOST_EXPECTED
    return "; ".join([*told[:MOST_EXPECTED], *([f"and {more} more"] if more > 0 else [])])


def facts_line(sample: Row, answer: Answer, *, brief: bool = False, ascii_only: bool = False) -> Line:
    """`✓ right   confidence 0.93   12 ms`: what is known of an answer beside what it says.

    `brief`: it does not say what would have been right.
    """
    pieces: list[tuple[str, int]] = []
    right = is_right(sample, answer.prediction)
    if right is not None and "label" not in answer.prediction:
        glyph = ("+" if right else "x") if ascii_only else ("✓" if right else "✗")
        word, role = ("right", Role.REACHED) if right else ("wrong", Role.ERROR)
        pieces.append((f"{glyph} {word}", role | BOLD))
        pieces += [] if right or brief else [(expected(sample, answer.prediction), Role.TEXT)]
    sure = sureness_of(answer.prediction)
    if sure is not None and "label" not in answer.prediction:  # a verdict has its confidence beside it
        word = "least sure" if answer.prediction.get("entities") or answer.prediction.get("objects") else "confidence"
        pieces.append((f"{word} {sure:.2f}", Role.MUTED))
    if answer.seconds is not None:
        pieces.append((took(answer.seconds), Role.MUTED))
    spaced = [piece for each in pieces for piece in (each, ("   ", Role.TEXT))]
    return tuple(spaced[:-1])
