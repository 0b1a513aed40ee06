"""Requests that wait for a model, and which of their rows go into the next batch."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.tasks.contract import Row


@dataclass(eq=False)
class Request:
    """Rows that somebody waits for."""

    rows: Sequence[Row]
    answer: asyncio.Future[list[Row]] | None
    """None once nobody waits any more: an error in it holds the frames that it went through, and they hold this."""
    done: list[Row] = field(default_factory=list)
    """Predictions of the first rows."""
    taken: int = 0
    """Rows that are in a batch, or were."""
    counted: bool = True
    """Whether its rows still stand in the batcher's count of those that wait."""

    def is_given_up(self) -> bool:
        """Whether nobody waits any more. May be asked from any thread."""
        answer = self.answer
        return answer is None or answer.cancelled()


@dataclass(frozen=True)
class Piece:
    """Rows of one request that go into a batch together."""

    request: Request
    start: int
    stop: int

    @property
    def rows(self) -> Sequence[Row]:
        return self.request.rows[self.start : self.stop]

    @property
    def is_all(self) -> bool:
        """Whether it is the whole request."""
        return self.start == 0 and self.stop == len(self.request.rows)

    def __len__(self) -> int:
        return self.stop - self.start


def next_batch(line: deque[Request], max_rows: int) -> list[Piece]:
    """Take at most `max_rows` rows out of the line. All that wait get an equal share first, so that a request of a
    thousand rows holds up nobody; what they leave goes to whoever came first. What is not finished goes to the end;
    what was given up is dropped."""
    waiting = [request for request in line if not request.is_given_up()]
    line.clear()
    first, later = waiting[:max_rows], waiting[max_rows:]
    share = max_rows // max(1, len(first))
    wanted = [min(share, len(request.rows) - request.taken) for request in first]
    room = max_rows - sum(wanted)
    pieces: list[Piece] = []
    unfinished: list[Request] = []
    for request, rows in zip(first, wanted, strict=True):
        more = min(room, len(request.rows) - request.taken - rows)
        room -= more
        pieces.append(Piece(request, request.taken, request.taken + rows + more))
        request.taken += rows + more
        if request.taken < len(request.rows):
            unfinished.append(request)
    line.extend(later)
    line.extend(unfinished)
    return pieces
