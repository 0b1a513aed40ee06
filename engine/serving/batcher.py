"""Callers on the event loop, one thread for the model: what waits while a batch is computed is the next batch.

A lone request goes at once: nothing waits for company. On a processor that computes one row as quickly as its share
of many, batches then stay small and nobody waits longer; where larger batches are cheaper, they grow by themselves
until the model keeps up.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from engine.errors import FinetopError, WorkError
from engine.serving.line import Piece, Request, next_batch
from engine.tasks.contract import Row

Predict = Callable[[Sequence[Row]], list[Row]]
RECENT = 0.1
"""How much the last batch weighs in the running mean of the time for a row."""


class Busy(FinetopError):
    """More rows wait than the queue takes."""

    def __init__(self, waiting: int, retry_after_s: float) -> None:
        super().__init__(f"{waiting} rows wait for this model", fix=f"send it again in {retry_after_s:.1f} s")
        self.retry_after_s = retry_after_s


class Closed(WorkError):
    """The model is being unloaded."""


@dataclass
class Statistics:
    """What a batcher did so far. Changed and read on the event loop alone."""

    waiting_rows: int = 0
    """In the queue or being computed."""
    requests: int = 0
    rows: int = 0
    refused: int = 0
    """Requests that were told to come back."""
    failed: int = 0
    """Requests that got an error."""
    batches: Counter[int] = field(default_factory=Counter)
    """Rows of a batch → how often."""
    busy_s: float = 0.0
    """How long the model computed."""
    row_s: float = 0.0
    """Running mean of the time that a row took."""


@dataclass(frozen=True)
class _Outcome:
    """A request that is answered, one way or the other."""

    request: Request
    problem: Exception | None = None


class MicroBatcher:
    """Answers requests of one model, in batches. Belongs to the event loop that it is made on."""

    def __init__(self, predict: Predict, *, name: str = "model", max_rows: int = 64, max_queue: int = 1024) -> None:
        """`max_rows`: of a batch. `max_queue`: rows that may wait or be in work; a request beyond gets `Busy`, but a
        request that comes alone is always taken."""
        self.statistics = Statistics()
        self._predict, self._max_rows, self._max_queue = predict, max_rows, max_queue
        self._loop = asyncio.get_running_loop()
        self._arrivals: SimpleQueue[Request | None] = SimpleQueue()
        self._closing = False
        # A daemon: a service that ends without closing its models must not hang.
        self._thread = threading.Thread(target=self._work, name=f"predict {name}", daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for it."""
        return self.statistics.waiting_rows == 0

    async def predict(self, rows: Sequence[Row]) -> list[Row]:
        """A prediction for each row. Raises Busy, Closed, and what the model raises for these rows alone."""
        if self._closing:
            raise Closed("the model is being unloaded", fix="ask again")
        if not rows:
            return []
        numbers = self.statistics
        if numbers.waiting_rows and numbers.waiting_rows + len(rows) > self._max_queue:
            numbers.refused += 1
            raise Busy(numbers.waiting_rows, max(0.1, numbers.waiting_rows * numbers.row_s))
        numbers.requests += 1
        numbers.waiting_rows += len(rows)
        answer: asyncio.Future[list[Row]] = self._loop.create_future()
        request = Request(rows, answer)
        self._arrivals.put(request)
        try:
            return await answer
        finally:
            self._count_out(request)  # here where the caller gave up
            request.answer = None
            del answer

    async def close(self) -> None:
        """Take nothing more, answer all that wait, and let go of the model."""
        if not self._closing:
            self._closing = True
            self._arrivals.put(None)
        while self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    # The thread of the model.

    def _work(self) -> None:
        line: deque[Request] = deque()
        while self._fill(line):
            self._turn(line)
        del self._predict

    def _fill(self, line: deque[Request]) -> bool:
        """Put into the line what has come; wait for something where there is nothing. False at the end."""
        try:
            while True:
                came = self._arrivals.get(block=not line)
                if came is None:
                    # Whatever was sent before stands in the line already, and nothing comes after.
                    self._arrivals.put(None)
                    return bool(line)
                line.append(came)
        except Empty:
            return True

    def _turn(self, line: deque[Request]) -> None:
        pieces = next_batch(line, self._max_rows)
        if not pieces:
            return
        started = time.monotonic()
        outcomes = self._answer(pieces)
        seconds = time.monotonic() - started
        finished = {outcome.request for outcome in outcomes}
        for request in [request for request in line if request in finished]:
            line.remove(request)  # it failed, or was asked whole
        try:
            self._loop.call_soon_threadsafe(self._deliver, outcomes, sum(map(len, pieces)), seconds)
        except RuntimeError:
            line.clear()  # the loop is closed: nobody waits any more
        del outcomes  # an error in it holds this frame

    def _answer(self, pieces: Sequence[Piece]) -> list[_Outcome]:
        """The requests that are finished with these pieces. Where the model refuses them together, each half is tried
        by itself, down to the rows at fault: their neighbours keep each other's company."""
        try:
            predictions = self._predictions([row for piece in pieces for row in piece.rows])
        except Exception as problem:
            if len(pieces) > 1:
                middle = len(pieces) // 2
                return [*self._answer(pieces[:middle]), *self._answer(pieces[middle:])]
            (piece,) = pieces
            return [self._whole(piece, problem)]
        outcomes, at = [], 0
        for piece in pieces:
            piece.request.done += predictions[at : at + len(piece)]
            at += len(piece)
            if piece.stop == len(piece.request.rows):
                outcomes.append(_Outcome(piece.request))
        return outcomes

    def _whole(self, piece: Piece, problem: Exception) -> _Outcome:
        """What becomes of a request whose piece fails. A message that counts samples must count those of the request,
        so one that was divided is asked whole."""
        request = piece.request
        if piece.is_all:
            return _Outcome(request, problem)
        try:
            request.done = self._predictions(request.rows)
        except Exception as whole:
            return _Outcome(request, whole)
        return _Outcome(request)

    def _predictions(self, rows: Sequence[Row]) -> list[Row]:
        try:
            predictions = self._predict(rows)
        except BaseException as problem:
            # A panic inside a tokenizer is no Exception, and must not end the thread; StopIteration fits no future.
            if isinstance(problem, Exception) and not isinstance(problem, StopIteration):
                raise
            raise WorkError(f"the model failed ({type(problem).__name__}: {problem})") from problem
        if len(predictions) != len(rows):
            raise WorkError(f"the model gave {len(predictions)} predictions for {len(rows)} rows")
        return predictions

    # Back on the event loop.

    def _deliver(self, outcomes: Sequence[_Outcome], rows: int, seconds: float) -> None:
        numbers = self.statistics
        numbers.rows += rows
        numbers.batches[rows] += 1
        numbers.busy_s += seconds
        numbers.row_s += (seconds / rows - numbers.row_s) * (RECENT if numbers.row_s else 1.0)
        for outcome in outcomes:
            self._count_out(outcome.request)
            answer = outcome.request.answer
            numbers.failed += outcome.problem is not None
            if answer is None or answer.done():
                continue
            if outcome.problem is None:
                answer.set_result(outcome.request.done)
            else:
                answer.set_exception(outcome.problem)

    def _count_out(self, request: Request) -> None:
        if request.counted:
            request.counted = False
            self.statistics.waiting_rows -= len(request.rows)
