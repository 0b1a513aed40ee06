"""The report of a classifier of people on a split."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from engine.datasets.store import Dataset
from engine.errors import BaseModelError, DataError, InputError
from engine.evaluation.breakdown import ACCURACY, Breakdown, breakdown_of_pairs, breakdown_of_rows, breakdown_tables
from engine.evaluation.calibration import reliability, reliability_table
from engine.evaluation.figures import figures_of
from engine.evaluation.forgetting import FEEDBACK
from engine.evaluation.identification import identification_table
from engine.evaluation.report import Report, Table
from engine.evaluation.roc import Roc, roc_table
from engine.evaluation.separation import distances_table
from engine.evaluation.slices import new_labels_of, slices_of
from engine.evaluation.targets import KEPT_START, target_notes
from engine.labelled_pictures import picture_path
from engine.tasks.contract import Row
from engine.tasks.image_classification import TASK
from engine.tasks.image_classification.comparable import counted
from engine.tasks.image_classification.measuring import LEFT_OUT, STRANGER, Measured, Metrics, Truth, measure
from engine.tasks.image_classification.model import Card
from engine.tasks.image_classification.people import Numbers
from engine.tasks.image_classification.predict import Judged, load, load_baseline
from engine.tasks.image_classification.tables import (
    before_and_after,
    cases_table,
    confusion_table,
    labels_table,
    named,
)

WORST = 20
ALL, SEEN, UNSEEN = "all", "seen", "unseen"


def evaluate(model: Path, dataset: Dataset, split: str, device: str) -> Report:
    """Metrics with intervals, slices, breakdown by conditions, figures and the worst errors of a model directory on a
    split, beside what training started from makes of the same pictures."""
    rows = dataset.rows(split)
    if not rows:
        raise DataError(f"the split {split!r} has no pictures", where=str(dataset.path))
    recognition = load(model, device)
    card = recognition.card
    paths = [str(picture_path(dataset.path, row)) for row in rows]
    truth = truth_of(rows, card.labels, new_labels_of(dataset))
    slices = _slices(truth, rows, dataset)
    after = _measured(truth, recognition.judge(paths), slices, card)
    notes: list[str] = []
    try:
        before = _measured(truth, load_baseline(model, device).judge(paths), slices, card, resamples=0)
    except (BaseModelError, InputError) as problem:
        before = None
        notes.append(f"No figures of the model that training started from: {problem}.")
    return _Reporting(card, dataset, split, rows, truth, slices, after, before).report(notes)


def truth_of(rows: Sequence[Row], labels: Sequence[str], new: Collection[str] = ()) -> Truth:
    """Who the rows show. People whom the model does not know are strangers, except in feedback: what use asked for
    and did not get is an error.

    `new` came with the feedback. In the original test they were strangers to the model before, and are known to the
    one after: a figure of both would compare different pictures, so that neither counts them there.
    """
    more = sorted({row["label"] for row in rows if row.get("slice") == FEEDBACK} - {*labels})
    every = [*labels, *more]
    numbers = {label: number for number, label in enumerate(every)}
    known = {*labels}

    def number_of(row: Row) -> int:
        if row.get("slice") == FEEDBACK:
            return numbers[row["label"]]
        if row["label"] in new:
            return LEFT_OUT
        return numbers[row["label"]] if row["label"] in known else STRANGER

    return Truth(
        people=[row["label"] for row in rows],
        labels=every,
        numbers=np.array([number_of(row) for row in rows], dtype=np.int64),
        groups=[str(row.get("group") or f"\0{at}") for at, row in enumerate(rows)],
    )


def headline_over(rows: Sequence[Row], predictions: Sequence[Row]) -> Callable[[Numbers], float]:
    """Accuracy over rows, by their numbers (engine.tasks.contract.Task.headline_over). Pictures of people whom no
    prediction so much as names among its likeliest are strangers, and left out."""
    there = counted(rows, predictions)
    right = np.array([row["label"] == made["label"] for row, made in zip(rows, predictions, strict=True)])

    def accuracy(at: Numbers) -> float:
        total = there[at].sum()
        return float((right & there)[at].sum() / total) if total else float("nan")

    return accuracy


class _All:
    """A model on the whole split and on its slices."""

    def __init__(self, judged: Judged, whole: Measured, parts: dict[str, Measured]) -> None:
        self.judged, self.whole, self.parts = judged, whole, parts


def _measured(
    truth: Truth, judged: Judged, slices: Mapping[str, list[int]], card: Card, *, resamples: int | None = None
) -> _All:
    enrolment = card.settings.enrolment
    whole = measure(truth, judged, enrolment=enrolment, resamples=resamples)
    parts = {
        name: measure(truth.part(at), judged.part(at), enrolment=enrolment, resamples=resamples)
        for name, at in slices.items()
    }
    return _All(judged, whole, parts)


def _slices(truth: Truth, rows: Sequence[Row], dataset: Dataset) -> dict[str, list[int]]:
    """Rows by whether the model knows the person, and by where they come from."""
    masks = {SEEN: truth.known, UNSEEN: truth.strange}
    found = {name: np.flatnonzero(mask).tolist() for name, mask in masks.items() if mask.any()}
    return (found if len(found) > 1 else {}) | slices_of(rows, dataset)


class _Reporting:
    """Puts the report together."""

    def __init__(
        self,
        card: Card,
        dataset: Dataset,
        split: str,
        rows: Sequence[Row],
        truth: Truth,
        slices: Mapping[str, list[int]],
        after: _All,
        before: _All | None,
    ) -> None:
        self.card, self.dataset, self.split, self.rows, self.truth = card, dataset, split, rows, truth
        self.slices, self.after, self.before = slices, after, before

    def report(self, notes: list[str]) -> Report:
        fairness = self._fairness()
        metrics: Metrics = {**self.after.whole.metrics}
        intervals = dict(self.after.whole.intervals)
        if fairness is not None and (gap := fairness.largest()) is not None:
            metrics["largest_gap"] = gap.size
            if gap.interval is not None:
                intervals["largest_gap"] = gap.interval
        slices = {name: part.metrics for name, part in self.after.parts.items()}
        tables = self._tables(fairness)
        return Report(
            task=TASK.name,
            dataset=self.dataset.id,
            split=self.split,
            examples=len(self.rows),
            metrics=metrics,
            intervals=intervals,
            slices=slices,
            baseline={} if self.before is None else self.before.whole.metrics,
            tables=tables,
            errors=self._worst(),
            notes=[
                *target_notes(self.card.targets, metrics, slices=slices, intervals=intervals),
                *notes,
                *self._notes(fairness),
            ],
            pictures=figures_of(tables),
        )

    def _tables(self, fairness: Breakdown | None) -> list[Table]:
        people = {name: part for name, part in self.after.parts.items() if name in (SEEN, UNSEEN)}
        before = {} if self.before is None else self.before.parts
        enrolment = self.card.settings.enrolment
        whole = {} if self.before is None else {ALL: self.before.whole}
        tables = [before_and_after({ALL: self.after.whole, **people}, {**whole, **before}, enrolment)]
        cases = {name: part for name, part in self.after.parts.items() if name not in people}
        if cases:
            tables.append(cases_table(cases, {name: len(self.slices[name]) for name in cases}))
        tables += self._verification(people, before)
        searched = self.after.parts.get(UNSEEN, self.after.whole)
        if searched.identification is not None:
            whose = "people whom training never saw" if UNSEEN in people else "all people of the split"
            tables.append(identification_table(searched.identification, title=f"Identification of {whose}"))
        if fairness is not None:
            tables += breakdown_tables(fairness, threshold=self.card.pair_threshold)
        tables += self._classifier()
        return tables + [
            msgspec.structs.replace(msgspec.convert(table, Table), title=f"Before training: {table['title']}")
            for table in self.card.before
        ]

    def _verification(self, people: Mapping[str, Measured], before: Mapping[str, Measured]) -> list[Table]:
        parts = people or {ALL: self.after.whole}
        starts = before if people else ({} if self.before is None else {ALL: self.before.whole})
        curves: dict[str, Roc] = {}
        for name, part in parts.items():
            start = starts[name].verification.roc if name in starts else None
            curves |= {f"{name}, before": start} if start else {}
            curves |= {f"{name}, after": part.verification.roc} if part.verification.roc else {}
        tables = [roc_table(curves, title="ROC")] if curves else []
        for name, part in parts.items():
            if part.verification.roc is not None:
                title = "Distances" if name == ALL else f"Distances, {name} people"
                tables.append(distances_table(part.verification.scores, part.verification.pairs, title=title))
        return tables

    def _classifier(self) -> list[Table]:
        known, judged = self.truth.known, self.after.judged
        if not known.any():
            return []
        right = judged.numbers[known] == self.truth.numbers[known]
        bins = reliability(judged.confidences[known].tolist(), right.tolist())
        tables = [reliability_table(bins, what="pictures")]
        conditions = self._conditions()
        if any(conditions):
            by_rows = breakdown_of_rows(
                right,
                [conditions[at] for at in np.flatnonzero(known)],
                [self.truth.people[at] for at in np.flatnonzero(known)],
                rate=ACCURACY,
            )
            titles = ("Largest gaps in accuracy", "Accuracy by conditions")
            tables += [
                msgspec.structs.replace(table, title=title)
                for table, title in zip(breakdown_tables(by_rows), titles, strict=True)
            ]
        return [*tables, labels_table(self.truth, judged), confusion_table(self.truth, judged)]

    def _conditions(self) -> list[dict[str, str]]:
        return [dict(row.get("conditions") or {}) for row in self.rows]

    def _fairness(self) -> Breakdown | None:
        """Errors at one threshold for all, by conditions; None where there are no conditions or no threshold."""
        verification, conditions = self.after.whole.verification, self._conditions()
        if self.card.pair_threshold is None or not any(conditions) or verification.roc is None:
            return None
        return breakdown_of_pairs(
            verification.pairs,
            verification.scores,
            conditions,
            self.truth.people,
            threshold=self.card.pair_threshold,
        )

    def _worst(self) -> list[dict[str, Any]]:
        """Known people taken for others, and strangers taken for known people; the surest first."""
        judged, truth = self.after.judged, self.truth
        wrong = np.where(truth.known, judged.numbers != truth.numbers, judged.known & truth.strange)
        at = np.flatnonzero(wrong)
        order = at[np.argsort(-judged.confidences[at], kind="stable")][:WORST]
        return [
            {
                "image": self.rows[one]["image"],
                "label": self.rows[one]["label"],
                "predicted": self.truth.labels[judged.numbers[one]],
                "confidence": round(float(judged.confidences[one]), 3),
                "likeness": round(float(judged.likeness[one]), 3),
                "error": "taken for another" if truth.known[one] else "a stranger passed for known",
                **{key: self.rows[one][key] for key in ("group", "slice", "kind") if self.rows[one].get(key)},
            }
            for one in order
        ]

    def _notes(self, fairness: Breakdown | None) -> list[str]:
        notes = [KEPT_START] if self.card.kept_start else []
        strangers = int(self.truth.strange.sum())
        if strangers:
            people = len({self.truth.people[at] for at in np.flatnonzero(self.truth.strange)})
            notes.append(
                f"{strangers} pictures show {people} people whom training never saw: they tell how well people are "
                "told apart, and have no part in accuracy, precision, recall and calibration."
            )
        left_out = int((self.truth.numbers == LEFT_OUT).sum())
        if left_out:
            notes.append(
                f"{left_out} pictures of the original test show people who came with the feedback: strangers before, "
                "known now. They tell how well people are told apart, and have no part in accuracy and rejection."
            )
        if not self.truth.known.any():
            notes.append("The split shows nobody whom the model knows: there is no accuracy.")
        missed = sorted({*self.truth.labels} - {*self.card.labels})
        if missed:
            notes.append(f"The model does not know {named(missed)}, who came with feedback: they count as errors.")
        if fairness is not None:
            notes.append(fairness.sentence + f" One threshold for all: cosine {self.card.pair_threshold:.3f}.")
        elif any(self._conditions()):
            notes.append("Fairness is not measured: validation had too few pairs to choose a threshold by.")
        return [*notes, *self.after.whole.notes, *self.card.notes]
