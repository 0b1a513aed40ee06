"""Takes back what a person gave by mistake, as long as nothing was trained on it."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

import msgspec

from engine.datasets.files import FOLDER
from engine.datasets.store import list_datasets
from engine.errors import WorkError
from engine.feedback.forms import FORMS
from engine.feedback.records import Record
from engine.feedback.store import ITEMS, LOCK, PATIENCE_S, feedback_folder, read_feedback, records_from
from engine.files import write_atomic
from engine.runs.locks import try_lock
from engine.workspace import Workspace


def take_back(workspace: Workspace, record: Record, *, profile: str, model: str) -> None:
    """Take one line out, and its picture where no other line names it; an earlier judgement of it counts again.

    Raises WorkError where the line is gone, or a dataset was made since it came.
    """
    folder = feedback_folder(workspace, profile, model)
    form = FORMS[read_feedback(workspace, profile, model).form.name]
    fd = try_lock(folder / LOCK, patience_s=PATIENCE_S)
    if fd is None:
        raise WorkError("another intake holds the feedback", where=str(folder), fix="try again")
    try:
        if _is_used(workspace, str(folder), record.t):
            raise WorkError("it is in a dataset already", where=str(folder), fix="correct the sample anew instead")
        lines = (folder / ITEMS).read_bytes().splitlines()
        mine = msgspec.json.encode(record)
        if mine not in lines:
            raise WorkError("it is not there any more", where=str(folder), fix="nothing has to be taken back")
        write_atomic(folder / ITEMS, b"".join(line + b"\n" for line in lines if line != mine))
        left, _, _ = records_from(folder / ITEMS, form)
        if all(one.image != record.image for one in left):
            (folder / FOLDER / PurePosixPath(record.image).name).unlink(missing_ok=True)
    finally:
        os.close(fd)


def _is_used(workspace: Workspace, folder: str, t: float) -> bool:
    return any(
        dataset.manifest.created >= t and any(origin.get("feedback") == folder for origin in dataset.manifest.origins)
        for dataset in list_datasets(workspace)
    )
