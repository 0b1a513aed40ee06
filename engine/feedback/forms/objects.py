"""Detections: every object in an image, with its box."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from engine.feedback.forms.form import Claim, Form
from engine.feedback.payload import FeedbackItem
from engine.feedback.records import DetectionRecord, Judged
from engine.tasks.object_detection.data import problem_with


def _claims(item: FeedbackItem) -> list[Claim]:
    return [Claim(f"object {number}: ", one.label, one.when) for number, one in enumerate(item.objects, 1)]


def _judgement(item: FeedbackItem) -> dict[str, Any]:
    objects = [
        Judged(
            label=one.label,
            box=[float(value) for value in one.box],
            source=one.source or item.source,
            who=one.who or item.who,
            when=(one.when or item.when).astimezone(UTC),
        )
        for one in item.objects
    ]
    return {"objects": objects}


OBJECTS = Form(
    name="objects",
    item=FeedbackItem,
    record=DetectionRecord,
    claims=_claims,
    judgement=_judgement,
    labels_of=lambda row: {one["label"] for one in row["objects"]},
    problem_with=problem_with,
)
