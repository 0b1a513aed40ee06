"""Hands what people say of an answer to the feedback of its model, and takes it back. Slow: call in threads."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from engine.errors import DataError, FinetopError, InputError
from engine.workspace import Workspace
from tui.paths import typed_path
from tui.validate.judging import sureness_of
from tui.validate.subject import Subject

Row = Mapping[str, Any]
Verdict = Literal["accepted", "rejected", "corrected"]
SOURCE = "console"
HELD_OUT = ("test", "validation")
SURE = 0.8
"""Confidence from which a right answer has nothing to teach: the store knows `low-confidence` alone."""


@dataclass(frozen=True)
class Given:
    """What became of a judgement."""

    verdict: Verdict
    outcome: str
    """`added`, `replaced`, `repeated`; `counted` where nothing was written."""
    sentence: str
    undo: Callable[[], None] | None = None
    """Takes it back. Raises WorkError where it was used already."""


def rejected() -> Given:
    """A no alone: it is counted in this sitting."""
    return Given("rejected", "counted", "Rejected. A no alone teaches nothing: press e to say what is right.")


def give(
    workspace: Workspace,
    subject: Subject,
    verdict: Verdict,
    sample: Row,
    prediction: Row,
    right: Row,
    *,
    who: str,
    split: str = "",
) -> Given:
    """Keep `right` (entities, label, score or objects) as what the model should have said.

    Raises InputError, DataError with the reason why it cannot be kept: then nothing was written.
    """
    if subject.form:
        return _picture(workspace, subject, verdict, sample, prediction, right, who)
    return _text(workspace, subject, verdict, sample, prediction, right, who, split)


def what_happens(subject: Subject) -> str:
    """What is done with feedback for a model, in a sentence."""
    if subject.form:
        command = f"`engine feedback train {subject.profile} {subject.model}`"
        return f"{command} learns from it, and triggers of the profile count it"
    return f"`engine data import {subject.profile} {subject.model}` takes it beside the splits of the dataset"


# -- texts


def _text(
    workspace: Workspace,
    subject: Subject,
    verdict: Verdict,
    sample: Row,
    prediction: Row,
    right: Row,
    who: str,
    split: str,
) -> Given:
    from engine.feedback.texts import correct_text, take_back_text
    from engine.tasks.catalog import find_task

    asked = {name: sample[name] for name in ("text", "a", "b") if name in sample}
    row = asked | dict(right)
    split = split or _split_of(workspace, subject.dataset, asked)
    now = time.time()
    about = {"verdict": verdict, "predicted": _bare(prediction), "who": who, "source": SOURCE}
    kept = correct_text(
        workspace,
        find_task(subject.task),
        (subject.profile, subject.model),
        row,
        about=about,
        split=split if split in HELD_OUT else "train",  # type: ignore[arg-type]
        t=now,
    )
    if kept.outcome == "repeated":
        return Given(verdict, "repeated", "This very judgement of the text is there already; nothing was added.")
    held_out = f" It is of the {split} split: it is not trained on." if split in HELD_OUT else ""
    return Given(
        verdict,
        kept.outcome,
        f"{_word(verdict, kept.outcome)} in {kept.path.name}.{held_out}",
        lambda: take_back_text(workspace, kept),
    )


def _split_of(workspace: Workspace, dataset: str, asked: Row) -> str:
    """The held-out split that a text stands in, wherever it came from; empty where it is in none."""
    from engine.datasets.store import open_dataset

    try:
        opened = open_dataset(workspace, dataset)
        for split in HELD_OUT:
            if split in opened.splits and any(
                all(row.get(name) == value for name, value in asked.items()) for row in opened.iterate(split)
            ):
                return split
    except FinetopError:
        return ""  # without its dataset there is nothing held out
    return ""


def _bare(prediction: Row) -> dict[str, Any]:
    return {
        name: prediction[name] for name in ("entities", "label", "similarity", "confidence") if name in prediction
    }


# -- pictures


def _picture(
    workspace: Workspace,
    subject: Subject,
    verdict: Verdict,
    sample: Row,
    prediction: Row,
    right: Row,
    who: str,
) -> Given:
    from engine import api

    sure = sureness_of(prediction)
    if subject.form == "label" and verdict == "accepted" and sure is not None and sure >= SURE:
        sentence = (
            f"Accepted and counted. It was sure ({sure:.2f}) and right, which teaches nothing: nothing was added."
        )
        return Given(verdict, "counted", sentence)
    image = str(sample["image"])
    roots = []
    if not image.startswith("data:"):
        path = typed_path(image).absolute()
        image, roots = str(path), [path.parent]
    when = datetime.now(UTC)
    item: dict[str, Any] = {"image": image, "source": SOURCE, "who": who, "when": when.isoformat(), **right}
    if subject.form == "label":
        item["kind"] = "correction" if verdict == "corrected" else "low-confidence"
        if prediction.get("known") is not False and prediction.get("label"):
            item["predicted"] = str(prediction["label"])
        if sure is not None:
            item["confidence"] = min(1.0, max(0.0, sure))
    there = _same_already(workspace, subject, image, right)
    if there:
        return Given(verdict, "repeated", f"{there}; nothing was added.")
    request = {"profile": subject.profile, "model": subject.model, "items": [item]}
    summary = api.add_feedback(request, roots=roots, workspace=workspace)
    if summary.failed:
        raise InputError(summary.failed[0].problem)
    outcome = "added" if summary.added else "replaced" if summary.replaced else "repeated"
    return Given(verdict, outcome, f"{_word(verdict, outcome)} in the feedback.", _undo(workspace, subject, when))


def _word(verdict: Verdict, outcome: str) -> str:
    said = "Confirmed: kept" if verdict == "accepted" else "Corrected: kept"
    return f"{said} in place of an earlier judgement" if outcome == "replaced" else said


def _same_already(workspace: Workspace, subject: Subject, image: str, right: Row) -> str:
    """Who has said the very same of the picture; empty where nobody has."""
    from engine.feedback.inline import read_inline
    from engine.feedback.limits import Limits
    from engine.feedback.store import read_feedback

    try:
        data = read_inline(image, Limits().max_bytes) if image.startswith("data:") else Path(image).read_bytes()
    except (OSError, DataError):
        return ""  # the intake says what is wrong with it
    digest = hashlib.sha256(data).hexdigest()
    for record in read_feedback(workspace, subject.profile, subject.model).current():
        if record.sha256 == digest and _judgement(record.row()) == _judgement(right):
            return f"{record.who} has said the same on {record.when:%Y-%m-%d}"
    return ""


def _judgement(row: Row) -> object:
    if "objects" in row:
        return sorted((str(one["label"]), tuple(float(value) for value in one["box"])) for one in row["objects"])
    return row.get("label")


def _undo(workspace: Workspace, subject: Subject, when: datetime) -> Callable[[], None]:
    def undo() -> None:
        from engine.errors import WorkError
        from engine.feedback.store import read_feedback
        from engine.feedback.undo import take_back

        records = read_feedback(workspace, subject.profile, subject.model).records
        mine = next((one for one in reversed(records) if one.when == when and one.source == SOURCE), None)
        if mine is None:
            raise WorkError("it is not in the feedback any more", fix="nothing has to be taken back")
        take_back(workspace, mine, profile=subject.profile, model=subject.model)

    return undo
