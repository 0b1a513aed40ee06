"""Labels: who or what the one thing in an image is, and why the image was collected."""

from __future__ import annotations

from typing import Any

from engine.feedback.forms.form import Claim, Form
from engine.feedback.payload import LabelledItem
from engine.feedback.records import LabelRecord
from engine.labelled_pictures import problem_with


def _judgement(item: LabelledItem) -> dict[str, Any]:
    return {
        "label": item.label,
        "kind": item.kind,
        "predicted": item.predicted or "",
        "confidence": item.confidence,
        "conditions": dict(item.conditions),
    }


LABEL = Form(
    name="label",
    item=LabelledItem,
    record=LabelRecord,
    claims=lambda item: [Claim("", item.label)],
    judgement=_judgement,
    labels_of=lambda row: {str(row["label"])},
    problem_with=problem_with,
)
