"""Tables of the report of a classifier of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.evaluation.labels import confusion, scores
from engine.evaluation.report import Table
from engine.tasks.image_classification.measuring import Measured, Truth
from engine.tasks.image_classification.predict import Judged

SHOWN = ("accuracy", "auc", "eer", "tar_at_far_1e-2", "tar_at_far_1e-3", "rank1", "rank5", "open_set_rejection")
MOST_CONFUSED = 40
"""Labels up to which the whole table of confusions is shown."""


def before_and_after(after: Mapping[str, Measured], before: Mapping[str, Measured], enrolment: int) -> Table:
    """Each part of the split by this model and by the one that training started from."""
    rows: list[list[Any]] = []
    for name, measured in after.items():
        start = before.get(name)
        for metric in SHOWN:
            value = measured.metrics.get(metric)
            was = start.metrics.get(metric) if start else None
            if value is None and was is None:
                continue
            interval = measured.intervals.get(metric)
            told = "{:.3f} – {:.3f}".format(*interval) if interval else ""
            gain = value - was if value is not None and was is not None else None
            rows.append([name, metric, was, value, told, gain])
    return Table(
        "Known and unseen people, before and after",
        ["people", "metric", "before", "after", "95 % interval", "gain"],
        rows,
        note="Before is the model that training started from, which takes a picture for the label with the nearest "
        "mean of training pictures. Seen people taught the model with other pictures; unseen ones taught nothing: "
        f"rank 1 and 5 are searches among people who were enrolled by {enrolment} pictures each.",
    )


def labels_table(truth: Truth, judged: Judged) -> Table:
    """Each known person, the worst first."""
    known = truth.known
    numbers, predicted = truth.numbers[known], judged.numbers[known]
    values = scores(numbers, predicted, len(truth.labels))
    there = np.unique(numbers)
    order = there[np.argsort(values.f1[there], kind="stable")]
    rows: list[list[Any]] = [
        [
            truth.labels[at],
            float(values.precision[at]),
            float(values.recall[at]),
            float(values.f1[at]),
            int((numbers == at).sum()),
            int((predicted == at).sum()),
        ]
        for at in order
    ]
    return Table(
        "People by recognition",
        ["label", "precision", "recall", "F1", "in the truth", "predicted"],
        rows,
        note="Pictures of known people; the worst first.",
    )


def confusion_table(truth: Truth, judged: Judged) -> Table:
    """Who is taken for whom: all of it for few labels, else the commonest confusions."""
    known = truth.known
    table = confusion(truth.numbers[known], judged.numbers[known], len(truth.labels))
    if len(truth.labels) <= MOST_CONFUSED:
        return Table(
            "Confusion of people",
            ["truth", *truth.labels],
            [[label, *map(int, counts)] for label, counts in zip(truth.labels, table, strict=True)],
            note="Rows are the truth, columns the prediction.",
            figure="confusion",
        )
    np.fill_diagonal(table, 0)
    order = np.argsort(-table, axis=None, kind="stable")[:MOST_CONFUSED]
    pairs = [(int(at) // len(truth.labels), int(at) % len(truth.labels)) for at in order]
    return Table(
        "Commonest confusions",
        ["truth", "taken for", "pictures"],
        [
            [truth.labels[one], truth.labels[other], int(table[one, other])]
            for one, other in pairs
            if table[one, other]
        ],
    )


def cases_table(parts: Mapping[str, Measured], counts: Mapping[str, int]) -> Table:
    """What came from use, by why it was collected, and old beside new identities: a row each."""
    rows: list[list[Any]] = [
        [name, counts[name], *(part.metrics.get(metric) for metric in ("accuracy", "accepted", "calibration_error"))]
        for name, part in parts.items()
    ]
    return Table(
        "Problem cases, and old and new identities",
        ["cases", "pictures", "accuracy", "named right and known", "calibration error"],
        rows,
        note="Feedback that is never trained on, by why it was collected. Unknown people count as errors.",
    )


def named(labels: Sequence[str], most: int = 10) -> str:
    """Some labels in a sentence."""
    more = len(labels) - most
    return ", ".join(labels[:most]) + (f" and {more} more" if more > 0 else "")
