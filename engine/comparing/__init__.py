"""`engine compare` as a Python function: runs, versions and untrained models on the same held-out rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.comparing.held_out import HeldOut
    from engine.comparing.result import Challenger, Compared, Latency
    from engine.comparing.sides import Side
    from engine.evaluation.bootstrap import Indices
    from engine.evaluation.comparison import Mode, Resampled
    from engine.tasks.comparable import Comparable
    from engine.tasks.contract import Task

BASELINE = "baseline"
TEST = "test"
ACCURACY = "accuracy"
"""The share of right rows: what a test of rows that are right or wrong is about."""


def compare(
    names: Sequence[str],
    *,
    dataset: str | None = None,
    split: str = TEST,
    device: str = "cpu",
    latency: bool = False,
    workspace: str | Path | Workspace | None = None,
) -> Compared:
    """Each model (a run, or a version such as `utility/ner@production`) beside the first one; `baseline` for the
    first one is the untrained model of the second.

    The rows are those of `split` of the dataset named, else of the first model's own, less those that a model on
    another dataset has learnt from. `latency` also times each model, one row at a time. Raises InputError.
    """
    from engine.comparing.held_out import groups_of, held_out_rows
    from engine.comparing.result import Compared
    from engine.comparing.sides import find_sides
    from engine.evaluation.comparison import FEW_GROUPS, group_count, level_for, resample

    place = workspace if isinstance(workspace, Workspace) else Workspace.locate(workspace)
    sides, task = find_sides(names, place)
    held_out = held_out_rows(sides, task, place, dataset, split)
    comparables, timed = _asked(sides, task, held_out, device, latency)
    kept, notes = _counted(comparables, held_out)
    groups = groups_of([held_out.rows[at] for at in kept.tolist()])
    count = group_count(groups)
    if count is not None and count < FEW_GROUPS:
        notes.append(f"The rows come from {count} groups alone: the intervals are rough.")
    headline = _headline(sides, task, comparables)
    resampled = [resample(one.metrics, kept, groups=groups) for one in comparables]
    level = level_for(len(sides) - 1)
    pairing = _Pairing(task, headline, held_out, kept, groups, level)
    first, *others = (
        _Answered(side.name, one, drawn) for side, one, drawn in zip(sides, comparables, resampled, strict=True)
    )
    return Compared(
        task=task.name,
        metric=headline,
        dataset=held_out.dataset.id,
        split=split,
        rows=len(kept),
        groups=count,
        values={side.name: one.values[headline] for side, one in zip(sides, resampled, strict=True)},
        challengers=[pairing.challenger(first, other) for other in others],
        latency=timed,
        notes=notes,
    )


def _asked(
    sides: Sequence[Side], task: Task, held_out: HeldOut, device: str, latency: bool
) -> tuple[list[Comparable], dict[str, Latency]]:
    """What each model makes of the rows, one model in memory at a time."""
    from engine.comparing.latency import latency_of

    samples = held_out.samples(task)
    comparables, timed = [], {}
    for side in sides:
        predictor = side.load(side.trained.directory, device)
        comparables.append(task.comparable(predictor, held_out.rows, samples))
        if latency:
            timed[side.name] = latency_of(predictor, samples)
    return comparables, timed


def _counted(comparables: Sequence[Comparable], held_out: HeldOut) -> tuple[Indices, list[str]]:
    """The numbers of the rows that count for every model, and the notes so far."""
    import numpy as np

    counted = np.ones(len(held_out.rows), dtype=np.bool_)
    for one in comparables:
        if one.counted is not None:
            counted &= one.counted
    kept, notes = np.flatnonzero(counted), list(held_out.notes)
    if not len(kept):
        raise InputError(
            "no row shows what all of these models know", where=held_out.dataset.id, fix="name another dataset"
        )
    if len(kept) < len(counted):
        notes.append(
            f"{len(counted) - len(kept)} of {len(counted)} rows are left out: they show what not all of these models "
            "know."
        )
    return kept, notes


def _headline(sides: Sequence[Side], task: Task, comparables: Sequence[Comparable]) -> str:
    """The first model's headline where it can be had of single rows, else that of its task."""
    import numpy as np

    own = sides[0].trained.headline
    offered = comparables[0].metrics(np.arange(1)) if own else {}
    return own if own in offered else task.headline


@dataclass(frozen=True)
class _Answered:
    """A model with what it made of the rows."""

    name: str
    comparable: Comparable
    resampled: Resampled


class _Pairing:
    """Sets models beside the first one."""

    def __init__(
        self, task: Task, headline: str, held_out: HeldOut, kept: Indices, groups: list[str] | None, level: float
    ) -> None:
        self.task, self.headline = task, headline
        self.held_out, self.kept, self.groups, self.level = held_out, kept, groups, level

    def challenger(self, first: _Answered, second: _Answered) -> Challenger:
        from engine.comparing.changes import changes
        from engine.comparing.result import Challenger
        from engine.evaluation.comparison import beside
        from engine.evaluation.mcnemar import compare_rows

        one, two = first.comparable, second.comparable
        by_rows = None
        if one.classifies and two.classifies and one.errors is not None and two.errors is not None:
            right = one.errors[self.kept] == 0, two.errors[self.kept] == 0
            by_rows = compare_rows(*right, groups=self.groups, level=self.level)
        low = one.low_is_good | two.low_is_good
        differences = {
            name: beside(
                first.resampled,
                second.resampled,
                name,
                mode=self._mode(name, low),
                level=self.level,
                by_rows=by_rows if name == ACCURACY else None,
            )
            for name in first.resampled.values
            if name in second.resampled.values
        }
        fixed, broken = changes(one, two, self.held_out, self.kept) or (None, None)
        return Challenger(
            first=first.name,
            second=second.name,
            headline=differences.pop(self.headline),
            others=list(differences.values()),
            by_rows=by_rows,
            fixed=fixed,
            broken=broken,
        )

    def _mode(self, name: str, low_is_good: frozenset[str]) -> Mode:
        if name == self.task.headline:
            return "min" if self.task.headline_mode == "min" else "max"
        return "min" if name in low_is_good else "max"
