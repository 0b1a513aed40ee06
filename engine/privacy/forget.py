"""`engine data forget`: removes a person, or whatever a label or a group stands for, from a workspace."""

from __future__ import annotations

import time
from dataclasses import dataclass

from engine.errors import NotFoundError
from engine.privacy import journal
from engine.privacy.carry_out import Done, Left, carry_out, check_runs, is_own_record, is_own_row
from engine.privacy.keys import the_key
from engine.privacy.removal import Removal, new_id
from engine.privacy.subject import check_subject
from engine.privacy.survey import datasets_within, survey
from engine.profiles.validation import nearest
from engine.workspace import Workspace


@dataclass(frozen=True)
class Forgotten:
    """What was removed, or would be."""

    subject: str
    dry_run: bool
    rows: int
    """Of datasets."""
    feedback: int
    """Lines."""
    pictures: int
    """That are nowhere any more."""
    shared: tuple[str, ...]
    """Pictures that somebody else's rows show, too: they stay for those."""
    datasets: dict[str, str]
    """Old id → the id of the dataset that stands in its place; empty where nothing was left, or before."""
    trained: tuple[str, ...]
    """Runs whose weights have seen it: nothing but training anew makes a model forget."""
    versions: tuple[str, ...] = ()
    """Versions of the registry that came of them."""
    left: tuple[str, ...] = ()
    """Files in which something could not be removed, and what."""
    mentions: tuple[str, ...] = ()
    """Files that hold the name and nothing else."""
    finished: int = 0
    """Earlier removals that had been interrupted and were carried out first."""


def what_would_be_forgotten(workspace: Workspace, subject: str, profile: str | None = None) -> Removal:
    """Everything that concerns the subject. Reads only. Raises InputError, NotFoundError where there is nothing."""
    wanted = Removal(id=new_id(), reason="forget", subject=check_subject(subject), profile=profile, now=time.time())
    found = survey(
        workspace,
        wanted,
        lambda manifest, row: is_own_row(wanted, manifest, row),
        lambda record: is_own_record(wanted, record),
    )
    if not (found.rows or found.lines):
        place = f"of {profile} in {workspace.root}" if profile else f"in {workspace.root}"
        near = nearest(subject, _names(workspace, wanted))
        raise NotFoundError(
            f"no row, line of feedback or group {place} is of {subject!r}",
            fix=f"write {near}" if near else "write the label, or the value of the group column, as the data has it",
        )
    return found


def forget(workspace: Workspace, subject: str, profile: str | None = None) -> Forgotten:
    """Remove the subject. What an earlier call that was killed had begun is finished first.

    Raises InputError while a run that is trained on it is going on, and then nothing was removed.
    """
    check_subject(subject)
    with journal.alone(workspace):
        finished = finish_begun(workspace)
        try:
            removal = what_would_be_forgotten(workspace, subject, profile)
        except NotFoundError:
            same = [done for done in finished if done.removal.subject == subject]
            if not same:
                raise
            return summed_up(same[-1], finished=len(finished) - 1)
        return summed_up(begin(workspace, removal), finished=len(finished))


def begin(workspace: Workspace, removal: Removal) -> Done:
    """Check what can be checked, write it down, and carry it out."""
    check_runs(workspace, removal)
    if any(dataset.manifest.sealed for dataset in datasets_within(workspace, removal)):
        the_key()  # the others' pictures are read and sealed again
    journal.begin(workspace, removal)
    return carry_out(workspace, removal)


def finish_begun(workspace: Workspace) -> list[Done]:
    """Carry out what was interrupted."""
    journal.sweep(workspace)
    return [carry_out(workspace, removal) for removal in journal.begun(workspace)]


def summed_up(done: Done, *, finished: int = 0) -> Forgotten:
    """What a removal came to, for people."""
    return _summary(done.removal, done.replaced, done.left, finished, dry_run=False)


def as_planned(removal: Removal) -> Forgotten:
    """What a removal would come to."""
    return _summary(removal, dict.fromkeys(removal.datasets, ""), Left(), 0, dry_run=True)


def _summary(removal: Removal, replaced: dict[str, str], left: Left, finished: int, *, dry_run: bool) -> Forgotten:
    return Forgotten(
        subject=removal.subject,
        dry_run=dry_run,
        rows=removal.rows,
        feedback=removal.lines,
        pictures=len(removal.pictures),
        shared=tuple(removal.shared),
        datasets=replaced,
        trained=tuple(removal.runs),
        versions=tuple(removal.versions),
        left=left.traces,
        mentions=left.mentions,
        finished=finished,
    )


def _names(workspace: Workspace, wanted: Removal) -> set[str]:
    """Labels and groups that there are."""
    return {
        str(row[key])
        for dataset in datasets_within(workspace, wanted)
        for split in dataset.splits
        for row in dataset.iterate(split)
        for key in ("label", "group", "subject")
        if isinstance(row.get(key), str)
    }
