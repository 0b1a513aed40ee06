"""The models that answer: each loaded once, and one taking over from another without a request lost.

A *place* is what callers name instead of a version: production of `utility/ner`. It holds the model that answers now.
While the next one is loaded and checked the old one goes on; then it answers what it was already given and leaves.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import sys
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from engine.errors import FinetopError, WorkError
from engine.serving.batcher import MicroBatcher, Statistics
from engine.serving.loading import Stamp, Use, load_checked, stamp_of, to_unload
from engine.tasks.contract import Predictor, Row
from engine.trained import Trained

Load = Callable[[Trained, str], Predictor]
AGAIN_AFTER_S = 10.0
"""How long a model that could not be loaded is not tried again: each try costs seconds."""


@dataclass(frozen=True)
class Answer:
    """Predictions, and whose they are."""

    name: str
    rows: list[Row]


@dataclass(eq=False)
class _Loaded:
    name: str
    stamp: Stamp | None
    batcher: MicroBatcher
    predictor: Callable[[], Predictor | None]
    """As long as it is in memory."""
    last_used: float


@dataclass(frozen=True)
class _Failure:
    problem: FinetopError
    stamp: Stamp | None
    until: float


class WarmModels:
    """Predicts with any trained model. Used on one event loop, after which `close` is awaited."""

    def __init__(
        self,
        device: str = "cpu",
        *,
        most_loaded: int = 4,
        idle_s: float = 1800.0,
        max_rows: int = 64,
        max_queue: int = 1024,
        load: Load = load_checked,
    ) -> None:
        """`most_loaded` is passed for as long as more than that are busy at once. `idle_s`: a model that is nobody's
        current one leaves after so long without a request. `max_rows`, `max_queue`: see `MicroBatcher`."""
        self.device, self._load = device, load
        self._most_loaded, self._idle_s, self._max_rows, self._max_queue = most_loaded, idle_s, max_rows, max_queue
        self._loaded: dict[str, _Loaded] = {}
        self._places: dict[str, _Loaded] = {}
        self._newest: dict[str, int] = {}  # place → the newest decision that anybody has told of
        self._loading: dict[tuple[str, Stamp | None], asyncio.Task[None]] = {}
        self._failures: dict[str, _Failure] = {}
        self._swaps: dict[str, asyncio.Task[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._refusals: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        # One after the other: transformers replaces parts of torch while it loads, for all threads.
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="load model")

    async def predict(self, trained: Trained, rows: Sequence[Row]) -> list[Row]:
        """Predictions of this model; waits until it is loaded.

        Raises Busy, what the model raises for these rows, and what loading raises (`load_checked`).
        """
        return await self._ask(await self._have(trained), rows)

    async def prepare(self, trained: Trained) -> None:
        """Load it now, so that nobody has to wait later. Raises what loading raises."""
        await self._have(trained)

    async def predict_at(self, place: str, wanted: Trained, rows: Sequence[Row], *, order: int = 0) -> Answer:
        """Predictions at a place where `wanted` should answer. Where it is not loaded yet, and another model answers
        there, that one goes on and the swap begins. Raises as `predict` does.

        `order` grows with each decision about the place (`Standing.seq`): who still believes an older one is answered
        by the model of the newer.
        """
        while place not in self._places:
            await self.swap(place, wanted, order=order)
        if self._is_newest(place, order):
            ready = self._ready(wanted)
            if ready is None:
                self._begin_swap(place, wanted, order)
            else:
                self._put(place, ready, order)
        current = self._places[place]
        return Answer(current.name, await self._ask(current, rows))

    async def swap(self, place: str, wanted: Trained, *, order: int = 0) -> None:
        """Let `wanted` answer at a place: once this returns no older one does. Raises what loading raises; the model
        that answered there then goes on."""
        self._is_newest(place, order)
        self._put(place, await self._have(wanted), order)

    def loaded(self) -> dict[str, Statistics]:
        """Models in memory, and what they did."""
        return {name: each.batcher.statistics for name, each in self._loaded.items()}

    def current(self) -> dict[str, str]:
        """Place → the model that answers there."""
        return {place: each.name for place, each in self._places.items()}

    def refusals(self) -> dict[str, str]:
        """Place → why the model that should answer there does not, in a sentence."""
        return dict(self._refusals)

    async def close(self) -> None:
        """Answer all that wait, then give back what is loaded."""
        if self._timer is not None:
            self._timer.cancel()
        for task in [*self._swaps.values(), *self._loading.values()]:
            await asyncio.wait([task])
        self._places.clear()
        for name in list(self._loaded):
            self._unload(name)
        await asyncio.gather(*self._leaving)
        self._loader.shutdown(wait=False)

    def _ready(self, trained: Trained) -> _Loaded | None:
        loaded = self._loaded.get(trained.name)
        return loaded if loaded is not None and loaded.stamp == stamp_of(trained.directory) else None

    async def _ask(self, loaded: _Loaded, rows: Sequence[Row]) -> list[Row]:
        # Nothing is awaited between the choice of a model and its queue: it cannot leave in between.
        loaded.last_used = asyncio.get_running_loop().time()
        return await loaded.batcher.predict(rows)

    async def _have(self, trained: Trained) -> _Loaded:
        """The model in memory; nothing is awaited after it was seen there."""
        while (loaded := self._ready(trained)) is None:
            await self._come(trained)
        return loaded

    async def _come(self, trained: Trained) -> None:
        """Load it, or wait for whoever does already."""
        stamp, now = stamp_of(trained.directory), asyncio.get_running_loop().time()
        failure = self._failures.get(trained.name)
        if failure is not None and failure.stamp == stamp and now < failure.until:
            raise copy.copy(failure.problem)
        key = (trained.name, stamp)
        task = self._loading.get(key)
        if task is None:
            self._failures.pop(trained.name, None)
            task = self._loading[key] = asyncio.create_task(self._bring(trained, stamp))
            task.add_done_callback(lambda task: self._came(key, task))
        # Whoever gives up waiting must not stop it for the others.
        try:
            await asyncio.shield(task)
        except FinetopError as problem:
            raise copy.copy(problem) from problem

    async def _bring(self, trained: Trained, stamp: Stamp | None) -> None:
        loop = asyncio.get_running_loop()
        predictor = await loop.run_in_executor(self._loader, self._load, trained, self.device)
        batcher = MicroBatcher(
            predictor.predict, name=trained.name, max_rows=self._max_rows, max_queue=self._max_queue
        )
        loaded = _Loaded(trained.name, stamp, batcher, _watched(predictor), loop.time())
        before = self._loaded.get(trained.name)
        if before is not None:
            for place in [place for place, current in self._places.items() if current is before]:
                self._places[place] = loaded
            self._unload(trained.name)
        self._loaded[trained.name] = loaded
        self._trim()

    def _came(self, key: tuple[str, Stamp | None], task: asyncio.Task[None]) -> None:
        self._loading.pop(key, None)
        problem = None if task.cancelled() else task.exception()
        if problem is None:
            return
        if not isinstance(problem, FinetopError):
            problem = WorkError(f"the model cannot be loaded ({type(problem).__name__}: {problem})", where=key[0])
        until = asyncio.get_running_loop().time() + AGAIN_AFTER_S
        self._failures[key[0]] = _Failure(copy.copy(problem), key[1], until)

    def _begin_swap(self, place: str, wanted: Trained, order: int) -> None:
        if place not in self._swaps:
            self._swaps[place] = asyncio.create_task(self._swap_quietly(place, wanted, order))
            self._swaps[place].add_done_callback(lambda _: self._swaps.pop(place, None))

    async def _swap_quietly(self, place: str, wanted: Trained, order: int) -> None:
        try:
            await self.swap(place, wanted, order=order)
        except FinetopError as problem:
            self._refusals[place] = f"{wanted.name} does not answer: {problem}"

    def _is_newest(self, place: str, order: int) -> bool:
        """Whether nobody has told of a newer decision."""
        self._newest[place] = max(order, self._newest.get(place, order))
        return order == self._newest[place]

    def _put(self, place: str, loaded: _Loaded, order: int) -> None:
        before = self._places.get(place)
        if before is not None and order < self._newest[place]:
            return  # while it was loaded, another one was decided on
        self._places[place] = loaded
        self._refusals.pop(place, None)
        if before is not None and before is not loaded and before not in self._places.values():
            self._unload(before.name)

    def _unload(self, name: str) -> None:
        loaded = self._loaded.pop(name, None)
        if loaded is not None:
            task = asyncio.create_task(self._leave(loaded))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _leave(self, loaded: _Loaded) -> None:
        await loaded.batcher.close()
        if loaded.predictor() is not None:
            # Something in it holds it in a circle. A third of a second, in which nothing else runs.
            gc.collect()
        torch = sys.modules.get("torch")
        if torch is not None and self.device.startswith("cuda"):
            torch.cuda.empty_cache()

    def _trim(self) -> None:
        current = set(map(id, self._places.values()))
        uses = [
            Use(each.name, each.last_used, not each.batcher.is_idle, id(each) in current)
            for each in self._loaded.values()
        ]
        now = asyncio.get_running_loop().time()
        for name in to_unload(uses, most=self._most_loaded, idle_s=self._idle_s, now=now):
            gone = self._loaded[name]
            self._places = {place: each for place, each in self._places.items() if each is not gone}
            self._unload(name)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._idle_s, self._trim) if self._loaded else None


def _watched(predictor: Predictor) -> Callable[[], Predictor | None]:
    try:
        return weakref.ref(predictor)
    except TypeError:  # of a class with slots
        return lambda: None
