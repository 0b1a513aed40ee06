"""How alike two embeddings are, as a value that is stored with the model.

Every kind is a transform of the vectors followed by cosine, l2 or inner product, so that an index which knows these
three only can hold the transformed vectors.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.files import atomic_file, read_json, write_json
from engine.linear_head import Vectors

Kind = Literal["cosine", "centred", "l2", "ip", "diagonal", "whitened", "whitened-cosine"]
Space = Literal["cosine", "l2", "ip"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The simplest first."""
_SPACES: dict[Kind, Space] = {
    "cosine": "cosine",
    "centred": "cosine",
    "l2": "l2",
    "ip": "ip",
    "diagonal": "l2",
    "whitened": "l2",
    "whitened-cosine": "cosine",
}
JSON, ARRAYS = "similarity.json", "similarity.safetensors"
SMALLEST_NORM = 1e-12


@dataclass(frozen=True, eq=False)
class Similarity:
    """`cosine`, `l2` and `ip` compare vectors as they are. `centred` is cosine after the mean of the training
    vectors is taken away. `diagonal` and `whitened` are distances between normalised vectors, with a weight for each
    dimension or in the space in which a class is round (Mahalanobis). `whitened-cosine` is the cosine there, of
    centred vectors (within-class covariance normalisation: Hatch, Kajarekar & Stolcke 2006)."""

    kind: Kind = "cosine"
    mean: Vectors | None = None
    """(dimensions,), of `centred` and `whitened-cosine`: the mean of normalised training vectors."""
    scale: Vectors | None = None
    """(dimensions,), of `diagonal`: what each dimension is multiplied by, 0 or more."""
    matrix: Vectors | None = None
    """(dimensions, dimensions), of `whitened` and `whitened-cosine`: `vectors @ matrix`."""

    @property
    def space(self) -> Space:
        """How transformed vectors are compared."""
        return _SPACES[self.kind]

    def transform(self, vectors: Vectors) -> Vectors:
        """(vectors, dimensions): what an index of `space` holds, float32. Where the space is cosine, of length 1."""
        made = np.asarray(vectors, np.float32)
        if self.kind not in ("l2", "ip"):
            made = normalised(made)
        if self.mean is not None:
            made = made - self.mean
        if self.scale is not None:
            made = made * self.scale
        if self.matrix is not None:
            made = made @ self.matrix
        if self.space == "cosine":
            made = normalised(made)
        return np.ascontiguousarray(made, np.float32)

    def similarities(self, queries: Vectors, references: Vectors) -> Vectors:
        """(queries, references), higher is more alike: the cosine from -1 to 1, the inner product, or for distances
        1 / (1 + distance) from 0 to 1. All at once in memory: `neighbours.nearest` is for many."""
        left, right = self.transform(queries).astype(np.float64), self.transform(references).astype(np.float64)
        products = left @ right.T
        if self.space == "l2":
            squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None, :] - 2 * products
            return from_distances(squares, "l2")
        return from_distances(1 - products, self.space)

    def fingerprint(self) -> str:
        """Changes with anything that changes a similarity."""
        digest = hashlib.sha256(self.kind.encode())
        for name, array in self._arrays().items():
            digest.update(f"{name} {array.shape}".encode() + array.tobytes())
        return digest.hexdigest()

    def save(self, directory: Path) -> None:
        """Write `similarity.json`, and `similarity.safetensors` where the kind has arrays."""
        if arrays := self._arrays():
            from safetensors.numpy import save_file

            with atomic_file(directory / ARRAYS) as file:
                save_file(arrays, file)
        write_json(directory / JSON, {"kind": self.kind, "arrays": sorted(arrays)})

    def _arrays(self) -> dict[str, Vectors]:
        named = {"mean": self.mean, "scale": self.scale, "matrix": self.matrix}
        return {name: np.ascontiguousarray(value, np.float32) for name, value in named.items() if value is not None}


_WANTED: dict[Kind, list[str]] = {
    "centred": ["mean"],
    "diagonal": ["scale"],
    "whitened": ["matrix"],
    "whitened-cosine": ["matrix", "mean"],
}


def saved_similarity(directory: Path, dimensions: int) -> Similarity:
    """What `save` wrote, for vectors of so many dimensions. Raises InputError where it is missing, torn or made for
    other vectors."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        facts = read_json(directory / JSON)
        kind = facts.get("kind")
        if kind not in KINDS:
            raise ValueError(f"the kind {str(kind)[:40]!r} is unknown")
        arrays = load_file(directory / ARRAYS) if kind in _WANTED else {}
        if sorted(arrays) != _WANTED.get(kind, []):
            raise ValueError(f"{ARRAYS} does not belong to the kind {kind}")
        for name, array in arrays.items():
            shape = (dimensions,) * (2 if name == "matrix" else 1)
            if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
                raise ValueError(f"`{name}` is not {' × '.join(map(str, shape))} finite numbers")
        return Similarity(kind, **arrays)
    except (OSError, ValueError, SafetensorError) as problem:
        raise InputError(
            f"the similarity of the model cannot be read ({problem})",
            where=str(directory),
            fix="train it again, or with the preset calibrate-only",
        ) from problem


def normalised(vectors: Vectors) -> Vectors:
    """Of length 1, row by row; a vector of nothing but zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Vectors = (vectors / np.maximum(lengths, SMALLEST_NORM)).astype(np.float32)
    return made


def from_distances(distances: NDArray[np.floating], space: Space) -> Vectors:
    """Similarities of distances as Chroma gives them: 1 - cosine, the *square* of the distance, or 1 - inner product
    (hnswlib's `cosine`, `l2` and `ip`)."""
    found = np.asarray(distances, np.float64)
    if space == "l2":
        # Rounding leaves squares a little below zero.
        return (1 / (1 + np.sqrt(np.maximum(found, 0)))).astype(np.float32)
    if space == "cosine":
        return np.clip(1 - found, -1, 1).astype(np.float32)
    return (1 - found).astype(np.float32)
