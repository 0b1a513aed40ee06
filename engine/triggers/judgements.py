"""What people said of a model's answers: feedback that corrects or confirms one."""

from __future__ import annotations

from engine.triggers.performance import Judgement
from engine.workspace import Workspace


def judgements_of(workspace: Workspace, profile: str, model: str, since: float) -> list[Judgement]:
    """Judged answers that came in after `since`."""
    from engine.feedback.records import LabelRecord
    from engine.feedback.store import read_feedback

    return [
        Judgement(record.t, record.predicted == record.label, record.label)
        for record in read_feedback(workspace, profile, model).current()
        if isinstance(record, LabelRecord) and record.predicted and record.t > since
    ]


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
