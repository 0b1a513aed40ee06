"""Predictions through the A/B split: who answers, what is written down of it before it is answered."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from anyio import to_thread

from engine.errors import InputError, NotFoundError, WorkError
from engine.registry.standing import Watched
from engine.registry.store import Version, find_version, home_of, models
from engine.service.figures import Figures
from engine.service.remembering import Remembering
from engine.serving.batcher import Busy
from engine.serving.warm import WarmModels
from engine.tasks.contract import Row
from engine.traffic.assignment import Arm
from engine.traffic.request_log import Answer, Decision
from engine.traffic.routing import Route, Router
from engine.trained import Trained, of_version
from engine.workspace import Workspace

Entry = tuple[Route, Answer, Answer | None]


@dataclass(frozen=True)
class Loadable:
    """A version that answers."""

    trained: Trained
    number: int


@dataclass(frozen=True)
class Begun:
    """A request for predictions, and who answers it."""

    router: Router
    route: Route
    version: Loadable
    shadow: Loadable | None
    """Sees the request, too; nobody gets its answer."""
    seq: int
    """The last move of the model that it rests on."""


@dataclass(frozen=True)
class Answered:
    """What a request for predictions came to."""

    version: Trained
    predictions: list[Row]
    ids: list[str | None]
    """By which outcomes name them; None of one that was not answered by whom its key belongs to."""
    decisions: list[Decision]
    arm: Arm


class Recorder:
    """Writes requests of one model down in as few writes as they come: who waits meanwhile is in the next one.

    Used on the event loop alone.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self._waiting: list[tuple[Sequence[Entry], asyncio.Future[list[str]]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, entries: Sequence[Entry]) -> list[str]:
        """Their ids, once they are on the disk. Raises what `Router.record` does."""
        written: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await written

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                ids = iter(await to_thread.run_sync(self._router.record, [one for each, _ in batch for one in each]))
            except Exception as problem:
                for _, written in batch:
                    if not written.done():
                        written.set_exception(problem)
                continue
            for entries, written in batch:
                own = [next(ids) for _ in entries]
                if not written.done():
                    written.set_result(own)


@dataclass(frozen=True)
class _Asked:
    """What a version made of rows."""

    version: Loadable
    predictions: list[Row] | None
    problem: Exception | None
    ms: float


class Traffic:
    """What predictions of production go through. `begin` blocks; the rest is used on the event loop alone."""

    def __init__(self, workspace: Workspace, models: WarmModels, figures: Figures, remembering: Remembering) -> None:
        self._workspace, self._models, self._figures = workspace, models, figures
        self._remembering = remembering
        self._lock = threading.Lock()
        self._routers: dict[tuple[str, str], tuple[Router, Watched]] = {}
        self._recorders: dict[Router, Recorder] = {}
        self._trained: dict[str, Trained] = {}

    def router(self, profile: str, model: str) -> Router:
        """The traffic of a model. Raises NotFoundError where it has no version."""
        return self._of(profile, model)[0]

    def begin(self, profile: str, model: str, key: str | None) -> Begun:
        """Who answers a key. Raises NotFoundError, InputError."""
        router, watched = self._of(profile, model)
        seq = watched.standing().seq
        route = router.route(key)
        shadow = self._version(router, route.shadow) if route.shadow is not None else None
        return Begun(router, route, self._version(router, route.version), shadow, seq)

    async def predict(self, begun: Begun, rows: Sequence[Row]) -> Answered:
        """Predictions for rows of one key, written down. Where the candidate fails, production answers instead.

        Raises InputError for a row that cannot be used, Busy, and what keeps production from answering.
        """
        router, route = begun.router, begun.route
        shadowed = self._ask(begun.shadow, rows) if begun.shadow is not None else None
        own, shadow = await _both(self._ask_for(begun, rows), shadowed)
        if isinstance(own.problem, InputError | Busy):
            raise own.problem  # of the rows, or of how many there are: no version is to blame
        shadows: Sequence[Answer | None] = [None] * len(rows)
        if shadow is not None and not isinstance(shadow.problem, Busy):
            shadows = _answers(router, shadow, len(rows))
        answers = _answers(router, own, len(rows))
        ids = await self._recorder(router).record(list(zip([route] * len(rows), answers, shadows, strict=True)))
        if own.predictions is not None or route.arm == "production":
            if own.predictions is not None:
                self._remembering.add(own.version.trained.name, rows, own.predictions)
            return self._answered(router, own, answers, ids, route.arm)
        instead = await self._ask(await to_thread.run_sync(self._production, router), rows)
        # Its ids would be those of the failures: nothing can be said of them.
        return self._answered(router, instead, _answers(router, instead, len(rows)), [None] * len(rows), "production")

    def step_all(self) -> None:
        """Do what the rules of each deployment say. Blocks."""
        for home in models(self._workspace):
            self.router(home.profile, home.model).step()

    async def _ask_for(self, begun: Begun, rows: Sequence[Row]) -> _Asked:
        """What answers a key. Production goes on with the model that it has until the next one is loaded."""
        if begun.route.arm == "candidate":
            return await self._ask(begun.version, rows)
        started = time.perf_counter()
        place, wanted = f"{begun.router.home.name}@production", begun.version
        try:
            answer = await self._models.predict_at(place, wanted.trained, rows, order=begun.seq)
        except Exception as problem:
            return _Asked(wanted, None, problem, _ms_since(started))
        version = wanted if answer.name == wanted.trained.name else self._named(begun.router, answer.name)
        return _Asked(version, answer.rows, None, _ms_since(started))

    async def _ask(self, version: Loadable, rows: Sequence[Row]) -> _Asked:
        started = time.perf_counter()
        try:
            predictions = await self._models.predict(version.trained, rows)
        except Exception as problem:
            return _Asked(version, None, problem, _ms_since(started))
        return _Asked(version, predictions, None, _ms_since(started))

    def _answered(
        self, router: Router, asked: _Asked, answers: Sequence[Answer], ids: Sequence[str | None], arm: Arm
    ) -> Answered:
        """Raises what kept the version from answering."""
        if asked.predictions is None:
            raise asked.problem or WorkError("the model gave no predictions")
        name = router.home.profile, router.home.model
        self._figures.predictions.labels(*name, str(asked.version.number)).inc(len(asked.predictions))
        for answer in answers:
            if answer.decision:
                self._figures.decisions.labels(*name, answer.decision).inc()
        decisions = [answer.decision for answer in answers]
        return Answered(asked.version.trained, asked.predictions, list(ids), decisions, arm)

    def _recorder(self, router: Router) -> Recorder:
        return self._recorders.setdefault(router, Recorder(router))

    def _of(self, profile: str, model: str) -> tuple[Router, Watched]:
        home = home_of(self._workspace, profile, model)
        with self._lock:
            found = self._routers.get((profile, model))
            if found is None:
                if not home.root.is_dir():  # nothing is kept of names that are none
                    raise NotFoundError(f"{home.name} has no version", fix="GET /models lists those there are")
                found = self._routers[(profile, model)] = Router(home), Watched(home)
            return found

    def _version(self, router: Router, number: int) -> Loadable:
        name = f"{router.home.name}@{number}"
        known = self._trained.get(name)
        if known is None:
            # Kept for good: a version never changes, and a model has few that are in use.
            known = self._trained[name] = of_version(Version(router.home, number))
        return Loadable(known, number)

    def _named(self, router: Router, name: str) -> Loadable:
        return self._version(router, int(name.rpartition("@")[2]))

    def _production(self, router: Router) -> Loadable:
        return self._version(router, find_version(self._workspace, f"{router.home.name}@production").number)


async def _both(
    first: Coroutine[Any, Any, _Asked], second: Coroutine[Any, Any, _Asked] | None
) -> tuple[_Asked, _Asked | None]:
    if second is None:
        return await first, None
    return await asyncio.gather(first, second)


def _answers(router: Router, asked: _Asked, count: int) -> list[Answer]:
    number = asked.version.number
    if asked.predictions is None:
        return [router.answer(number, None, asked.ms)] * count
    return [router.answer(number, prediction, asked.ms) for prediction in asked.predictions]


def _ms_since(started: float) -> float:
    return 1000 * (time.perf_counter() - started)
