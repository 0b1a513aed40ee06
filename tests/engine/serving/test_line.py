"""Which rows go into the next batch."""

import asyncio
from collections import deque

import pytest

from engine.serving.line import Request, next_batch


def request(rows: int, *, taken: int = 0) -> Request:
    return Request([{"at": at} for at in range(rows)], asyncio.get_running_loop().create_future(), taken=taken)


@pytest.mark.parametrize(
    ("waiting", "max_rows", "taken", "left"),
    [
        ([1], 8, [1], []),
        ([1, 1, 1], 8, [1, 1, 1], []),
        ([1, 1, 1], 2, [1, 1], [1]),
        ([100], 8, [8], [92]),
        ([100, 1, 1], 8, [6, 1, 1], [94]),  # a large request holds up nobody
        ([1, 1, 100], 8, [1, 1, 6], [94]),
        ([5, 5], 8, [4, 4], [1, 1]),
        ([2, 7], 8, [2, 6], [1]),
        ([], 8, [], []),
    ],
)
async def test_rows_are_shared_out_fairly(
    waiting: list[int], max_rows: int, taken: list[int], left: list[int]
) -> None:
    line = deque(request(rows) for rows in waiting)
    pieces = next_batch(line, max_rows)
    assert [len(piece) for piece in pieces] == taken
    assert [len(each.rows) - each.taken for each in line] == left


async def test_a_request_that_was_begun_goes_behind_those_that_were_not() -> None:
    long, short = request(10), request(1)
    line = deque([long])
    assert [len(piece) for piece in next_batch(line, 4)] == [4]
    line.append(short)
    line.append(late := request(9))
    pieces = next_batch(line, 2)
    assert [piece.request for piece in pieces] == [long, short]
    assert list(line) == [late, long]


async def test_what_was_given_up_is_not_computed() -> None:
    kept, dropped = request(1), request(1)
    assert dropped.answer is not None
    dropped.answer.cancel()
    line = deque([dropped, kept])
    assert [piece.request for piece in next_batch(line, 4)] == [kept]
    assert not line
