"""Embeddings on disk, by model and text: what has been embedded once is read back, whoever asks for it later.

    ROOT/FINGERPRINT/
      cache.json        width and type of the vectors, and which files hold them
      vectors-NAME.bin  one row after the other, append-only
      keys-NAME.bin     the hash of each row's text, 16 bytes

A row counts once its key is there, and a key is written when its row is on the disk: a killed writer leaves whole
rows and a tail that the next one cuts off. Many may read while one appends. Memory holds 24 bytes a row; the vectors
are mapped.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.encoder_fingerprint import fingerprint
from engine.errors import NonFiniteError
from engine.files import read_json, write_json

if TYPE_CHECKING:
    from engine.text_encoder import Encoder
    from engine.workspace import Workspace

Vectors = NDArray[np.float32]
Precision = Literal["float32", "float16"]
Tell = Callable[[int, int], None]

FORMAT = 1
KEY_BYTES = 16
AT_ONCE = 2048
"""Texts that are embedded before they are written: what a kill can cost."""
_FEW = 65_536


class _Facts(msgspec.Struct, frozen=True):
    finetop: int
    width: int
    precision: Precision
    name: str
    """Of the files: one that is begun anew gets new ones, and who has the old ones mapped keeps them."""


class EmbeddingCache:
    """The vectors of one model. For one thread; processes may share the directory."""

    def __init__(self, directory: Path, width: int, *, precision: Precision = "float32") -> None:
        """`directory` is made; one that holds vectors of another width or type, or that cannot be read, is begun
        anew: it is a cache."""
        self.directory, self.width = directory, width
        self._type = np.dtype(precision)
        self._row = width * self._type.itemsize
        self._precision = precision
        self._forget()
        if not self._catch_up():
            with self._alone():
                self._begin()
            self._catch_up()

    def __len__(self) -> int:
        """How many texts it knows, as of the last look at the disk."""
        return self._index.rows

    def get(self, texts: Sequence[str]) -> tuple[Vectors, NDArray[np.bool_]]:
        """Vectors (len(texts), width), and which of them are known; the others are zero."""
        keys = [_key(text) for text in texts]
        rows = self._index.find(keys)
        if (rows < 0).any():
            self._catch_up()
            rows = self._index.find(keys)
        known = rows >= 0
        vectors = np.zeros((len(texts), self.width), np.float32)
        if known.any():
            vectors[known] = self._map[rows[known]]
            self._forget_pages()
        return vectors, known

    def put(self, texts: Sequence[str], vectors: NDArray[np.floating]) -> None:
        """Append the vectors of texts that are not known yet; they are on the disk when it returns.

        Raises NonFiniteError, ValueError for another shape.
        """
        if vectors.shape != (len(texts), self.width):
            raise ValueError(f"vectors {vectors.shape} for {len(texts)} texts of width {self.width}")
        with np.errstate(over="ignore"):
            stored = np.ascontiguousarray(vectors, self._type)
        if not np.isfinite(stored).all():
            raise NonFiniteError("an embedding is not finite", fix="train with a smaller learning rate")
        keys = [_key(text) for text in texts]
        with self._alone():
            if not self._catch_up():  # somebody cleared the directory
                self._begin()
            self._cut_torn_tail()
            self._catch_up()
            known = self._index.find(keys)
            new = {key: at for at, key in enumerate(keys) if known[at] < 0}
            if new:
                _append(self._file("vectors"), stored[list(new.values())].tobytes())
                _append(self._file("keys"), b"".join(new))
                self._catch_up()

    # -- files

    def _file(self, kind: str) -> Path:
        return self.directory / f"{kind}-{self._name}.bin"

    def _facts(self) -> _Facts | None:
        """What the directory says of itself; None where it holds nothing that can be used."""
        try:
            found = msgspec.convert(read_json(self.directory / "cache.json"), _Facts)
        except (OSError, ValueError, msgspec.MsgspecError):
            return None
        ours = (FORMAT, self.width, self._precision) == (found.finetop, found.width, found.precision)
        return found if ours and re.fullmatch(r"[0-9a-f]+", found.name) else None

    def _begin(self) -> None:
        if self._catch_up():  # another process was faster
            return
        former = [*self.directory.glob("keys-*.bin"), *self.directory.glob("vectors-*.bin")]
        self._name = os.urandom(4).hex()
        for kind in ("keys", "vectors"):
            self._file(kind).touch()
        write_json(self.directory / "cache.json", _Facts(FORMAT, self.width, self._precision, self._name))
        for file in former:
            file.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The only writer; the kernel lets go when the process dies."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _rows_on_disk(self) -> int:
        sizes = [self._file(kind).stat().st_size for kind in ("keys", "vectors")]
        return min(sizes[0] // KEY_BYTES, sizes[1] // self._row)

    def _cut_torn_tail(self) -> None:
        rows = self._rows_on_disk()
        for kind, size in (("keys", KEY_BYTES), ("vectors", self._row)):
            if self._file(kind).stat().st_size != rows * size:
                os.truncate(self._file(kind), rows * size)

    def _forget(self) -> None:
        self._name, self._index = "", _Index()
        self._map: NDArray[np.generic] = np.empty((0, self.width), self._type)

    def _catch_up(self) -> bool:
        """Take in what was appended since the last look. False where there is nothing of ours."""
        facts = self._facts()
        if facts is None or facts.name != self._name:
            self._forget()
        if facts is None:
            return False
        self._name = facts.name
        try:
            rows, known = self._rows_on_disk(), self._index.rows
            if rows > known:
                with self._file("keys").open("rb") as file:
                    file.seek(known * KEY_BYTES)
                    content = file.read((rows - known) * KEY_BYTES)
                self._map = np.memmap(self._file("vectors"), self._type, "r", shape=(rows, self.width))
                self._index.add(content)
        except FileNotFoundError:
            self._forget()
            return False
        return True

    def _forget_pages(self) -> None:
        # They stay in the system's own cache; here they would count as this process's memory, up to the whole file.
        held = getattr(self._map, "_mmap", None)
        if held is not None and hasattr(mmap, "MADV_DONTNEED"):
            held.madvise(mmap.MADV_DONTNEED)


class _Index:
    """Key → row: a sorted array, and a dictionary of the newest until they are worth sorting."""

    def __init__(self) -> None:
        self.rows = 0
        self._first = self._second = np.empty(0, np.uint64)
        self._places = np.empty(0, np.int64)
        self._recent: dict[bytes, int] = {}

    def add(self, content: bytes) -> None:
        """Keys of the rows that follow."""
        count = len(content) // KEY_BYTES
        if count + len(self._recent) <= _FEW:
            for at in range(count):
                self._recent[content[at * KEY_BYTES : (at + 1) * KEY_BYTES]] = self.rows + at
        else:
            recent = np.fromiter(self._recent.values(), np.int64, len(self._recent))
            halves = _halves(b"".join(self._recent) + content[: count * KEY_BYTES])
            first = np.concatenate([self._first, halves[:, 0]])
            second = np.concatenate([self._second, halves[:, 1]])
            places = np.concatenate([self._places, recent, np.arange(self.rows, self.rows + count)])
            order = np.argsort(first, kind="stable")
            self._first, self._second, self._places = first[order], second[order], places[order]
            self._recent = {}
        self.rows += count

    def find(self, keys: Sequence[bytes]) -> NDArray[np.int64]:
        """Row of each key; −1 for one that is not known."""
        rows = np.fromiter((self._recent.get(key, -1) for key in keys), np.int64, len(keys))
        unsettled = np.flatnonzero(rows < 0)
        if len(self._first) and len(unsettled):
            wanted = _halves(b"".join(keys[at] for at in unsettled.tolist()))
            # Two keys of a million share their first half once in 10^7 caches; the later one is unknown then.
            at = np.minimum(np.searchsorted(self._first, wanted[:, 0]), len(self._first) - 1)
            same = (self._first[at] == wanted[:, 0]) & (self._second[at] == wanted[:, 1])
            rows[unsettled] = np.where(same, self._places[at], -1)
        return rows


def cached_embeddings(
    cache: EmbeddingCache | None,
    texts: Sequence[str],
    embed: Callable[[Sequence[str]], Vectors],
    *,
    tell: Tell | None = None,
) -> Vectors:
    """One vector per text, in order; `embed` is asked once for each text that the cache (if any) does not know.

    Longest first, a few thousand at once, each written as soon as it is there: who is killed goes on from there.
    `tell` hears how many of the missing ones are done.
    """
    unique = list(dict.fromkeys(texts))
    place = {text: at for at, text in enumerate(unique)}
    if cache is None:
        found: Vectors = embed(unique) if unique else np.zeros((0, 0), np.float32)
        return found if len(unique) == len(texts) else found[[place[text] for text in texts]]
    vectors, known = cache.get(unique)
    missing = sorted(np.flatnonzero(~known), key=lambda at: -len(unique[at]))
    for start in range(0, len(missing), AT_ONCE):
        part = missing[start : start + AT_ONCE]
        wanted = [unique[at] for at in part]
        vectors[part] = embed(wanted)
        cache.put(wanted, vectors[part])
        if tell is not None:
            tell(start + len(part), len(missing))
    return vectors if len(unique) == len(texts) else vectors[[place[text] for text in texts]]


def open_cache(workspace: Workspace, encoder: Encoder, *, precision: Precision = "float32") -> EmbeddingCache:
    """The workspace's cache of an encoder's vectors, computed as the encoder does."""
    (cache,) = open_caches(workspace, encoder, [""], precision=precision)
    return cache


def open_caches(
    workspace: Workspace, encoder: Encoder, variants: Sequence[str], *, precision: Precision = "float32"
) -> list[EmbeddingCache]:
    """One cache for each way to compute an encoder's vectors: `stores/embeddings/FINGERPRINT` and the variant."""
    name, width = fingerprint(encoder), encoder.transformer.config.hidden_size
    place = workspace.stores / "embeddings"
    return [EmbeddingCache(place / f"{name}{variant}", width, precision=precision) for variant in variants]


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def _halves(content: bytes) -> NDArray[np.uint64]:
    return np.frombuffer(content, np.uint64).reshape(-1, 2)


def _append(file: Path, content: bytes) -> None:
    with file.open("ab", buffering=0) as out:
        view = memoryview(content)
        while view:
            view = view[out.write(view) :]
        os.fsync(out.fileno())
