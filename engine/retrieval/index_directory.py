"""What lies on the disk for an index, and making it: a database of Chroma beside a file that says what it holds."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from engine.files import fsync_directory, fsync_file, write_json
from engine.linear_head import Vectors
from engine.retrieval.chroma import Asked, ChromaError, fill
from engine.retrieval.neighbours import NONE, Neighbours, exact_similarities, in_order, nearest_transformed
from engine.retrieval.references import References
from engine.retrieval.similarity import Similarity

COLLECTION = "ir_embeddings"
LEAST_RECALL = 0.99
RECALL_AT = 10
RECALL_SAMPLE = 500
JITTER = 0.1
"""How far queries that measure the recall lie from a reference, as a part of its length: no query is a reference."""
PROBES = 16
FORMAT = 1
FACTS, LOCK = "index.json", "lock"
_SLACK = 8
"""Neighbours that Chroma is asked for beyond k: they are put in order exactly, equal ones by position."""


class HnswSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The graph that Chroma searches (Malkov & Yashunin 2018). Among 100,000 vectors in 12 broad clusters Chroma's
    own defaults (16, 100, 100) find 0.974 of what an exact search finds, these 0.998 (`benchmarks/index.py`)."""

    max_neighbors: int = 16
    ef_construction: int = 200
    ef_search: int = 200


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an index says of itself."""

    finetop: int
    directory: str
    collection: str
    model: str
    """Fingerprint of the model whose embeddings it holds."""
    references: str
    similarity: str
    space: str
    hnsw: HnswSettings
    count: int
    recall: float
    """Part of what an exact search finds at `RECALL_AT`, by `RECALL_SAMPLE` queries; 1 for an empty index."""
    build_s: float
    files: dict[str, str]
    """Hashes of what Chroma loads with no check of its own."""


@dataclass(frozen=True, eq=False)
class Made:
    """An index as it ought to be."""

    directory: Path
    references: References
    similarity: Similarity
    vectors: Vectors
    collection: str
    hnsw: HnswSettings

    def open(self) -> tuple[Asked | None, Facts | None]:
        """What lies on the disk, if it is whole and the one that is wanted."""
        facts = read_facts(self.directory)
        if facts is None or not self._is_this(facts) or _hashes(self.directory / facts.directory) != facts.files:
            return None, None
        try:
            asked = Asked(self.directory / facts.directory, facts.collection)
        except ChromaError:
            return None, None
        try:
            if asked.count == len(self.vectors) and asked.metadata == _metadata(facts) and self._answers(asked):
                return asked, facts
        except ChromaError:
            pass
        asked.close()
        return None, None

    def build(self) -> Facts:
        """Aside; complete, measured and on the disk before `index.json` names it."""
        remove_all_but(self.directory, read_facts(self.directory))
        started, name = time.monotonic(), os.urandom(4).hex()
        facts = Facts(
            finetop=FORMAT,
            directory=name,
            collection=self.collection,
            model=self.references.model,
            references=self.references.fingerprint,
            similarity=self.similarity.fingerprint(),
            space=self.similarity.space,
            hnsw=self.hnsw,
            count=len(self.vectors),
            recall=1.0,
            build_s=0.0,
            files={},
        )
        database = self.directory / name
        database.mkdir()
        graph = msgspec.to_builtins(self.hnsw)
        fill(database, self.collection, self.vectors, self.similarity.space, hnsw=graph, metadata=_metadata(facts))
        seconds = time.monotonic() - started
        # Opened anew: what is measured is what was written.
        asked = Asked(database, self.collection)
        try:
            recall = self._recall(asked)
        finally:
            asked.close()
        for file in database.rglob("*"):
            (fsync_directory if file.is_dir() else fsync_file)(file)
        fsync_directory(database)
        facts = msgspec.structs.replace(facts, recall=recall, build_s=seconds, files=_hashes(database))
        write_json(self.directory / FACTS, facts)
        remove_all_but(self.directory, facts)
        return facts

    def _is_this(self, facts: Facts) -> bool:
        return (facts.model, facts.references, facts.similarity, facts.collection, facts.hnsw, facts.count) == (
            self.references.model,
            self.references.fingerprint,
            self.similarity.fingerprint(),
            self.collection,
            self.hnsw,
            len(self.vectors),
        )

    def _answers(self, asked: Asked) -> bool:
        """Whether some references find themselves, or what is equal to them."""
        if not len(self.vectors):
            return True
        probes = self.vectors[np.unique(np.linspace(0, len(self.vectors) - 1, PROBES).astype(int))]
        found = ask(asked, probes, self.vectors, 1, self.similarity)
        exact = nearest_transformed(probes, self.vectors, 1, self.similarity.space)
        return recall_at_k(found, exact) > 0.5

    def _recall(self, asked: Asked) -> float:
        if not len(self.vectors):
            return 1.0
        source = np.random.default_rng(0)
        chosen = self.vectors[source.choice(len(self.vectors), min(RECALL_SAMPLE, len(self.vectors)), replace=False)]
        lengths = np.linalg.norm(chosen, axis=1, keepdims=True) / np.sqrt(chosen.shape[1])
        queries = chosen + (JITTER * lengths * source.normal(size=chosen.shape)).astype(np.float32)
        if self.similarity.space == "cosine":
            queries /= np.maximum(np.linalg.norm(queries, axis=1, keepdims=True), 1e-12)
        exact = nearest_transformed(queries, self.vectors, RECALL_AT, self.similarity.space)
        try:
            return recall_at_k(ask(asked, queries, self.vectors, RECALL_AT, self.similarity), exact)
        except ChromaError:
            return 0.0


@contextlib.contextmanager
def alone(directory: Path) -> Iterator[None]:
    """The only one who looks, makes or removes; the kernel lets go when the process dies."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_facts(directory: Path) -> Facts | None:
    """What the index says of itself; None where there is none that can be read."""
    try:
        facts = msgspec.json.decode((directory / FACTS).read_bytes(), type=Facts)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return facts if facts.finetop == FORMAT and re.fullmatch(r"[0-9a-f]{8}", facts.directory) else None


def remove_all_but(directory: Path, facts: Facts | None) -> None:
    """What killed builds left, and what another index has replaced."""
    for entry in directory.iterdir():
        if re.fullmatch(r"[0-9a-f]{8}", entry.name) and (facts is None or entry.name != facts.directory):
            shutil.rmtree(entry, ignore_errors=True)


def ask(asked: Asked, queries: Vectors, vectors: Vectors, k: int, similarity: Similarity) -> Neighbours:
    """What Chroma finds, with exact similarities and in their order. Raises ChromaError."""
    found = asked.positions(queries, min(len(vectors), k + _SLACK))
    nearest = in_order(found, exact_similarities(queries, vectors, found, similarity.space), k)
    missing = k - nearest.positions.shape[1]
    if missing <= 0:
        return nearest
    return Neighbours(
        np.pad(nearest.positions, ((0, 0), (0, missing)), constant_values=NONE),
        np.pad(nearest.similarities, ((0, 0), (0, missing)), constant_values=-np.inf),
    )


def recall_at_k(found: Neighbours, exact: Neighbours) -> float:
    """Part of the nearest that was found, any of equally near ones counting; 1 where there is none to be found.
    Source: the recall of ann-benchmarks (Aumüller, Bernhardsson & Faithfull 2020)."""
    there = exact.positions != NONE
    farthest = np.where(there, exact.similarities, np.inf).min(axis=1, initial=np.inf)
    hits = (found.positions != NONE) & (found.similarities >= farthest[:, None])
    wanted = there.sum()
    return float(np.minimum(hits.sum(axis=1), there.sum(axis=1)).sum() / wanted) if wanted else 1.0


def _metadata(facts: Facts) -> dict[str, Any]:
    """What the collection says of itself to whoever opens it with Chroma alone."""
    return {
        "model": facts.model,
        "references": facts.references,
        "similarity": facts.similarity,
        "space": facts.space,
        "count": facts.count,
    }


def _hashes(database: Path) -> dict[str, str]:
    """Of the graph's files, which Chroma loads as they are: a torn one can end the process. SQLite checks its own."""
    hashes = {}
    for file in sorted(database.glob("*/*")):
        with file.open("rb") as content:
            hashes[str(file.relative_to(database))] = hashlib.file_digest(content, "blake2b").hexdigest()[:32]
    return hashes
