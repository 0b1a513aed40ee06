"""Removes what a `Removal` says, place by place. Each step can be done again: a kill costs nothing but time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.replaced import replacement_of
from engine.datasets.store import Manifest, Row, open_dataset
from engine.errors import InputError, NotFoundError
from engine.feedback.records import Record
from engine.feedback.store import FEEDBACK
from engine.privacy import journal
from engine.privacy.ages import has_expired, taken_at
from engine.privacy.audit import write_audit
from engine.privacy.corrections import corrections_within, take_out_corrections
from engine.privacy.curations import carry_over, curation_of
from engine.privacy.datasets import remove_leftovers, remove_orphans, without
from engine.privacy.ledgers import take_out
from engine.privacy.mending import Mender
from engine.privacy.removal import Removal
from engine.privacy.subject import is_of
from engine.privacy.survey import feedback_within, specs_of
from engine.privacy.traces import Traces
from engine.privacy.tree import Kept, files_below, mend_tree
from engine.privacy.versions import forget_described, mending
from engine.registry.paths import ModelHome
from engine.registry.store import models
from engine.runs.locks import is_locked, lock_for_good
from engine.runs.paths import RunPaths
from engine.runs.state import look
from engine.workspace import Workspace


@dataclass(frozen=True)
class Left:
    """What a search of every file found afterwards."""

    traces: tuple[str, ...] = ()
    """`FILE: what`: pictures and their hashes."""
    mentions: tuple[str, ...] = ()
    """Files that hold the name and nothing else of the subject."""


@dataclass(frozen=True)
class Done:
    """What a removal came to."""

    removal: Removal
    replaced: dict[str, str]
    """Old id of a dataset → new id; "" where nothing was left."""
    left: Left


def is_own_row(removal: Removal, manifest: Manifest, row: Row) -> bool:
    """Whether a row is to go."""
    if removal.subject:
        return is_of(row, removal.subject)
    return has_expired(row, removal.now) or taken_at(manifest, row) < removal.oldest


def is_own_record(removal: Removal, record: Record) -> bool:
    """Whether a line of feedback is to go."""
    if removal.subject:
        return is_of(record.row(), removal.subject)
    is_expired = record.expires is not None and record.expires.timestamp() <= removal.now
    return is_expired or record.when.timestamp() < removal.oldest


def check_runs(workspace: Workspace, removal: Removal) -> None:
    """Raises InputError while a run that is concerned is going on: its worker writes what would be mended."""
    for name in removal.runs:
        paths = RunPaths(workspace.runs / name)
        with contextlib.suppress(NotFoundError):
            if not look(paths).is_over or is_locked(paths.lock):
                raise InputError(
                    f"the run {name} is going on and is trained on what is to be removed",
                    fix=f"stop it first: `engine runs stop {name}`",
                )


def carry_out(workspace: Workspace, removal: Removal) -> Done:
    """Remove everything, search every file for what is left, write the audit line. Raises InputError, WorkError."""
    check_runs(workspace, removal)
    traces = Traces(removal)
    mender = Mender(traces)
    for name in removal.datasets:
        with contextlib.suppress(NotFoundError):
            dataset = open_dataset(workspace, name)
            if dataset.id == name:
                without(
                    workspace,
                    dataset,
                    mender,
                    lambda manifest, row: is_own_row(removal, manifest, row),
                    removal.names,
                )
        remove_leftovers(workspace.datasets, name)
    remove_orphans(workspace.datasets)
    for feedback in feedback_within(workspace, removal):
        take_out(feedback, mender, lambda record: is_own_record(removal, record), removal.names)
    for path in corrections_within(workspace, removal):
        take_out_corrections(path, removal, mender)
        remove_leftovers(path.parent, path.name)
    for root, is_of_the_run in _trees(workspace, removal):
        if is_of_the_run or not is_locked(RunPaths(root).lock):
            with _held(root, is_run=root.parent == workspace.runs):
                mend_tree(root, Kept(traces, mender, is_of_the_run))
    for home in models_within(workspace, removal):
        with mending(home, removal) as parts:
            for root, is_of_the_run in parts:
                mend_tree(root, Kept(traces, mender, is_of_the_run))
    forget_described(workspace, removal)
    for name in removal.datasets:
        carry_over(workspace, name)
    left = search(workspace, removal)
    replaced = {name: replacement_of(workspace.datasets, name) or "" for name in removal.datasets}
    write_audit(journal.privacy_folder(workspace), removal, replaced, len(left.traces))
    journal.end(workspace, removal)
    return Done(removal, replaced, left)


def search(workspace: Workspace, removal: Removal) -> Left:
    """What every file that is concerned still holds."""
    traces = Traces(removal)
    found: list[str] = []
    mentions: list[str] = []
    roots = [root for root, _ in _trees(workspace, removal)]
    roots += [home.root for home in models_within(workspace, removal)]
    if removal.profile is None:
        roots += [workspace.datasets, workspace.root / FEEDBACK]
    else:
        roots += [workspace.datasets / name for name in removal.datasets]
        roots += [feedback.folder for feedback in feedback_within(workspace, removal)]
        roots += corrections_within(workspace, removal)
    for root in roots:
        for path in files_below(root) if root.exists() else ():
            what = _what(path, workspace.root, traces)
            if what == "the name":
                mentions.append(str(path))
            elif what is not None:
                found.append(f"{path}: {what}")
    return Left(tuple(found), tuple(mentions))


def _what(path: Path, root: Path, traces: Traces) -> str | None:
    where = path.relative_to(root).as_posix()
    if traces.has_hash(where.encode()):
        return "a name that is the hash of a picture"
    try:
        return traces.in_file(path) or ("the name" if traces.has_name(where.encode()) else None)
    except OSError:
        return None


def _trees(workspace: Workspace, removal: Removal) -> Iterator[tuple[Path, bool]]:
    """Directories and files to look through, and whether each belongs to a training on what is removed."""
    trained = set(removal.runs)
    for paths, spec in specs_of(workspace):
        if paths.id in trained or removal.is_within(spec.profile, spec.model):
            yield paths.root, paths.id in trained
    for name in removal.datasets:
        folder = curation_of(workspace, name)
        if folder.is_dir():
            yield folder, True
    if removal.profile is not None:
        return
    own = {workspace.datasets, workspace.models, workspace.root / FEEDBACK, journal.privacy_folder(workspace)}
    listed = {workspace.runs / paths.id for paths, _ in specs_of(workspace)}
    listed |= {curation_of(workspace, name) for name in removal.datasets}
    for path in sorted(workspace.root.iterdir()) if workspace.root.is_dir() else ():
        if path in own:
            continue
        inner = sorted(path.iterdir()) if path.is_dir() else [path]
        for root in inner:
            if root not in listed and not root.is_symlink():
                yield root, False


def models_within(workspace: Workspace, removal: Removal) -> list[ModelHome]:
    """Models of the registry that are concerned."""
    return [home for home in models(workspace) if removal.is_within(home.profile, home.model)]


@contextlib.contextmanager
def _held(root: Path, *, is_run: bool) -> Iterator[None]:
    """Hold a run's lock, so that nobody resumes it meanwhile."""
    lock = RunPaths(root).lock
    if not is_run or not lock.exists():
        yield
        return
    fd = lock_for_good(lock)
    if fd is None:
        raise InputError(f"the run {root.name} is going on", fix=f"stop it first: `engine runs stop {root.name}`")
    try:
        yield
    finally:
        os.close(fd)
