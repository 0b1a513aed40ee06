"""Brings public sets into the workspace: downloads what is missing, checks it, imports it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine import labelled_pictures
from engine.datasets.importers import ImportSummary, import_dataset
from engine.datasets.store import Dataset
from engine.errors import DataError, InputError, WorkError
from engine.network.client import Client, Rules
from engine.network.deadline import Unreachable
from engine.public_data.archives import UnpackLimits, archive_kind, unpack
from engine.public_data.download import Patience, check_file, download
from engine.public_data.sets import PROVENANCE, Wanted, provenance
from engine.workspace import Workspace

UNPACKED = "unpacked"
TAKES_FOLDERS = {"object-detection", *labelled_pictures.TASKS}
"""Tasks whose importers read folders; the others read files."""


@dataclass(frozen=True)
class FetchLimits:
    """Whom is fetched from, how long it may take, and how much may be unpacked."""

    rules: Rules = field(default_factory=Rules)
    patience: Patience = field(default_factory=Patience)
    unpack: UnpackLimits = field(default_factory=UnpackLimits)


@dataclass(frozen=True)
class Fetched:
    """A public set that is there."""

    profile: str
    model: str
    name: str
    licence: str
    file: Path
    sha256: str
    """As it was seen; of a set imported earlier, as it was then."""
    dataset: str
    downloaded_bytes: int = 0
    imported: bool = False
    """Whether the dataset was imported now."""
    summary: ImportSummary | None = None


@dataclass(frozen=True)
class Watcher:
    """Is told what happens."""

    progress: Callable[[Wanted, int], None] = lambda wanted, there: None
    say: Callable[[str], None] = lambda text: None


def fetch_sets(
    workspace: Workspace, wanted: Sequence[Wanted], limits: FetchLimits | None = None, watcher: Watcher | None = None
) -> list[Fetched]:
    """Bring sets in order. What was brought before an error stays, and is not brought again.

    Raises InputError for what is not what the profile names, WorkError where the network or the disk failed.
    """
    limits = limits or FetchLimits()
    client = Client(limits.rules)
    return [_fetch(workspace, one, client, limits, watcher or Watcher()) for one in wanted]


def _fetch(workspace: Workspace, wanted: Wanted, client: Client, limits: FetchLimits, watcher: Watcher) -> Fetched:
    if wanted.dataset is not None:
        return _fetched(wanted, wanted.dataset, wanted.dataset.manifest.notes[PROVENANCE]["sha256"])
    received = 0
    if not wanted.file.exists():
        received = _download(wanted, client, limits.patience, watcher)
    try:
        digest = check_file(wanted.file, wanted.about)
    except DataError as problem:
        raise DataError(problem.what, where=str(wanted.file), fix=f"remove it, {wanted.by_hand}") from problem
    if wanted.about.sha256 is None:
        watcher.say(f"{wanted.about.file} has the SHA-256 {digest}; the profile names none to compare it with")
    with _alone_with(wanted.file):
        dataset, summary = _import(workspace, wanted, digest, limits.unpack, watcher)
    return _fetched(wanted, dataset, digest, received, summary)


def _download(wanted: Wanted, client: Client, patience: Patience, watcher: Watcher) -> int:
    about, where = wanted.about, f"public set {wanted.about.name}"
    if about.url is None:
        raise InputError("it is to be downloaded by hand", where=where, fix=wanted.by_hand)
    try:
        return download(about, wanted.file, client, patience, lambda there: watcher.progress(wanted, there))
    except Unreachable as problem:
        fix = f"run this again later, or {wanted.by_hand}"
        raise WorkError(f"it cannot be downloaded now: {problem.what}", where=where, fix=fix) from problem
    except DataError as problem:
        fix = f"{problem.fix}, or {wanted.by_hand}" if problem.fix else wanted.by_hand
        raise DataError(problem.what, where=where, fix=fix) from problem


def _import(
    workspace: Workspace, wanted: Wanted, digest: str, limits: UnpackLimits, watcher: Watcher
) -> tuple[Dataset, ImportSummary]:
    about, folder = wanted.about, wanted.file.parent / UNPACKED
    packed = archive_kind(about.file) is not None
    shutil.rmtree(folder, ignore_errors=True)
    if packed:
        watcher.say(f"unpacking {about.file}")
        try:
            unpack(wanted.file, folder, limits)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    watcher.say(f"importing {about.name}")
    imported = import_dataset(
        workspace,
        profile=wanted.profile,
        model=wanted.model,
        task=wanted.task,
        sources=_sources(wanted, folder if packed else None),
        format=about.format,
        skip_bad=about.skip_bad,
        encoding=about.encoding,
        notes={PROVENANCE: provenance(about, digest)},
        encrypt=wanted.encrypt,
    )
    shutil.rmtree(folder, ignore_errors=True)
    return imported


def _sources(wanted: Wanted, unpacked: Path | None) -> list[str]:
    """What is imported: the paths that the profile names, else the one file, else the one folder."""
    base = _descended(unpacked) if unpacked is not None else wanted.file.parent
    if wanted.about.sources:
        return [_located(source, base) for source in wanted.about.sources]
    if unpacked is None:
        return [str(wanted.file)]
    if wanted.task in TAKES_FOLDERS:
        return [str(base)]
    files = [path for path in base.iterdir() if path.is_file() and not path.name.startswith(".")]
    if len(files) != 1:
        raise DataError(
            f"the archive holds {len(files)} files at its top",
            where=str(wanted.file),
            fix=f"name those to import in the profile: `sources: [train=PATH]` of {wanted.about.name}",
        )
    return [str(files[0])]


def _located(source: str, base: Path) -> str:
    split, equals, path = source.partition("=")
    return f"{split}={base / path}" if equals and "/" not in split else str(base / source)


def _descended(folder: Path) -> Path:
    """Inside the one folder that many archives hold everything in."""
    inside = list(folder.iterdir())
    return _descended(inside[0]) if len(inside) == 1 and inside[0].is_dir() else folder


def _fetched(
    wanted: Wanted, dataset: Dataset, digest: str, received: int = 0, summary: ImportSummary | None = None
) -> Fetched:
    return Fetched(
        profile=wanted.profile,
        model=wanted.model,
        name=wanted.about.name,
        licence=wanted.about.licence,
        file=wanted.file,
        sha256=digest,
        dataset=dataset.id,
        downloaded_bytes=received,
        imported=summary is not None,
        summary=summary,
    )


@contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    """One import of a file at a time: they would unpack into the same folder."""
    with file.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkError("another fetch is importing it", where=str(file), fix="wait for it") from None
        yield
