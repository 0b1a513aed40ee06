"""What has been embedded once is read back; a killed writer costs its last rows alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import embedding_cache
from engine.embedding_cache import KEY_BYTES, EmbeddingCache, cached_embeddings
from engine.errors import NonFiniteError
from tests.any_text import any_text

WIDTH = 4


def vectors_of(texts: list[str]) -> np.ndarray:
    return np.array([[len(text), hash(text) % 97, 1, -1] for text in texts], np.float32).reshape(-1, WIDTH)


def test_what_is_put_is_found_again_by_another_process_and_the_rest_is_not(tmp_path: Path) -> None:
    cache, reader = EmbeddingCache(tmp_path, WIDTH), EmbeddingCache(tmp_path, WIDTH)
    cache.put(["a", "b\udcff"], np.arange(8, dtype=np.float32).reshape(2, 4))
    for one in (cache, reader, EmbeddingCache(tmp_path, WIDTH)):
        vectors, known = one.get(["b\udcff", "c", "a"])
        assert known.tolist() == [True, False, True] and len(one) == 2
        assert vectors.tolist() == [[4, 5, 6, 7], [0] * 4, [0, 1, 2, 3]]


def test_a_text_is_stored_once_and_its_first_vector_stays(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path, WIDTH)
    cache.put(["a", "a"], np.ones((2, 4), np.float32))
    cache.put(["a"], np.zeros((1, 4), np.float32))
    assert len(cache) == 1 and cache.get(["a"])[0].tolist() == [[1] * 4]


@settings(max_examples=10, deadline=None)
@given(batches=st.lists(st.lists(any_text(max_size=6), max_size=8), max_size=6), few=st.integers(0, 9))
def test_any_texts_come_back_whether_they_are_sorted_in_memory_or_not(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]], few: int
) -> None:
    directory = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding_cache, "_FEW", few)
        cache = EmbeddingCache(directory, WIDTH)
        for texts in batches:
            cache.put(texts, vectors_of(texts))
        every = [text for texts in batches for text in texts]
        for one in (cache, EmbeddingCache(directory, WIDTH)):
            vectors, known = one.get(every)
            assert known.all() and np.array_equal(vectors, vectors_of(every))
            assert not one.get(["longer than any"])[1].any()


@pytest.mark.parametrize("torn", [0, 7, 16, 47])
def test_a_torn_tail_is_cut_off_and_whole_rows_stay(tmp_path: Path, torn: int) -> None:
    """Rows are written before their keys: whatever a kill leaves, a key without its row is never there."""
    cache = EmbeddingCache(tmp_path, WIDTH)
    texts = ["a", "b", "c"]
    cache.put(texts, vectors_of(texts))
    (keys,), (rows,) = tmp_path.glob("keys-*"), tmp_path.glob("vectors-*")
    os.truncate(keys, torn)
    whole = torn // KEY_BYTES
    again = EmbeddingCache(tmp_path, WIDTH)
    assert len(again) == whole
    again.put(["d"], vectors_of(["d"]))
    vectors, known = again.get([*texts[:whole], "d"])
    assert known.all() and np.array_equal(vectors, vectors_of([*texts[:whole], "d"]))
    assert rows.stat().st_size == (whole + 1) * WIDTH * 4


def test_half_precision_takes_half_the_space(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32)
    cache = EmbeddingCache(tmp_path, 64, precision="float16")
    cache.put(list("abcde"), values)
    (rows,) = tmp_path.glob("vectors-*")
    assert rows.stat().st_size == 5 * 64 * 2
    assert np.allclose(cache.get(list("abcde"))[0], values, atol=2e-3)


def test_a_cache_of_another_width_or_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    old = EmbeddingCache(tmp_path, WIDTH)
    old.put(["a"], np.ones((1, WIDTH), np.float32))
    wider = EmbeddingCache(tmp_path, 8)
    assert len(wider) == 0 and not old.get(["a", "b"])[1].any()
    wider.put(["a"], np.ones((1, 8), np.float32))
    assert wider.get(["a"])[1].all()
    (tmp_path / "cache.json").write_text("{")
    assert len(EmbeddingCache(tmp_path, 8)) == 0


def test_a_directory_that_was_cleared_is_filled_again(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "c", WIDTH)
    cache.put(["a"], np.ones((1, WIDTH), np.float32))
    for file in (tmp_path / "c").iterdir():
        file.unlink()
    cache.put(["b"], np.ones((1, WIDTH), np.float32))
    assert cache.get(["a", "b"])[1].tolist() == [False, True]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e6])
def test_what_is_not_finite_is_never_stored(tmp_path: Path, bad: float) -> None:
    """1e6 is none in half precision."""
    cache = EmbeddingCache(tmp_path, WIDTH, precision="float16")
    with pytest.raises(NonFiniteError):
        cache.put(["a"], np.full((1, WIDTH), bad, np.float32))
    assert len(cache) == 0


def test_each_missing_text_is_embedded_once_longest_first(tmp_path: Path) -> None:
    cache, asked = EmbeddingCache(tmp_path, WIDTH), []
    cache.put(["bb"], vectors_of(["bb"]))

    def embed(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return vectors_of(texts)

    texts = ["a", "bb", "ccc", "a"]
    assert np.array_equal(cached_embeddings(cache, texts, embed), vectors_of(texts))  # type: ignore[arg-type]
    assert asked == ["ccc", "a"] and len(cache) == 3
    assert np.array_equal(cached_embeddings(None, texts, embed), vectors_of(texts))  # type: ignore[arg-type]


WRITER = """
import sys
import numpy as np
from pathlib import Path
from engine.embedding_cache import EmbeddingCache
cache, start = EmbeddingCache(Path(sys.argv[1]), 64), int(sys.argv[2])
for batch in range(start, start + 10**6):
    texts = [f"{batch} {at}" for at in range(20)]
    cache.put(texts, np.full((20, 64), batch, np.float32) + np.arange(20, dtype=np.float32)[:, None] / 32)
    print(batch, flush=True)
"""


@pytest.mark.slow
def test_killed_writers_lose_nothing_that_was_put(tmp_path: Path) -> None:
    for start in (0, 100_000, 200_000):
        pair = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(tmp_path), str(start + offset)], stdout=subprocess.PIPE, text=True
            )
            for offset in (0, 50_000)
        ]
        put = {start + offset: 0 for offset in (0, 50_000)}
        for (begin, _), process in zip(list(put.items()), pair, strict=True):
            assert process.stdout is not None
            put[begin] = max(int(process.stdout.readline()) for _ in range(5))
        for process in pair:
            process.send_signal(signal.SIGKILL)
            process.wait()
        cache = EmbeddingCache(tmp_path, 64)
        for begin, last in put.items():
            for batch in range(begin, last + 1):
                vectors, known = cache.get([f"{batch} {at}" for at in range(20)])
                assert known.all() and np.allclose(vectors[:, 0], batch + np.arange(20) / 32)
