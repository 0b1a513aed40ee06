"""A collection of ChromaDB in a directory: made in one go, then only asked. Nothing of it goes over a network."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.linear_head import Numbers, Vectors
from engine.retrieval.neighbours import NONE
from engine.retrieval.similarity import Space

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

ASKED_AT_ONCE = 512
"""Queries of one call: bounds what its answer holds in memory."""

SYNC_EVERY = 1000
"""Vectors after which Chroma writes its graph, its own default: what is not written is inserted again by each
opening, 13 s for 20,000 vectors."""


class ChromaError(Exception):
    """Whatever ChromaDB raised: its own exceptions, SQLite's, and panics of its Rust half."""


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Raise ChromaError for whatever comes out of ChromaDB but an interruption."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, ChromaError):
        raise
    except BaseException as problem:  # a panic of the Rust half is no Exception
        raise ChromaError(f"{type(problem).__name__}: {str(problem)[:200]}") from problem


def connect(directory: Path) -> Client:
    """A client of the database in a directory; `close()` lets go of it.

    Telemetry is off, as is OpenTelemetry, and neither the environment nor a file `.env` in the working directory is
    asked, which Chroma's settings otherwise read: they could name a server.
    """
    import chromadb
    from chromadb.config import Settings

    logging.getLogger("chromadb").setLevel(logging.ERROR)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        anonymized_telemetry=False,
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        chroma_otel_collection_endpoint="",
        chroma_otel_granularity=None,
        chroma_server_host=None,
        chroma_server_http_port=None,
    )
    with told():
        client: Client = chromadb.PersistentClient(str(directory), settings=settings)  # type: ignore[assignment]
        return client


def fill(
    directory: Path,
    name: str,
    vectors: Vectors,
    space: Space,
    *,
    hnsw: Mapping[str, int],
    metadata: Mapping[str, Any],
) -> None:
    """Make a collection of all vectors, whose ids are their positions, and let go of it. Raises ChromaError."""
    # A graph that was never written is begun anew by each opening, which changes its files.
    synced = max(2, min(SYNC_EVERY, len(vectors)))
    client = connect(directory)
    try:
        with told():
            collection = client.create_collection(
                name,
                # None, or it looks for a model of its own to embed texts with.
                embedding_function=None,
                configuration={"hnsw": {"space": space, "sync_threshold": synced, **hnsw}},  # type: ignore[arg-type]
                metadata=dict(metadata),
            )
            most = client.get_max_batch_size()
            for start in range(0, len(vectors), most):
                batch = vectors[start : start + most]
                collection.upsert(ids=[str(start + at) for at in range(len(batch))], embeddings=batch)
    finally:
        client.close()


class Asked:
    """An open collection. It may be asked by several threads."""

    def __init__(self, directory: Path, name: str) -> None:
        """Raises ChromaError where there is none."""
        self._client = connect(directory)
        try:
            with told():
                self._collection: Collection = self._client.get_collection(name, embedding_function=None)
                self.count = self._collection.count()
                self.metadata: dict[str, Any] = dict(self._collection.metadata or {})
        except ChromaError:
            self._client.close()
            raise

    def positions(self, vectors: Vectors, k: int) -> Numbers:
        """(queries, k): which vectors it takes for the nearest. Raises ChromaError, also for an answer
        that names others."""
        found = np.full((len(vectors), k), NONE, np.int64)
        for start in range(0, len(vectors), ASKED_AT_ONCE):
            with told():
                answer = self._collection.query(
                    query_embeddings=vectors[start : start + ASKED_AT_ONCE], n_results=k, include=["distances"]
                )
                for row, ids in enumerate(answer["ids"], start):
                    found[row, : len(ids)] = [int(one) for one in ids]
        if found.max(initial=NONE) >= self.count or found.min(initial=0) < NONE:
            raise ChromaError("it names vectors that it was not given")
        return found

    def close(self) -> None:
        self._client.close()
