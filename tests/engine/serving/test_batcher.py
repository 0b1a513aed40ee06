"""Requests of many callers, and one thread with a model."""

import asyncio
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from engine.errors import InputError, WorkError
from engine.serving.batcher import Busy, Closed, MicroBatcher
from engine.tasks.contract import Row


class Doubling:
    """A model that takes numbers, refuses negative ones, and computes when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_go = threading.Event()
        self.may_go.set()
        self.began = threading.Event()

    def predict(self, rows: Sequence[Row]) -> list[Row]:
        self.batches.append([row["n"] for row in rows])
        self.began.set()
        assert self.may_go.wait(10)
        for at, row in enumerate(rows):
            if row["n"] < 0:
                raise InputError(f"sample {at + 1} is negative")
        return [{"n": 2 * row["n"]} for row in rows]


def rows(*numbers: int) -> list[Row]:
    return [{"n": number} for number in numbers]


@pytest.fixture
def model() -> Doubling:
    return Doubling()


@pytest.fixture
async def start(model: Doubling) -> AsyncIterator[Callable[..., MicroBatcher]]:
    made: list[MicroBatcher] = []

    def begin(**limits: int) -> MicroBatcher:
        made.append(MicroBatcher(model.predict, **limits))
        return made[-1]

    yield begin
    model.may_go.set()
    for batcher in made:
        await batcher.close()


async def held_up(batcher: MicroBatcher, model: Doubling) -> asyncio.Task[list[Row]]:
    """A request that is being computed until the model may go."""
    model.may_go.clear()
    model.began.clear()
    task = asyncio.create_task(batcher.predict(rows(0)))
    await asyncio.to_thread(model.began.wait, 10)
    return task


async def test_a_lone_request_goes_at_once(start: Callable[..., MicroBatcher], model: Doubling) -> None:
    assert await start().predict(rows(1, 2)) == rows(2, 4)
    assert model.batches == [[1, 2]]


async def test_what_comes_while_a_batch_is_computed_is_the_next_batch(
    start: Callable[..., MicroBatcher], model: Doubling
) -> None:
    batcher = start()
    first = await held_up(batcher, model)
    others = [asyncio.create_task(batcher.predict(rows(number))) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    model.may_go.set()
    assert await asyncio.gather(first, *others) == [rows(0), rows(2), rows(4), rows(6)]
    assert model.batches == [[0], [1, 2, 3]]
    assert batcher.statistics.batches == {1: 1, 3: 1}
    assert batcher.statistics.rows == 4
    assert batcher.is_idle


async def test_a_request_larger_than_a_batch_is_answered_in_order(
    start: Callable[..., MicroBatcher], model: Doubling
) -> None:
    assert await start(max_rows=4).predict(rows(*range(10))) == rows(*range(0, 20, 2))
    assert [len(batch) for batch in model.batches] == [4, 4, 2]


async def test_a_bad_row_fails_its_own_request_alone(start: Callable[..., MicroBatcher], model: Doubling) -> None:
    batcher = start()
    first = await held_up(batcher, model)
    tasks = [asyncio.create_task(batcher.predict(rows(number))) for number in (1, 2, -3, 4, 5, 6, 7, 8)]
    await asyncio.sleep(0)
    model.may_go.set()
    await first
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[2], InputError)
    assert str(answers[2]) == "sample 1 is negative"
    assert [answer for answer in answers if answer is not answers[2]] == [rows(2 * n) for n in (1, 2, 4, 5, 6, 7, 8)]
    assert [5, 6, 7, 8] in model.batches, "neighbours keep each other's company"


async def test_an_error_in_a_divided_request_counts_the_rows_of_the_request(
    start: Callable[..., MicroBatcher],
) -> None:
    batcher = start(max_rows=4)
    with pytest.raises(InputError, match="sample 7 is negative"):
        await batcher.predict(rows(0, 1, 2, 3, 4, 5, -6, 7, 8, 9))
    assert await batcher.predict(rows(1)) == rows(2)


async def test_who_gives_up_is_not_computed(start: Callable[..., MicroBatcher], model: Doubling) -> None:
    batcher = start()
    first = await held_up(batcher, model)
    gone, stays = (asyncio.create_task(batcher.predict(rows(number))) for number in (1, 2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    assert batcher.statistics.waiting_rows == 2
    model.may_go.set()
    assert await stays == rows(4)
    await first
    assert model.batches == [[0], [2]]


async def test_a_full_queue_says_when_to_come_back(start: Callable[..., MicroBatcher], model: Doubling) -> None:
    batcher = start(max_queue=3)
    assert len(await batcher.predict(rows(*range(9)))) == 9, "alone, a request of any size is taken"
    first = await held_up(batcher, model)
    second = asyncio.create_task(batcher.predict(rows(1, 2)))
    await asyncio.sleep(0)
    with pytest.raises(Busy) as busy:
        await batcher.predict(rows(3))
    assert busy.value.retry_after_s >= 0.1
    assert batcher.statistics.refused == 1
    model.may_go.set()
    await asyncio.gather(first, second)
    assert await batcher.predict(rows(3)) == rows(6)


@pytest.mark.parametrize("problem", [StopIteration(), type("Panic", (BaseException,), {})("in Rust")])
async def test_no_failure_of_a_model_ends_the_thread(problem: BaseException) -> None:
    def predict(given: Sequence[Row]) -> list[Row]:
        if given[0]["n"] < 0:
            raise problem
        return list(given)

    batcher = MicroBatcher(predict)
    with pytest.raises(WorkError, match="the model failed"):
        await batcher.predict(rows(-1))
    assert await batcher.predict(rows(1)) == rows(1)
    await batcher.close()


async def test_a_model_that_loses_a_row_is_found_out() -> None:
    batcher = MicroBatcher(lambda given: list(given)[1:])
    with pytest.raises(WorkError, match="1 predictions for 2 rows"):
        await batcher.predict(rows(1, 2))
    await batcher.close()


async def test_closing_answers_all_that_wait_and_lets_go_of_the_model() -> None:
    model = Doubling()
    gone = weakref.ref(model)
    batcher = MicroBatcher(model.predict, max_rows=2)
    first = await held_up(batcher, model)
    others = [asyncio.create_task(batcher.predict(rows(number))) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(batcher.close())
    await asyncio.sleep(0)
    with pytest.raises(Closed):
        await batcher.predict(rows(4))
    model.may_go.set()
    assert await asyncio.gather(first, *others) == [rows(0), rows(2), rows(4), rows(6)]
    await closing
    del model
    assert gone() is None


async def test_an_error_keeps_no_model_alive() -> None:
    model = Doubling()
    gone = weakref.ref(model)
    batcher = MicroBatcher(model.predict)
    with pytest.raises(InputError):
        await batcher.predict(rows(1, -2))
    await batcher.close()
    del model
    assert gone() is None
