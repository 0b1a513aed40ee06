"""The index of references: vectors inserted and queries answered a second, and how much of an exact search it finds.

    python benchmarks/index.py
    python benchmarks/index.py --vectors 20000 --dimensions 384 --classes 12 --k 10
    python benchmarks/index.py --classes 12 --intrinsic 64      broad clusters: what is hard for a graph

Ours is `engine.retrieval.index`, as a task opens it: Chroma, the recall measured after building, similarities
computed anew from the references. The peer is a collection of Chroma with its defaults, in cosine space, filled in
the largest batches it takes. Beside them an exact search in numpy. Vectors are drawn like embeddings, in clusters on
the sphere; queries are new ones of the same clusters. Each side runs in processes of its own, one that builds and a
fresh one that opens what was built and answers; the seconds of opening are a line, too. `ratio` is ours to the peer.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from engine.linear_head import Numbers, Vectors

SEED = 7
PEER_COLLECTION = "peer"
MEASURES = [
    ("insert, vectors a second", "insert", "{:,.0f}"),
    ("whole build with what is checked, s", "build_s", "{:,.1f}"),
    ("open in a fresh process, s", "open_s", "{:,.2f}"),
    ("queries a second, one by one", "single", "{:,.0f}"),
    ("queries a second, all at once", "batch", "{:,.0f}"),
    ("recall@k of an exact search", "recall", "{:.4f}"),
    ("the same, by the process that built", "recall_built", "{:.4f}"),
    ("on the disk, MB", "megabytes", "{:,.0f}"),
]


def main() -> None:
    arguments = parse()
    if arguments.measure:
        print(json.dumps(measure(arguments, Path(arguments.directory))))
        return
    with tempfile.TemporaryDirectory(dir=arguments.directory or None) as directory:
        arguments.directory = directory
        print(
            f"{arguments.vectors:,} vectors of {arguments.dimensions} dimensions in {arguments.classes:,} clusters, "
            f"{arguments.queries:,} queries, k = {arguments.k}; {os.cpu_count()} cores"
        )
        found: dict[str, dict[str, Any]] = {"exact": apart(arguments, "exact")}
        for side in ("ours", "peer"):
            found[side] = apart(arguments, f"{side} build")
            found[side] |= apart(arguments, f"{side} open")
        print(f"{'':<40}{'ours':>12}{'Chroma':>12}{'ratio':>8}{'exact':>12}")
        for name, key, style in MEASURES:
            ours, peer, exact = (found[side].get(key) for side in ("ours", "peer", "exact"))
            cells = [style.format(value) if value is not None else "–" for value in (ours, peer, exact)]
            ratio = f"{ours / peer:.2f}" if ours is not None and peer else "–"
            print(f"{name:<40}{cells[0]:>12}{cells[1]:>12}{ratio:>8}{cells[2]:>12}")
        for warning in found["ours"]["warnings"]:
            print(f"warning: {warning}")


def measure(arguments: argparse.Namespace, directory: Path) -> dict[str, Any]:
    """What one process is asked for."""
    vectors, queries = drawn(arguments)
    side, _, step = arguments.measure.partition(" ")
    if side == "exact":
        return exact_search(vectors, queries, arguments.k, directory)
    wanted = np.load(directory / "exact.npy")
    parts = {"ours": ours, "peer": peer}
    return parts[side](arguments, directory / side, vectors, queries, wanted, step == "build")


def drawn(arguments: argparse.Namespace) -> tuple[Vectors, Vectors]:
    """Clusters on the sphere; within one, vectors spread in a few directions of their own as embeddings do."""
    source = np.random.default_rng(SEED)
    dimensions, classes = arguments.dimensions, arguments.classes
    centres = source.normal(size=(classes, dimensions)).astype(np.float32)
    directions = source.normal(size=(classes, arguments.intrinsic, dimensions)).astype(np.float32)
    count = arguments.vectors + arguments.queries
    labels = source.integers(0, classes, count)
    amounts = source.normal(size=(count, arguments.intrinsic)).astype(np.float32) * arguments.spread
    made = np.empty((count, dimensions), np.float32)
    for start in range(0, count, 1000):
        some = slice(start, start + 1000)
        spread = np.einsum("ni,nid->nd", amounts[some], directions[labels[some]]) / np.sqrt(arguments.intrinsic)
        made[some] = centres[labels[some]] + spread
    made += source.normal(size=made.shape).astype(np.float32) * 0.1
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made[: arguments.vectors], made[arguments.vectors :]


def exact_search(vectors: Vectors, queries: Vectors, k: int, directory: Path) -> dict[str, Any]:
    """What is to be found, by numpy and all at once."""
    from engine.retrieval.neighbours import nearest

    started = time.perf_counter()
    found = nearest(queries, vectors, k)
    seconds = time.perf_counter() - started
    started, few = time.perf_counter(), min(50, len(queries))
    for query in queries[:few]:
        nearest(query[None], vectors, k)
    single = few / (time.perf_counter() - started)
    np.save(directory / "exact.npy", found.positions)
    return {"batch": len(queries) / seconds, "single": single, "recall": 1.0, "megabytes": vectors.nbytes / 1e6}


def ours(
    arguments: argparse.Namespace,
    directory: Path,
    vectors: Vectors,
    queries: Vectors,
    wanted: Numbers,
    building: bool,
) -> dict[str, Any]:
    import chromadb  # noqa: F401  imported before the clock runs, as for the peer

    from engine.retrieval.index import build, open_or_rebuild
    from engine.retrieval.index_directory import HnswSettings
    from engine.retrieval.references import References
    from engine.retrieval.similarity import Similarity

    count = len(vectors)
    names = [f"files/{at}.png" for at in range(count)]
    references = References(vectors, ["one"] * count, names, [None] * count, "benchmark")
    hnsw = HnswSettings(
        max_neighbors=arguments.max_neighbors,
        ef_construction=arguments.construction_ef,
        ef_search=arguments.search_ef,
    )
    started = time.perf_counter()
    made = {}
    if building:
        facts = build(directory, references, Similarity(), hnsw=hnsw)
        made = {"insert": count / facts.build_s, "build_s": time.perf_counter() - started}
        made["recall_told"] = facts.recall
        started = time.perf_counter()
    with open_or_rebuild(directory, references, Similarity(), model="benchmark", hnsw=hnsw, exact_below=0.0) as index:
        if building:
            return made | {"recall_built": recall(index.query(queries, arguments.k).positions, wanted)}
        made["open_s"] = time.perf_counter() - started
        made |= asked(lambda some: index.query(some, arguments.k).positions, queries, wanted)
        return made | {"warnings": index.warnings, "megabytes": size(directory)}


def peer(
    arguments: argparse.Namespace,
    directory: Path,
    vectors: Vectors,
    queries: Vectors,
    wanted: Numbers,
    building: bool,
) -> dict[str, Any]:
    import chromadb

    started = time.perf_counter()
    client = chromadb.PersistentClient(str(directory))
    made = {}
    if building:
        collection = client.create_collection(
            PEER_COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        most, started = client.get_max_batch_size(), time.perf_counter()
        for start in range(0, len(vectors), most):
            batch = vectors[start : start + most]
            collection.upsert(ids=[str(start + at) for at in range(len(batch))], embeddings=batch)
        seconds = time.perf_counter() - started
        made = {"insert": len(vectors) / seconds, "build_s": seconds}
    else:
        collection = client.get_collection(PEER_COLLECTION, embedding_function=None)
        collection.query(query_embeddings=queries[:1], n_results=1)
        made["open_s"] = time.perf_counter() - started

    def ask(some: Vectors) -> Numbers:
        answer = collection.query(query_embeddings=some, n_results=arguments.k, include=["distances"])
        return np.array([[int(one) for one in ids] for ids in answer["ids"]])

    if building:
        return made | {"recall_built": recall(ask(queries), wanted)}
    return made | asked(ask, queries, wanted) | {"megabytes": size(directory)}


def asked(ask: Any, queries: Vectors, wanted: Numbers) -> dict[str, float]:
    """Queries a second, the first ones not counted, and what is found."""
    ask(queries[:20])
    started = time.perf_counter()
    found = ask(queries)
    batch = len(queries) / (time.perf_counter() - started)
    few = min(300, len(queries))
    started = time.perf_counter()
    for query in queries[:few]:
        ask(query[None])
    single = few / (time.perf_counter() - started)
    return {"batch": batch, "single": single, "recall": recall(found, wanted)}


def recall(found: Numbers, wanted: Numbers) -> float:
    hits = [len(set(row) & set(other)) for row, other in zip(found.tolist(), wanted.tolist(), strict=True)]
    return float(np.mean(hits)) / wanted.shape[1]


def size(directory: Path) -> float:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file()) / 1e6


def apart(arguments: argparse.Namespace, what: str) -> dict[str, Any]:
    """In a process of its own."""
    command = [sys.executable, __file__, "--measure", what]
    for name, value in vars(arguments).items():
        if name != "measure":
            command += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def parse() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--vectors", type=int, default=100_000)
    arguments.add_argument("--dimensions", type=int, default=128)
    arguments.add_argument("--classes", type=int, default=100)
    arguments.add_argument("--intrinsic", type=int, default=24, help="directions in which a cluster spreads")
    arguments.add_argument("--spread", type=float, default=0.8, help="of a cluster; centres are 1.4 apart")
    arguments.add_argument("--queries", type=int, default=1000)
    arguments.add_argument("--k", type=int, default=10)
    arguments.add_argument("--max-neighbors", type=int, default=16)
    arguments.add_argument("--construction-ef", type=int, default=200)
    arguments.add_argument("--search-ef", type=int, default=200)
    arguments.add_argument(
        "--directory", default="", help="where the databases are written; by default a temporary one"
    )
    arguments.add_argument("--measure", help=argparse.SUPPRESS)
    return arguments.parse_args()


if __name__ == "__main__":
    main()
