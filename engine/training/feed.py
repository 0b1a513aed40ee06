"""Batches for the step: made when it asks, or ahead of it by other processes.

Whoever makes them, they are the same: a batch is a function of (seed, epoch, indices). They come in order, a few
ahead (memory), and pinned where a GPU copies them while it computes.

Not by torch's DataLoader: it cannot be left while it waits for a batch, joins its workers for up to 5 s each, and
sends tensors through /dev/shm, which containers make small.
"""

from __future__ import annotations

import math
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle, islice
from types import TracebackType

import torch

from engine.training.loader import Loader
from engine.training.trainable import Batch, Collate

Work = tuple[list[int], int]
"""Indices and epoch of a batch."""
AHEAD = 2
"""Batches that each process makes ahead."""
READY = 2
"""Batches that wait, received and pinned."""
_HEED_EVERY_S = 0.1
_LEAVE_S = 1.0


class Feed:
    """Gives batches in the order of `works`. Use as a context: leaving it ends its processes at once."""

    def __init__(
        self,
        collate: Collate,
        works: Iterable[Work],
        loaders: int,
        *,
        splits: int = 1,
        pin: torch.device | None = None,
        heed: Callable[[], None] = lambda: None,
    ) -> None:
        """`heed` is called while a batch is waited for; what it raises ends the waiting. With no loaders, batches
        are made by `collate` here, when they are asked for, and `works` is not looked at. `splits` is in how many
        parts a batch is asked for; `works` are such parts. `pin` is the GPU that they are pinned for."""
        self._collate, self._works, self._splits, self._pin, self._heed = collate, works, splits, pin, heed
        self._ready: queue.Queue[tuple[Work, Batch] | BaseException] = queue.Queue(READY)
        self._closed = threading.Event()
        self._loaders: list[Loader] = []
        self._count = loaders
        self._thread = threading.Thread(target=self._receive, name="feed", daemon=True)

    def __enter__(self) -> Feed:
        if self._count:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        if self._count:
            for loader in self._loaders:
                loader.process.kill()  # the thread hears of it, and closes what it holds
            self._thread.join(_LEAVE_S)

    def take(self, indices: Sequence[int], epoch: int) -> Batch:
        """The next batch, which must be this one. Raises what making it raised, LoaderDied."""
        if not self._count:
            return self._collate(indices, epoch)
        while True:
            try:
                found = self._ready.get(timeout=_HEED_EVERY_S)
                break
            except queue.Empty:
                self._heed()
        if isinstance(found, BaseException):
            raise found
        work, batch = found
        if work != (list(indices), epoch):
            raise RuntimeError(f"batches are asked for out of order: {indices} of epoch {epoch}, prepared {work}")
        return batch

    def take_all(self, group: Sequence[Sequence[int]], epoch: int) -> list[Batch]:
        """The next batches, each in its micro-batches."""
        return [self.take(part, epoch) for indices in group for part in micro_batches(indices, self._splits)]

    # -- the thread

    def _receive(self) -> None:
        try:
            if self._pin is not None:  # a thread begins at GPU 0, which may be somebody else's
                torch.cuda.set_device(self._pin)
            # Here and not where the feed is made: the first start waits for imports.
            for _ in range(self._count):
                if self._closed.is_set():
                    return
                self._loaders.append(Loader.start(self._collate))
            for made in self._answers(iter(self._works)):
                self._put(made)
        except BaseException as problem:
            self._put(problem)
        finally:
            for loader in self._loaders:
                loader.kill()

    def _answers(self, works: Iterator[Work]) -> Iterator[tuple[Work, Batch]]:
        asked: deque[tuple[Loader, Work]] = deque()
        turns = cycle(self._loaders)
        for work in islice(works, AHEAD * self._count):
            asked.append(_ask(next(turns), work))
        while asked and not self._closed.is_set():
            loader, work = asked.popleft()
            batch = loader.answer()
            for following in islice(works, 1):
                asked.append(_ask(next(turns), following))
            if self._pin is not None:
                batch = {name: tensor.pin_memory() for name, tensor in batch.items()}
            yield work, batch

    def _put(self, made: tuple[Work, Batch] | BaseException) -> None:
        while not self._closed.is_set():
            try:
                self._ready.put(made, timeout=_HEED_EVERY_S)
                return
            except queue.Full:
                continue


def micro_batches(indices: Sequence[int], count: int) -> Iterator[list[int]]:
    """A batch in `count` parts of alike size, or fewer where it is smaller."""
    size = math.ceil(len(indices) / count)
    for start in range(0, len(indices), size):
        yield list(indices[start : start + size])


def _ask(loader: Loader, work: Work) -> tuple[Loader, Work]:
    loader.ask(*work)
    return loader, work
