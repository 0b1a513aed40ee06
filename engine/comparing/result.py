"""What a comparison says, as data and in words."""

from __future__ import annotations

import msgspec

from engine.evaluation.comparison import Difference
from engine.evaluation.mcnemar import RowTest


class ChangedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that one of two models answers better."""

    row: int
    """Its line in the split, from 1."""
    asked: str
    """The text, both texts, or the name of the picture."""
    wanted: str
    first: str
    """What the first model answers."""
    second: str
    first_error: float
    """How wrong that is; 0 is right."""
    second_error: float


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that changed in one direction, those that changed most first."""

    count: int
    rows: list[ChangedRow]
    """All of them, up to a bound."""


class Challenger(msgspec.Struct, frozen=True, kw_only=True):
    """A second model beside the first one."""

    first: str
    second: str
    headline: Difference
    others: list[Difference]
    """The task's other metrics. Each interval holds for itself."""
    by_rows: RowTest | None
    """Of classifiers: rows that one of the two alone gets right."""
    fixed: Changes | None
    """Rows that the second answers better; None where the task cannot say it row by row."""
    broken: Changes | None
    """Rows that the first answers better."""

    @property
    def sentence(self) -> str:
        """What it comes to, in words."""
        of = self.headline
        values = f"{of.metric} {of.second_value:.3f} against {of.first_value:.3f}"
        if of.interval is None:
            return f"Too few rows to tell {self.second} from {self.first}: {values}."
        low, high = of.interval
        spread = f"{of.difference:+.3f}, {100 * of.level:.3g} % interval {low:+.3f} to {high:+.3f}"
        if of.p_value is not None:
            spread += f", {p_in_words(of.p_value)} by {of.test}"
        if of.verdict == "undecided":
            return f"These rows do not tell {self.second} from {self.first}: {values} ({spread})."
        return f"{self.second} is {of.verdict} than {self.first}: {values} ({spread})."

    @property
    def reach(self) -> str:
        """What so many rows could have shown, in words: "not told apart" is not "equal"."""
        of = self.headline
        if of.detectable is None:
            return f"Nobody can say which difference in {of.metric} these rows could have shown."
        return f"So many rows could have shown a difference in {of.metric} of {of.detectable:.3f} or more."


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """How long a model takes for one row alone."""

    p50_ms: float
    p95_ms: float
    rows: int
    """How many were timed."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Models on the same rows, each beside the first one."""

    task: str
    metric: str
    """The headline."""
    dataset: str
    split: str
    rows: int
    groups: int | None
    """What resamples are drawn from; None: rows."""
    values: dict[str, float]
    """Model → the headline metric."""
    challengers: list[Challenger]
    latency: dict[str, Latency]
    """Model → how quick it is; empty where nobody asked."""
    notes: list[str]


def p_in_words(p_value: float) -> str:
    """`p = 0.031`, `p < 0.001`."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
