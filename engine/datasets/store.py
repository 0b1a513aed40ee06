"""A dataset is an immutable directory: `train.jsonl`, `validation.jsonl`, `test.jsonl`, `manifest.json`.

Its name ends in the hash of its content, so the same examples are stored once.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import DataError, NotFoundError
from engine.files import aside, fsync_directory, read_json, write_json
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
        path = self.path / f"{split}.jsonl"
        if split not in self.manifest.counts:
            raise DataError(
                f"the dataset has no split {split!r}",
                where=str(self.path),
                fix=f"use one of {', '.join(self.splits)}",
            )
        decoder = msgspec.json.Decoder(dict)
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield decoder.decode(line)
                except msgspec.DecodeError as problem:
                    raise DataError(
                        f"not a JSON object ({problem})",
                        where=f"{path}:{number}",
                        fix="make the dataset anew",
                    ) from problem


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
) -> Dataset:
    """Store `splits`; returns the one already there when the content is the same."""
    encoded = {name: _encode(rows) for name, rows in splits.items()}
    digest = hashlib.sha256()
    for name in sorted(encoded):
        digest.update(f"{task}\0{name}\0{len(encoded[name])}\0".encode())
        digest.update(encoded[name])
    identity = f"{profile}-{model}-{digest.hexdigest()[:10]}"
    final = workspace.datasets / identity
    if (final / MANIFEST).exists():
        return open_dataset(workspace, identity)
    manifest = Manifest(
        id=identity,
        task=task,
        profile=profile,
        model=model,
        content_sha256=digest.hexdigest(),
        created=time.time(),
        counts={name: len(rows) for name, rows in splits.items()},
        classes=classes,
        source=source,
        recipe_sha256=recipe_sha256,
        seed=seed,
        origins=origins or [],
        notes=notes or {},
    )
    workspace.datasets.mkdir(parents=True, exist_ok=True)
    staging = aside(final)
    try:
        staging.mkdir()
        for name, content in encoded.items():
            (staging / f"{name}.jsonl").write_bytes(content)
        write_json(staging / MANIFEST, manifest)
        staging.rename(final)
        fsync_directory(workspace.datasets)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return open_dataset(workspace, identity)


def open_dataset(workspace: Workspace, name: str) -> Dataset:
    """The dataset called `name` (id, unique prefix, or path)."""
    path = Path(name) if Path(name).is_absolute() else workspace.datasets / name
    if not (path / MANIFEST).exists():
        matches = [p for p in sorted(workspace.datasets.glob(f"{name}*")) if (p / MANIFEST).exists()]
        if len(matches) != 1:
            problem = "no dataset" if not matches else f"{len(matches)} datasets begin with"
            raise NotFoundError(f"{problem} {name!r} in {workspace.datasets}", fix="`engine data list` shows them")
        path = matches[0]
    return Dataset(path, msgspec.convert(read_json(path / MANIFEST), Manifest))


def list_datasets(workspace: Workspace) -> list[Dataset]:
    """Every complete dataset, oldest first."""
    found = [
        Dataset(path.parent, msgspec.convert(read_json(path), Manifest))
        for path in workspace.datasets.glob(f"[!.]*/{MANIFEST}")
    ]
    return sorted(found, key=lambda dataset: dataset.manifest.created)


def _encode(rows: Sequence[Row]) -> bytes:
    encoder = msgspec.json.Encoder()
    return b"".join(encoder.encode(row) + b"\n" for row in rows)
