"""The forms that feedback comes in: a task names one (`Task.feedback`), and everything else follows from it."""

from __future__ import annotations

from engine.errors import InputError
from engine.feedback.forms.form import Form
from engine.feedback.forms.label import LABEL
from engine.feedback.forms.objects import OBJECTS
from engine.tasks.contract import Task

FORMS = {form.name: form for form in (OBJECTS, LABEL)}


def form_of(task: Task, whose: str, where: str | None = None) -> Form:
    """The form of feedback that a task takes. Raises InputError where it takes none; `whose` names the model."""
    form = FORMS.get(task.feedback)
    if form is None:
        raise InputError(
            f"{whose} does {task.name}, which takes no feedback",
            where=where,
            fix="name a model of object-detection, image-classification or image-feature-extraction",
        )
    return form


__all__ = ["FORMS", "LABEL", "OBJECTS", "Form", "form_of"]
