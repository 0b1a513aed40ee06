"""What comes back from the field, and training on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.api.trainings import resolve_models
from engine.errors import InputError
from engine.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    from engine.feedback.finetune import FinetuneRequest, FinetuneSummary
    from engine.feedback.intake import IntakeSummary
    from engine.feedback.limits import Limits
    from engine.feedback.payload import FeedbackRequest
    from engine.feedback.reading import Payload


def add_feedback(
    request: FeedbackRequest | Payload | dict[str, Any] | str | Path,
    *,
    profile: str | None = None,
    limits: Limits | None = None,
    roots: Sequence[str | Path] = (),
    workspace: WorkspaceLike = None,
) -> IntakeSummary:
    """Take corrections in for the next training: a typed request, its JSON, or the path of a file.

    An item that cannot be used fails alone and is named in the summary. `roots` are folders that local images
    may lie in, beside that of the file. Raises InputError when the request as a whole cannot be used.
    """
    from engine.feedback.intake import take_in
    from engine.feedback.reading import Payload

    payload = request if isinstance(request, Payload) else read_feedback(request, profile=profile)
    folders = [Path(root).expanduser() for root in roots]
    return take_in(Workspace.of(workspace), payload, limits=limits, roots=folders)


def read_feedback(request: FeedbackRequest | dict[str, Any] | str | Path, *, profile: str | None = None) -> Payload:
    """A request for feedback, checked against its profile; nothing is fetched or stored.

    `profile`: the path of the profile that the request names, where it is not to be found by its name.
    """
    from engine.feedback.forms import form_of
    from engine.feedback.reading import read_payload, take_payload
    from engine.tasks.catalog import find_task

    payload = read_payload(request) if isinstance(request, str | Path) else take_payload(request)
    try:
        (model,) = resolve_models(profile or payload.profile, [payload.model])
    except InputError as problem:
        raise InputError(problem.what, where=problem.where or payload.shown, fix=problem.fix) from problem
    if model.profile != payload.profile:
        raise InputError(
            f"is for the profile {payload.profile}, not {model.profile}", where=payload.shown, fix="name its profile"
        )
    task = find_task(model.task)
    form = form_of(task, f"{model.profile}/{model.model}", payload.shown)
    labels = None if task.new_labels else getattr(model.config, "labels", None)
    return replace(payload, labels=tuple(labels) if labels else None, form=form, privacy=model.privacy)


def finetune(
    request: FinetuneRequest | FeedbackRequest | dict[str, Any] | str | Path, *, workspace: WorkspaceLike = None
) -> FinetuneSummary:
    """Train a model further on what came back from the field, and return as soon as the detached run is on its way.

    The request may bring feedback, which is taken in first; a payload alone (typed, its JSON, or a file) trains the
    model that it names. The same request sent twice starts one run. Raises InputError.
    """
    from engine.feedback.finetune import FinetuneRequest
    from engine.feedback.finetune import finetune as finetune_in

    if isinstance(request, FinetuneRequest):
        payloads = [read_feedback(one, profile=request.profile) for one in request.feedback]
        return finetune_in(Workspace.of(workspace), request, payloads)
    payload = read_feedback(request)
    return finetune_in(Workspace.of(workspace), FinetuneRequest(payload.profile, payload.model), [payload])
