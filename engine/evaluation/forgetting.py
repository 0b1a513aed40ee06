"""What a training on feedback gained on new images, and what it lost on those of before. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.evaluation.report import Report, Table
from engine.evaluation.targets import KEPT_START

ORIGINAL, FEEDBACK = "original", "feedback"
"""Slices of a test split: that of the first training, and what came from the field."""
IDENTITIES = OLD_IDENTITIES, NEW_IDENTITIES = "old identities", "new identities"
"""Labels that the model knew before the feedback, and those that came with it."""
KEPT_OLD = "No evaluation during training beat the model it started from, so this is that model."

Values = dict[str, float | None]


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """Metrics on the same rows before and after the training."""

    before: Values
    after: Values


class Drop(msgspec.Struct, frozen=True, kw_only=True):
    """A metric on the original test split that fell further than is allowed."""

    metric: str
    before: float
    after: float

    @property
    def size(self) -> float:
        return self.before - self.after


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A model beside the one that it started from."""

    parts: dict[str, Sides]
    """Slice → metrics; `feedback` is missing as long as none is held out."""
    further: dict[str, Sides] = {}
    """Slices within these: feedback of one kind, old and new identities (`engine.evaluation.slices`)."""
    allowed: float
    forgotten: list[Drop] = []

    @property
    def promotable(self) -> bool:
        """Whether nothing fell further than is allowed."""
        return not self.forgotten


def compare(before: Report, after: Report, *, headline: str, allowed: float, mode: str = "max") -> Comparison:
    """Two reports on one test split. What is watched: the headline and each class's recall on the original part.

    `mode`: whether a high headline is good (`max`) or a low one (`min`).
    """
    parts = {
        name: Sides(before=values, after=_part(after, name))
        for name in (ORIGINAL, FEEDBACK)
        if (values := _part(before, name))
    }
    further = {
        name: Sides(before=before.slices.get(name, {}), after=values)
        for name, values in after.slices.items()
        if name not in parts and (name.startswith(f"{FEEDBACK}/") or name in IDENTITIES)
    }
    original = parts.get(ORIGINAL, Sides(before={}, after={}))
    watched = [headline, *sorted(name for name in original.before if name.endswith("/recall"))]
    drops = []
    for name in watched:
        was, now = original.before.get(name), original.after.get(name)
        if was is None:
            continue
        now = 0.0 if now is None else now
        lost = now - was if name == headline and mode == "min" else was - now
        # 0.50 to 0.45 is a fall of 0.05, whatever the subtraction makes of it.
        if lost > allowed + 1e-9:
            drops.append(Drop(metric=name, before=was, after=now))
    return Comparison(parts=parts, further=further, allowed=allowed, forgotten=drops)


def with_comparison(report: Report, compared: Comparison, before: Report, headline: str = "") -> Report:
    """The report with what was before beside it, and a note for each number that stands against promotion.

    `headline` names the metric by which each kind of collected case has a row of its own.
    """
    notes = [KEPT_OLD if note == KEPT_START else note for note in report.notes]
    return msgspec.structs.replace(
        report,
        baseline=before.metrics,
        notes=[*(_sentence(drop, compared.allowed) for drop in compared.forgotten), *notes],
        tables=[_table(compared), *_cases(compared, headline), *report.tables],
    )


def _part(report: Report, name: str) -> Values:
    """A slice; without held-out feedback all of the test split is the original one."""
    if FEEDBACK in report.slices or ORIGINAL in report.slices:
        return report.slices.get(name, {})
    return report.metrics if name == ORIGINAL else {}


def _table(compared: Comparison) -> Table:
    names = list(dict.fromkeys(name for sides in compared.parts.values() for name in sides.before))
    shown = [name for name in names if name.count("/") == 0 or name.endswith(("/recall", "/map50_95"))]
    columns = [f"{part}, {side}" for part in compared.parts for side in ("before", "after")]
    rows: list[list[Any]] = [
        [name, *(side.get(name) for sides in compared.parts.values() for side in (sides.before, sides.after))]
        for name in shown
    ]
    return Table(
        "Before and after",
        ["metric", *columns],
        rows,
        note=(
            "Before is the model that the training started from. Original is the test split of the first training, "
            "feedback what came from the field and is never trained on."
        ),
    )


def _cases(compared: Comparison, headline: str) -> list[Table]:
    """Whether what was collected helped where the model had failed, kind by kind, and who is recognised now."""
    rows = []
    for name, sides in compared.further.items():
        was, now = sides.before.get(headline), sides.after.get(headline)
        gain = now - was if was is not None and now is not None else None
        rows.append([name.removeprefix(f"{FEEDBACK}/"), was, now, gain])
    if not rows:
        return []
    note = "Feedback that is never trained on, by why it was collected; old and new identities of the whole split."
    return [Table("Collected cases", ["cases", f"{headline}, before", "after", "gain"], rows, note=note)]


def _sentence(drop: Drop, allowed: float) -> str:
    return (
        f"Not to be promoted: on the original test split {drop.metric} fell by {abs(drop.size):.3f} "
        f"({drop.before:.3f} to {drop.after:.3f}), and {allowed:g} is allowed."
    )


def as_document(compared: Comparison) -> Mapping[str, Any]:
    """What `metrics.json` holds of it."""
    return {
        "evaluation": {**compared.parts, **compared.further},
        "allowed_forgetting": compared.allowed,
        "forgotten": [
            {"metric": drop.metric, "before": drop.before, "after": drop.after, "drop": drop.size}
            for drop in compared.forgotten
        ],
        "promotable": compared.promotable,
    }
