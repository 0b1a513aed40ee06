"""The index is a cache: right or made anew, whoever opens it, and never another model's. With real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import InputError
from engine.linear_head import Vectors
from engine.retrieval import index_directory
from engine.retrieval.chroma import Asked, ChromaError
from engine.retrieval.index import Index, build, forget, open_or_rebuild
from engine.retrieval.index_directory import HnswSettings, read_facts, recall_at_k
from engine.retrieval.neighbours import NONE, Neighbours
from engine.retrieval.references import References
from engine.retrieval.similarity import Similarity

pytestmark = pytest.mark.slow
QUERIES = np.random.default_rng(1).normal(size=(20, 8)).astype(np.float32)


def drawn(count: int, model: str = "one") -> References:
    vectors = np.random.default_rng(0).normal(size=(count, 8)).astype(np.float32)
    labels, images = [f"class {at % 5}" for at in range(count)], [f"files/{at}.png" for at in range(count)]
    return References(vectors, labels, images, [None] * count, model)


def opened(directory: Path, references: References, **more: Any) -> Index:
    return open_or_rebuild(
        directory, references, more.pop("similarity", Similarity()), model=references.model, **more
    )


def assert_answers_as_an_exact_search_does(index: Index, queries: Vectors = QUERIES) -> None:
    found, exact = index.query(queries, 5), index.query(queries, 5, exact=True)
    assert (found.positions == exact.positions).all()
    assert (found.similarities == exact.similarities).all()


def when_built(directory: Path) -> int:
    return (directory / "index.json").stat().st_mtime_ns


@pytest.mark.parametrize("kind", ["cosine", "l2", "ip"])
def test_it_answers_as_an_exact_search_does_in_each_space(tmp_path: Path, kind: Any) -> None:
    with opened(tmp_path, drawn(300), similarity=Similarity(kind)) as index:
        assert index.facts is not None and index.facts.recall >= 0.99
        assert not index.searches_exactly and not index.warnings
        assert_answers_as_an_exact_search_does(index)


def test_it_is_made_once_and_opened_again_in_another_process(tmp_path: Path) -> None:
    references = drawn(2500)
    references.save(tmp_path / "references")
    with opened(tmp_path / "index", references) as index:
        wanted = index.query(QUERIES, 5)
        built = when_built(tmp_path / "index")
    answer = elsewhere(tmp_path, "print(json.dumps([index.query(queries, 5).positions.tolist(), index.warnings]))")
    assert json.loads(answer) == [wanted.positions.tolist(), []]
    assert when_built(tmp_path / "index") == built


def test_batches_are_as_large_as_chroma_takes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chromadb.api.client import Client

    monkeypatch.setattr(Client, "get_max_batch_size", lambda self: 70)
    with opened(tmp_path, drawn(300)) as index:
        assert index.asked is not None and index.asked.count == 300
        assert_answers_as_an_exact_search_does(index)


def test_it_never_serves_another_model_s_embeddings(tmp_path: Path) -> None:
    opened(tmp_path, drawn(50)).close()
    with pytest.raises(InputError, match="holds embeddings of the model one, and the one that is loaded is other"):
        open_or_rebuild(tmp_path, drawn(50, "other"), Similarity(), model="other")
    with pytest.raises(InputError, match="references: it holds embeddings of the model one"):
        open_or_rebuild(tmp_path / "new", drawn(50), Similarity(), model="other")
    assert not (tmp_path / "new").exists()
    build(tmp_path, drawn(50, "other"), Similarity())
    opened(tmp_path, drawn(50, "other")).close()


def test_what_it_was_made_of_decides_whether_it_is_made_anew(tmp_path: Path) -> None:
    references = drawn(60)
    opened(tmp_path, references).close()
    seen = {when_built(tmp_path)}
    opened(tmp_path, references).close()
    assert seen == {when_built(tmp_path)}
    for others, more in (
        (references.without(images=["files/3.png"]), {}),
        (references, {"similarity": Similarity("l2")}),
        (references, {"hnsw": HnswSettings(max_neighbors=8)}),
        (references, {"collection": "another"}),
    ):
        with opened(tmp_path, others, **more) as index:
            assert when_built(tmp_path) not in seen
            seen.add(when_built(tmp_path))
            assert_answers_as_an_exact_search_does(index)


def damaged(database: Path, how: str) -> None:
    graph = next(database.glob("*/data_level0.bin"))
    if how == "no graph":
        graph.unlink()
    elif how == "torn graph":
        os.truncate(graph, graph.stat().st_size // 2)
    elif how == "other bytes in the graph":
        graph.write_bytes(bytes(graph.stat().st_size))
    elif how == "no database":
        (database / "chroma.sqlite3").unlink()
    elif how == "torn database":
        os.truncate(database / "chroma.sqlite3", 5000)
    elif how == "other bytes in the database":
        (database / "chroma.sqlite3").write_bytes(b"\xff" * 4096)
    elif how == "no index.json":
        (database.parent / "index.json").unlink()
    elif how == "torn index.json":
        (database.parent / "index.json").write_bytes(b'{"finetop": 1, "dir')
    elif how == "a path in index.json":
        content = (database.parent / "index.json").read_text()
        (database.parent / "index.json").write_text(content.replace(database.name, "../../etc"))


@pytest.mark.parametrize(
    "how",
    [
        "no graph",
        "torn graph",
        "other bytes in the graph",
        "no database",
        "torn database",
        "other bytes in the database",
        "no index.json",
        "torn index.json",
        "a path in index.json",
    ],
)
def test_what_is_torn_is_made_anew_from_the_references(tmp_path: Path, how: str) -> None:
    references = drawn(1500)
    opened(tmp_path, references).close()
    facts = read_facts(tmp_path)
    assert facts is not None
    damaged(tmp_path / facts.directory, how)
    with opened(tmp_path, references) as index:
        assert index.facts is not None and index.facts.directory != facts.directory
        assert not index.warnings
        assert_answers_as_an_exact_search_does(index)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1, "what was replaced is gone"


def test_a_collection_that_lost_vectors_is_made_anew(tmp_path: Path) -> None:
    references = drawn(60)
    opened(tmp_path, references).close()
    facts = read_facts(tmp_path)
    assert facts is not None
    asked = Asked(tmp_path / facts.directory, facts.collection)
    asked._collection.delete(ids=["7"])
    asked.close()
    with opened(tmp_path, references) as index:
        assert index.asked is not None and index.asked.count == 60


def test_processes_that_open_at_once_build_once_and_all_answer(tmp_path: Path) -> None:
    drawn(1200).save(tmp_path / "references")
    script = script_in(
        tmp_path, "print(json.dumps([index.query(queries, 5).positions.tolist(), index.facts.directory]))"
    )
    running = [subprocess.Popen(script, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert answers[0] == answers[1] == answers[2]


def test_a_killed_build_leaves_the_old_index_or_none(tmp_path: Path) -> None:
    references = drawn(300)
    with opened(tmp_path / "index", references) as index:
        wanted = index.query(QUERIES, 5).positions.tolist()
    more = drawn(6000)
    more.save(tmp_path / "references")
    before = read_facts(tmp_path / "index")
    process = subprocess.Popen(script_in(tmp_path, ""))
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "index").glob("*/chroma.sqlite3"))) < 2:  # it has begun to write
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert read_facts(tmp_path / "index") == before
    with opened(tmp_path / "index", references) as index:
        assert index.facts == before
        assert index.query(QUERIES, 5).positions.tolist() == wanted
    with opened(tmp_path / "index", more) as index:
        assert_answers_as_an_exact_search_does(index)
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) == 1


def test_an_index_that_is_replaced_while_it_is_open_still_answers_right(tmp_path: Path) -> None:
    old, new = drawn(300), drawn(200)
    with opened(tmp_path, old) as before, opened(tmp_path, new) as after:
        assert_answers_as_an_exact_search_does(before)
        assert_answers_as_an_exact_search_does(after)
        assert len(before.vectors) == 300


def test_where_chroma_fails_references_are_searched_exactly_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, drawn(300)) as index:
        wanted = index.query(QUERIES, 5)

        def fails(*_: Any, **__: Any) -> None:
            raise RuntimeError("HNSW segment reader: nothing found on disk")

        assert index.asked is not None
        monkeypatch.setattr(index.asked._collection, "query", fails, raising=False)
        assert (index.query(QUERIES, 5).positions == wanted.positions).all()
        assert index.searches_exactly
        assert "nothing found on disk" in index.warnings[0]


def test_a_low_recall_is_said_and_searched_exactly_where_that_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = "the index finds 90.0% of what an exact search finds"
    monkeypatch.setattr(index_directory, "recall_at_k", lambda found, exact: 0.9)
    with opened(tmp_path, drawn(80)) as index:
        assert index.searches_exactly
        assert index.warnings == [f"{low}: references are searched exactly"]
    with opened(tmp_path, drawn(80), exact_below=0.5) as index:
        assert not index.searches_exactly
        assert index.warnings == [low]


def test_where_nothing_can_be_written_references_are_searched_exactly(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file stands where the index should")
    with opened(tmp_path / "index", drawn(80)) as index:
        assert index.searches_exactly and "no index could be made" in index.warnings[0]
        assert index.query(QUERIES, 5).positions.shape == (20, 5)


def test_few_references_and_none(tmp_path: Path) -> None:
    with opened(tmp_path, drawn(3)) as index:
        found = index.query(QUERIES, 5)
        assert (found.positions[:, 3:] == NONE).all() and (found.positions[:, :3] != NONE).all()
    with opened(tmp_path, drawn(3).without(labels=["class 0", "class 1", "class 2"])) as index:
        assert (index.query(QUERIES, 5).positions == NONE).all()


def test_after_forget_no_vector_of_the_index_is_left(tmp_path: Path) -> None:
    references = drawn(1500)
    opened(tmp_path, references).close()
    forget(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    forget(tmp_path / "never made")
    with opened(tmp_path, references.without(images=["files/3.png"])) as index:
        assert index.asked is not None and index.asked.count == 1499
    gone = Similarity().transform(references.vectors)[3].tobytes()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and gone in file.read_bytes()]


def test_a_name_that_chroma_does_not_take_is_refused(tmp_path: Path) -> None:
    for name in ("ir", "_embeddings", "a" * 600, "two words", ""):
        with pytest.raises(InputError, match="cannot name a collection"):
            opened(tmp_path, drawn(3), collection=name)


def test_nothing_is_sent_and_neither_environment_nor_dotenv_is_asked(tmp_path: Path) -> None:
    drawn(40).save(tmp_path / "references")
    (tmp_path / ".env").write_text("CHROMA_SERVER_HOST=192.0.2.1\nANONYMIZED_TELEMETRY=True\nSOMETHING_ELSE=1\n")
    refusing = (
        "import socket\n"
        "def refuse(*_, **__): raise SystemExit('a connection was tried')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
    )
    environment = os.environ | {
        "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
        "CHROMA_SERVER_HOST": "192.0.2.1",
        "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://192.0.2.1:4317",
        "CHROMA_OTEL_GRANULARITY": "all",
    }
    answer = elsewhere(tmp_path, "print(index.warnings, index.searches_exactly)", before=refusing, env=environment)
    assert answer.strip() == "[] False"


def test_equally_near_ones_count_as_found() -> None:
    exact = Neighbours(np.array([[0, 1], [2, NONE]]), np.array([[0.9, 0.5], [0.4, -np.inf]], np.float32))
    other = Neighbours(np.array([[0, 9], [NONE, NONE]]), np.array([[0.9, 0.5], [-np.inf, -np.inf]], np.float32))
    assert recall_at_k(exact, exact) == 1
    assert recall_at_k(other, exact) == pytest.approx(2 / 3)


def test_errors_of_chroma_are_one_kind(tmp_path: Path) -> None:
    with pytest.raises(ChromaError):
        Asked(tmp_path, "missing")


def script_in(directory: Path, then: str, before: str = "") -> list[str]:
    """A process that opens the index of the references in `directory`."""
    return [
        sys.executable,
        "-c",
        f"""
import json
from pathlib import Path
import numpy as np
{before}
from engine.retrieval.index import open_or_rebuild
from engine.retrieval.references import saved_references
from engine.retrieval.similarity import Similarity
directory = Path({str(directory)!r})
queries = np.random.default_rng(1).normal(size=(20, 8)).astype(np.float32)
references = saved_references(directory / "references")
index = open_or_rebuild(directory / "index", references, Similarity(), model=references.model)
{then}
""",
    ]


def elsewhere(directory: Path, then: str, *, before: str = "", env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        script_in(directory, then, before), stdout=subprocess.PIPE, text=True, check=True, env=env, cwd=directory
    )
    return done.stdout
