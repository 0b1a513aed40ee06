"""The reference set of a model on disk: vectors, labels, names of pictures, groups. The index is made from it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np

from engine.errors import InputError
from engine.files import atomic_directory, write_json
from engine.linear_head import Numbers, Vectors
from engine.retrieval.votes import numbered

FACTS, VECTORS = "references.json", "vectors.safetensors"
FORMAT = 1


class _Facts(msgspec.Struct, frozen=True):
    finetop: int
    model: str
    fingerprint: str
    labels: list[str]
    images: list[str]
    groups: list[str | None]


@dataclass(frozen=True, eq=False)
class References:
    """Embedded reference pictures, in the order of their vectors."""

    vectors: Vectors
    """(references, dimensions), as the model gives them: before any similarity transforms them."""
    labels: list[str]
    images: list[str]
    """Names of the pictures, as datasets name them."""
    groups: list[str | None]
    model: str
    """Fingerprint of the model that made the vectors."""

    def __post_init__(self) -> None:
        counts = {len(self.vectors), len(self.labels), len(self.images), len(self.groups)}
        if self.vectors.ndim != 2 or len(counts) != 1:
            raise ValueError("references need a label, a picture and a group for each vector")
        if not np.isfinite(self.vectors).all():
            raise ValueError("a vector is not finite")

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def names(self) -> list[str]:
        """The labels that there are, in order: what numbers stand for."""
        return numbered(self.labels)[0]

    @cached_property
    def numbers(self) -> Numbers:
        """(references,): the number of each label."""
        return numbered(self.labels)[1]

    @cached_property
    def fingerprint(self) -> str:
        """sha256 of the vectors, what is said of them and the model's fingerprint."""
        digest = hashlib.sha256(msgspec.json.encode([self.model, self.labels, self.images, self.groups]))
        digest.update(str(self.vectors.shape).encode() + np.ascontiguousarray(self.vectors, "<f4").tobytes())
        return digest.hexdigest()

    def without(
        self, *, labels: Collection[str] = (), groups: Collection[str] = (), images: Collection[str] = ()
    ) -> References:
        """The others: all that have one of these labels, groups or names of pictures are gone."""
        kept = [
            at
            for at, (label, group, image) in enumerate(zip(self.labels, self.groups, self.images, strict=True))
            if label not in labels and group not in groups and image not in images
        ]
        return References(
            self.vectors[kept],
            [self.labels[at] for at in kept],
            [self.images[at] for at in kept],
            [self.groups[at] for at in kept],
            self.model,
        )

    def save(self, directory: Path) -> None:
        """Write it as a directory, complete or not at all; what lay there goes."""
        from safetensors.numpy import save_file

        facts = _Facts(FORMAT, self.model, self.fingerprint, self.labels, self.images, self.groups)
        with atomic_directory(directory) as staging:
            save_file({"vectors": np.ascontiguousarray(self.vectors, np.float32)}, staging / VECTORS)
            write_json(staging / FACTS, facts)


def saved_references(directory: Path) -> References:
    """What `References.save` wrote. Raises InputError where it is missing, torn or not what was written."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        facts = msgspec.json.decode((directory / FACTS).read_bytes(), type=_Facts)
        if facts.finetop != FORMAT:
            raise ValueError(f"format {facts.finetop} is not known")
        vectors = load_file(directory / VECTORS).get("vectors")
        if vectors is None or vectors.dtype != np.float32:
            raise ValueError(f"{VECTORS} holds no vectors")
        found = References(vectors, facts.labels, facts.images, facts.groups, facts.model)
        if found.fingerprint != facts.fingerprint:
            raise ValueError("vectors and labels do not belong together")
        return found
    except (OSError, ValueError, SafetensorError, msgspec.MsgspecError) as problem:
        raise InputError(
            f"the references of the model cannot be read ({problem})",
            where=str(directory),
            fix="train the model again, or restore the directory",
        ) from problem
