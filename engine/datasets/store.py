"""A dataset is an immutable directory: `train.jsonl`, `validation.jsonl`, `test.jsonl`, `manifest.json`.

Its name ends in the hash of its content, so the same examples are stored once. Rows of pictures name them as
`files/NAME`: they lie beside the rows, NAME being the hash of the file's content.
"""

from __future__ import annotations

import glob
import hashlib
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.datasets.files import FOLDER, are_there, named_in, write_files
from engine.datasets.progress import Told, untold
from engine.datasets.replaced import replacement_of
from engine.errors import DataError, NotFoundError
from engine.files import aside, fsync_directory, read_json, write_durably, write_json
from engine.privacy.keys import the_key
from engine.workspace import Workspace

Row = dict[str, Any]
MANIFEST = "manifest.json"
FORMAT = 1


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a dataset says of itself."""

    finetop: int = FORMAT
    id: str
    task: str
    profile: str
    model: str
    content_sha256: str
    created: float
    counts: dict[str, int]
    """Rows per split."""
    classes: dict[str, dict[str, int]]
    """Split → class → examples."""
    source: str
    """`recipe`, `import` or `feedback`."""
    recipe_sha256: str = ""
    """Hash of recipe, seed and generator version, by which a training finds its dataset again."""
    seed: int | None = None
    origins: list[dict[str, Any]] = []
    """Imported files with size and SHA-256, or the recipe itself."""
    notes: dict[str, Any] = {}
    files: int = 0
    """How many files the rows name; 0 where the rows say all."""
    sealed: bool = False
    """Whether these files are encrypted at rest: read them with `engine.privacy.sealing.read_bytes`."""


@dataclass(frozen=True)
class Dataset:
    """A dataset on disk. Reading is lazy: opening one reads the manifest alone."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def splits(self) -> list[str]:
        return list(self.manifest.counts)

    def rows(self, split: str) -> list[Row]:
        """All rows of a split. Raises DataError naming file and line for a line that is not JSON."""
        return list(self.iterate(split))

    def iterate(self, split: str) -> Iterator[Row]:
        """The rows of a split one by one, without holding all of them."""
        if split not in self.manifest.counts:
            raise DataError(
                f"the dataset has no split {split!r}",
                where=str(self.path),
                fix=f"use one of {', '.join(self.splits)}",
            )
        path = self.path / f"{split}.jsonl"
        decoder = msgspec.json.Decoder(dict)
        number = 0
        try:
            with path.open("rb") as lines:
                for number, line in enumerate(lines, 1):  # noqa: B007 (counted for the message below)
                    yield decoder.decode(line)
        except (msgspec.DecodeError, OSError) as problem:
            raise DataError(
                f"not a JSON object ({problem})" if number else f"cannot be read ({problem})",
                where=f"{path}:{number}" if number else str(path),
                fix="remove the dataset and make it anew",
            ) from problem

    def is_intact(self) -> bool:
        """Whether the rows are those that the manifest's hash says, and no file that they name is gone or empty."""
        digest = hashlib.sha256()
        named: set[str] = set()
        try:
            for split in sorted(self.splits):
                content = (self.path / f"{split}.jsonl").read_bytes()
                _add(digest, self.manifest.task, split, content)
                named |= named_in(content) if self.manifest.files else set()
        except OSError:
            return False
        return digest.hexdigest() == self.manifest.content_sha256 and are_there(self.path / FOLDER, named)


def write_dataset(
    workspace: Workspace,
    *,
    task: str,
    profile: str,
    model: str,
    splits: Mapping[str, Sequence[Row]],
    classes: dict[str, dict[str, int]],
    source: str,
    recipe_sha256: str = "",
    seed: int | None = None,
    origins: list[dict[str, Any]] | None = None,
    notes: dict[str, Any] | None = None,
    files: Mapping[str, bytes | Path] | None = None,
    encrypt: bool = False,
    created: float | None = None,
    told: Told = untold,
) -> Dataset:
    """Store `splits`; returns the one already there when the content is the same and unharmed.

    `files` are what rows name as `files/NAME`, with the name that `content_name` gives; a file that no row
    names is left out. `encrypt` seals them with the key that FINETOP_KEY_FILE names. `created`: when the examples
    were stored first, where this is not now.
    """
    encoded = {name: _encode(rows) for name, rows in splits.items()}
    named: set[str] = set().union(*map(named_in, encoded.values())) if files else set()
    if files and not named <= files.keys():
        raise ValueError(f"rows name the file {min(named - files.keys())}, which was not given")
    digest = hashlib.sha256()
    for name in sorted(encoded):
        _add(digest, task, name, encoded[name])
    identity = f"{profile}-{model}-{digest.hexdigest()[:10]}"
    final = workspace.datasets / identity
    there = _at(final)
    if there is not None and there.is_intact() and (there.manifest.sealed or not (encrypt and named)):
        return there
    key = the_key() if encrypt and named else None
    manifest = Manifest(
        id=identity,
        task=task,
        profile=profile,
        model=model,
        content_sha256=digest.hexdigest(),
        created=time.time() if created is None else created,
        counts={name: len(rows) for name, rows in splits.items()},
        classes=classes,
        source=source,
        recipe_sha256=recipe_sha256,
        seed=seed,
        origins=origins or [],
        notes=notes or {},
        files=len(named),
        sealed=key is not None,
    )
    workspace.datasets.mkdir(parents=True, exist_ok=True)
    staging = aside(final)
    try:
        staging.mkdir()
        for name, content in encoded.items():
            write_durably(staging / f"{name}.jsonl", content)
        if files and named:
            write_files(staging / FOLDER, {name: files[name] for name in sorted(named)}, key, told)
        write_json(staging / MANIFEST, manifest)
        _put_in_place(staging, final, replace=there is not None)
        fsync_directory(workspace.datasets)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return open_dataset(workspace, identity)


def open_dataset(workspace: Workspace, name: str) -> Dataset:
    """The dataset called `name` (id, unique prefix, or path)."""
    if not name:
        raise NotFoundError("an empty dataset name", fix="`engine data list` shows the names")
    dataset = _at(Path(name) if Path(name).is_absolute() else workspace.datasets / name)
    if dataset is not None:
        return dataset
    replacement = replacement_of(workspace.datasets, name)
    if replacement:
        return open_dataset(workspace, replacement)
    if replacement == "":
        raise NotFoundError(
            f"nothing is left of the dataset {name!r}: whoever was in it was forgotten, or it was too old",
            fix="`engine data list` shows the others",
        )
    candidates = sorted(workspace.datasets.glob(f"{glob.escape(name)}*")) if "/" not in name else []
    matches = [found for path in candidates if (found := _at(path)) is not None]
    if len(matches) != 1:
        problem = "no dataset" if not matches else f"{len(matches)} datasets begin with"
        raise NotFoundError(f"{problem} {name!r} in {workspace.datasets}", fix="`engine data list` shows them")
    return matches[0]


def list_datasets(workspace: Workspace) -> list[Dataset]:
    """Every complete dataset, oldest first. A directory whose manifest cannot be read is left out."""
    found = [_at(path.parent) for path in workspace.datasets.glob(f"[!.]*/{MANIFEST}")]
    return sorted((dataset for dataset in found if dataset), key=lambda dataset: dataset.manifest.created)


def _at(path: Path) -> Dataset | None:
    try:
        return Dataset(path, msgspec.convert(read_json(path / MANIFEST), Manifest))
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def _put_in_place(staging: Path, final: Path, *, replace: bool) -> None:
    """Rename; what is there and is damaged, or to be replaced, is moved out of the way first."""
    try:
        staging.rename(final)
    except OSError:
        there = _at(final)
        if not replace and there is not None and there.is_intact():
            return  # another process stored the same examples at the same moment
        damaged = aside(final)
        final.rename(damaged)
        staging.rename(final)
        shutil.rmtree(damaged, ignore_errors=True)


def _add(digest: Any, task: str, split: str, content: bytes) -> None:
    digest.update(f"{task}\0{split}\0{len(content)}\0".encode())
    digest.update(content)


def _encode(rows: Iterable[Row]) -> bytes:
    encoder = msgspec.json.Encoder()
    return b"".join(encoder.encode(row) + b"\n" for row in rows)
