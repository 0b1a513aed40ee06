"""What a workspace holds of a subject, or of what is too old. Reads only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from engine.datasets.files import FOLDER, NAME_LENGTH
from engine.datasets.store import Dataset, Manifest, Row, list_datasets
from engine.errors import InputError
from engine.feedback.records import Record
from engine.feedback.store import Feedback, list_feedback, read_feedback
from engine.privacy.corrections import corrections_within, own_corrections
from engine.privacy.removal import HEAD_BYTES, Gone, Removal
from engine.privacy.sealing import read_bytes
from engine.privacy.traces import Traces
from engine.privacy.versions import damaged_in, versions_trained_on
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.store import list_runs
from engine.workspace import Workspace

IsOwnRow = Callable[[Manifest, Row], bool]
IsOwnRecord = Callable[[Record], bool]


@dataclass
class Survey:
    """What was found on the way."""

    own: dict[str, Path] = field(default_factory=dict)
    """Name of a picture → a file of it."""
    of_others: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    datasets: list[str] = field(default_factory=list)
    rows: int = 0
    lines: int = 0
    received: set[str] = field(default_factory=set)


def survey(workspace: Workspace, wanted: Removal, is_own: IsOwnRow, is_own_record: IsOwnRecord) -> Removal:
    """The removal with everything that it concerns. Raises DataError for a dataset that cannot be read."""
    found = Survey()
    for dataset in datasets_within(workspace, wanted):
        _look_at_dataset(dataset, is_own, found)
    for feedback in feedback_within(workspace, wanted):
        _look_at_feedback(feedback, is_own_record, found)
    found.lines += sum(own_corrections(path, wanted) for path in corrections_within(workspace, wanted))
    shared = found.own.keys() & found.of_others
    gone = [_gone(name, path) for name, path in sorted(found.own.items()) if name not in shared]
    known = {picture.sha256 for picture in gone}
    runs = trained_on(workspace, found.datasets)
    versions = versions_trained_on(workspace, found.datasets, runs)
    named = Traces(Removal(id="", reason="", subject=wanted.subject)) if wanted.subject else None
    return Removal(
        id=wanted.id,
        reason=wanted.reason,
        subject=wanted.subject,
        profile=wanted.profile,
        model=wanted.model,
        others=sorted(label for label in found.labels - {wanted.subject} if named and named.says_name(label)),
        pictures=gone,
        received=sorted(found.received - known),
        shared=sorted(shared),
        datasets=found.datasets,
        rows=found.rows,
        lines=found.lines,
        runs=runs,
        versions=[version.name for version in versions],
        damaged=damaged_in(versions),
        now=wanted.now,
        oldest=wanted.oldest,
    )


def datasets_within(workspace: Workspace, wanted: Removal) -> Iterator[Dataset]:
    """Datasets that are concerned."""
    for dataset in list_datasets(workspace):
        if wanted.is_within(dataset.manifest.profile, dataset.manifest.model):
            yield dataset


def feedback_within(workspace: Workspace, wanted: Removal) -> Iterator[Feedback]:
    """Feedback that is concerned."""
    for about in list_feedback(workspace):
        if wanted.is_within(about.profile, about.model):
            yield read_feedback(workspace, about.profile, about.model)


def trained_on(workspace: Workspace, datasets: Iterable[str]) -> list[str]:
    """Runs that were trained on one of the datasets, or went on from such a run; oldest first."""
    wanted, found = set(datasets), dict[str, RunPaths]()
    for paths, spec in specs_of(workspace):
        bases = [spec.continues.run] if spec.continues is not None else []
        base = spec.config.get("base")
        if isinstance(base, str) and "/" in base:
            bases += PurePosixPath(base).parts
        if spec.dataset in wanted or any(one in found for one in bases):
            found[paths.id] = paths
    return list(found)


def specs_of(workspace: Workspace) -> Iterator[tuple[RunPaths, RunSpec]]:
    """Every run that can be read, oldest first."""
    for paths in reversed(list_runs(workspace)):
        try:
            yield paths, RunSpec.read(paths.spec)
        except InputError:
            continue


def own_images(feedback: Feedback, is_own_record: IsOwnRecord) -> set[str]:
    """SHA-256 of the images whose newest judgement says that they are the subject's."""
    return {record.sha256 for record in feedback.newest() if is_own_record(record)}


def _look_at_dataset(dataset: Dataset, is_own: IsOwnRow, found: Survey) -> None:
    own = 0
    for split in dataset.splits:
        for row in dataset.iterate(split):
            name = picture_of(row)
            if isinstance(row.get("label"), str):
                found.labels.add(row["label"])
            if is_own(dataset.manifest, row):
                own += 1
                if name:
                    found.own.setdefault(name, dataset.path / FOLDER / name)
            elif name:
                found.of_others.add(name)
    if own:
        found.datasets.append(dataset.id)
        found.rows += own


def _look_at_feedback(feedback: Feedback, is_own_record: IsOwnRecord, found: Survey) -> None:
    own = own_images(feedback, is_own_record)
    for record in feedback.records:
        name = PurePosixPath(record.image).name
        found.labels.update(feedback.form.labels_of(record.row()))
        if record.sha256 in own:
            found.own.setdefault(name, feedback.folder / record.image)
            found.received.add(record.sha256)
        found.lines += record.sha256 in own or is_own_record(record)
    found.of_others.update(
        PurePosixPath(record.image).name for record in feedback.newest() if record.sha256 not in own
    )


def picture_of(row: Row) -> str:
    """Name of the picture in `files/` that a row shows; empty where it shows none."""
    image = row.get("image")
    folder, _, name = image.rpartition("/") if isinstance(image, str) else ("", "", "")
    return name if folder == FOLDER else ""


def _gone(name: str, path: Path) -> Gone:
    try:
        content = read_bytes(path)
    except (OSError, InputError):  # gone already, or sealed with a key that is not here: its name says the hash
        return Gone(name=name, sha256=name[:NAME_LENGTH], size=0, head=b"")
    return Gone(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content), head=content[:HEAD_BYTES])
