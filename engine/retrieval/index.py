"""The index of a model's references: a ChromaDB collection, which is a cache. What counts lies in `references`; where
the index is missing, torn or made of something else it is made anew, and where it finds too little, or fails, the
references are searched exactly.

    index/
      index.json   what it was made of, what it holds, its recall; names the directory below
      3f9a0c1e/    the database of Chroma
      lock         held while somebody looks whether it must be made, and makes it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from engine.errors import InputError
from engine.linear_head import Vectors
from engine.retrieval.chroma import Asked, ChromaError
from engine.retrieval.index_directory import (
    COLLECTION,
    FACTS,
    LEAST_RECALL,
    Facts,
    HnswSettings,
    Made,
    alone,
    ask,
    read_facts,
    remove_all_but,
)
from engine.retrieval.neighbours import Neighbours, nearest_transformed
from engine.retrieval.references import References
from engine.retrieval.similarity import Similarity

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]")


@dataclass(eq=False)
class Index:
    """An open index. `close()` lets go of it; it is a context manager, too."""

    references: References
    similarity: Similarity
    vectors: Vectors
    """The references as the similarity transforms them."""
    facts: Facts | None
    """None where no index could be written."""
    exact_below: float
    warnings: list[str]
    """What people should know, in sentences."""
    asked: Asked | None = None

    @property
    def searches_exactly(self) -> bool:
        """Whether answers come from an exact search: Chroma failed, or finds too little."""
        return self.asked is None

    def query(self, vectors: Vectors, k: int, *, exact: bool = False) -> Neighbours:
        """The `k` nearest references of vectors as the model gives them, with exact similarities. What Chroma finds,
        unless `exact`; where Chroma fails, an exact search, and a warning is added."""
        queries = self.similarity.transform(np.atleast_2d(vectors))
        if not exact and self.asked is not None and len(self.vectors):
            try:
                return ask(self.asked, queries, self.vectors, k, self.similarity)
            except ChromaError as problem:
                self._give_up(f"the index failed ({problem}): references are searched exactly")
        return nearest_transformed(queries, self.vectors, k, self.similarity.space)

    def close(self) -> None:
        if self.asked is not None:
            self.asked.close()
            self.asked = None

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _give_up(self, warning: str) -> None:
        self.warnings.append(warning)
        self.close()


def open_or_rebuild(
    directory: Path,
    references: References,
    similarity: Similarity,
    *,
    model: str,
    collection: str = COLLECTION,
    hnsw: HnswSettings | None = None,
    exact_below: float = LEAST_RECALL,
) -> Index:
    """The index of these references, made anew where it is missing, torn, or not made of them.

    `model` is the fingerprint of the model that embeds the queries: raises InputError where the references or the
    index hold embeddings of another, and for a name that Chroma does not take. Processes that open at once wait for
    the one that builds. Where the index cannot be written, or its recall is below `exact_below`, references are
    searched exactly, and a warning says so.
    """
    _check_model(references.model, model, "references")
    _check_name(collection)
    found = read_facts(directory)
    if found is not None:
        _check_model(found.model, model, str(directory))
    wanted = hnsw or HnswSettings()
    made = Made(directory, references, similarity, similarity.transform(references.vectors), collection, wanted)
    try:
        with alone(directory):
            opened, facts = made.open()
            if opened is None or facts is None:
                made.build()
                opened, facts = made.open()
    except (OSError, ChromaError) as problem:
        opened, facts = None, None
        reason = f"no index could be made ({problem})"
    else:
        reason = "an index that was just made cannot be read"
    warnings = [] if opened else [f"{reason}: references are searched exactly"]
    index = Index(references, similarity, made.vectors, facts, exact_below, warnings, opened)
    if facts is not None and facts.recall < LEAST_RECALL:
        low = f"the index finds {facts.recall:.1%} of what an exact search finds"
        if facts.recall < exact_below:
            index._give_up(f"{low}: references are searched exactly")
        else:
            index.warnings.append(low)
    return index


def build(
    directory: Path,
    references: References,
    similarity: Similarity,
    *,
    collection: str = COLLECTION,
    hnsw: HnswSettings | None = None,
) -> Facts:
    """Make the index anew, whatever lies there, and measure its recall. What was there stays until it is complete.
    Raises ChromaError and OSError."""
    vectors = similarity.transform(references.vectors)
    with alone(directory):
        return Made(directory, references, similarity, vectors, collection, hnsw or HnswSettings()).build()


def forget(directory: Path) -> None:
    """Remove the index: before references go that it holds. It is made anew when it is opened."""
    if directory.exists():
        with alone(directory):
            (directory / FACTS).unlink(missing_ok=True)
            remove_all_but(directory, None)


def _check_model(found: str, wanted: str, what: str) -> None:
    if found != wanted:
        raise InputError(
            f"it holds embeddings of the model {found[:12]}, and the one that is loaded is {wanted[:12]}",
            where=what,
            fix="load the model that it was made with, or name another directory",
        )


def _check_name(collection: str) -> None:
    if not NAME.fullmatch(collection):
        raise InputError(
            f"{collection[:80]!r} cannot name a collection",
            where="collection",
            fix="take 3 to 512 letters, digits, '.', '_' or '-', a letter or digit at both ends",
        )
