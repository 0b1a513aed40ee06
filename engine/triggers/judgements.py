"""What people said of a model's answers: outcomes of requests, and feedback that corrects or confirms an answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.traffic.logs import FOLDER
from engine.traffic.outcomes import OUTCOMES, Line
from engine.triggers.performance import Judgement
from engine.workspace import Workspace

_BYTES_PER_LINE = 500
"""No line of outcomes is as long: so many bytes from the end hold enough of them."""


def judgements_of(
    workspace: Workspace, profile: str, model: str, *, version: int | None, since: float, most: int
) -> list[Judgement]:
    """Judged answers that came in after `since`, the newest `most` at least: outcomes of the version's requests, and
    where nobody told any, feedback that says what the model had said. A correction that came as both counts once."""
    home = workspace.models / profile / model
    found = list(_outcomes(home, version, since, most)) if version is not None else []
    return found or _of_feedback(workspace, profile, model, since)


def new_examples(workspace: Workspace, profile: str, model: str, train: str = "feedback") -> int:
    """Images of feedback that came after the last training that is done or on its way: the last one on feedback, or
    of any kind where the trigger trains anew (`full`)."""
    from engine.feedback.finetune import LIVES
    from engine.feedback.lineage import runs_of
    from engine.feedback.store import read_feedback
    from engine.runs.state import look

    arrived = [record.t for record in read_feedback(workspace, profile, model).current()]
    if not arrived:
        return 0
    newest = max(arrived)
    for paths, spec in runs_of(workspace, profile, model):
        if (train == "full" or spec.continues is not None) and look(paths).state in LIVES:
            return sum(t > spec.created for t in arrived) if spec.created < newest else 0
    return len(arrived)


def _outcomes(home: Path, version: int, since: float, most: int) -> Iterator[Judgement]:
    newest: dict[str, Line] = {}
    for path in sorted(home.glob(f"{FOLDER}/*/{OUTCOMES}"), key=lambda one: one.stat().st_mtime):
        if path.stat().st_mtime >= since:
            for line in _last_lines(path, most * _BYTES_PER_LINE):
                newest[line.request] = line
    for line in newest.values():
        if line.version == version and line.t > since:
            yield Judgement(line.t, line.correct)


def _last_lines(path: Path, most_bytes: int) -> Iterator[Line]:
    with path.open("rb") as file:
        start = max(0, path.stat().st_size - most_bytes)
        file.seek(start)
        content = file.read()
    whole = content[content.find(b"\n") + 1 if start else 0 : content.rfind(b"\n") + 1]
    decode = msgspec.json.Decoder(Line).decode
    for line in whole.splitlines():
        with contextlib.suppress(ValueError, RecursionError):  # what a crash left
            yield decode(line)


def _of_feedback(workspace: Workspace, profile: str, model: str, since: float) -> list[Judgement]:
    from engine.feedback.records import LabelRecord
    from engine.feedback.store import read_feedback

    return [
        Judgement(record.t, record.predicted == record.label, record.label)
        for record in read_feedback(workspace, profile, model).current()
        if isinstance(record, LabelRecord) and record.predicted and record.t > since
    ]
