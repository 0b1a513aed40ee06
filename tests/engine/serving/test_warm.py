"""Models that are loaded once, and one that takes over from another."""

import asyncio
import gc
import itertools
import threading
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.errors import InputError, WorkError
from engine.serving.loading import load_checked
from engine.serving.warm import WarmModels
from engine.tasks.contract import Predictor, Row
from engine.trained import Trained
from tests.engine.serving.models import a_model

SAMPLE: list[Row] = [{"text": "a pole"}]
PLACE = "scripted/good"


class Loader:
    """Loads as usual, counts, keeps an eye on what it loaded, and waits at the door where it is told to."""

    def __init__(self) -> None:
        self.loads: Counter[str] = Counter()
        self.alive: dict[str, weakref.ref[Predictor]] = {}
        self.open = threading.Event()
        self.open.set()

    def __call__(self, trained: Trained, device: str) -> Predictor:
        self.loads[trained.name] += 1
        assert self.open.wait(10)
        predictor = load_checked(trained, device)
        self.alive[trained.name] = weakref.ref(predictor)
        return predictor


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
async def warm(loader: Loader) -> AsyncIterator[WarmModels]:
    models = WarmModels(most_loaded=2, load=loader)
    yield models
    loader.open.set()
    await models.close()


async def who_answers(warm: WarmModels, wanted: Trained, order: int = 0) -> int:
    answer = await warm.predict_at(PLACE, wanted, SAMPLE, order=order)
    assert answer.name == f"scripted/good@{answer.rows[0]['value']}"
    return int(answer.rows[0]["value"])


async def until_answered_by(warm: WarmModels, wanted: Trained, number: int, order: int = 0) -> None:
    while await who_answers(warm, wanted, order) != number:
        await asyncio.sleep(0.001)


async def test_a_model_is_loaded_once_however_many_wait(warm: WarmModels, loader: Loader, tmp_path: Path) -> None:
    model = a_model(tmp_path, 1)
    answers = await asyncio.gather(*(warm.predict(model, SAMPLE) for _ in range(20)))
    assert all(answer == [{"label": "odd", "value": 1}] for answer in answers)
    assert loader.loads == {model.name: 1}
    assert warm.loaded()[model.name].requests == 20


async def test_who_gives_up_waiting_does_not_stop_the_loading_for_others(
    warm: WarmModels, loader: Loader, tmp_path: Path
) -> None:
    loader.open.clear()
    first, second = (asyncio.create_task(warm.predict(a_model(tmp_path, 1), SAMPLE)) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    loader.open.set()
    assert (await second)[0]["value"] == 1


async def test_a_failure_is_told_to_all_that_wait_and_forgotten_when_the_model_changes(
    warm: WarmModels, loader: Loader, tmp_path: Path
) -> None:
    broken = a_model(tmp_path, 1, expected_of=2)
    tries = await asyncio.gather(*(warm.predict(broken, SAMPLE) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(each, WorkError) and "differently" in str(each) for each in tries)
    with pytest.raises(WorkError):
        await warm.predict(broken, SAMPLE)
    assert loader.loads[broken.name] == 1, "each try would cost seconds"
    assert (await warm.predict(a_model(tmp_path, 1), SAMPLE))[0]["value"] == 1


async def test_the_old_version_answers_until_the_new_one_is_there(
    warm: WarmModels, loader: Loader, tmp_path: Path
) -> None:
    old, new = a_model(tmp_path, 1), a_model(tmp_path, 2)
    assert await who_answers(warm, old) == 1
    loader.open.clear()
    assert [await who_answers(warm, new) for _ in range(3)] == [1, 1, 1]
    loader.open.set()
    await until_answered_by(warm, new, 2)
    assert loader.loads == {old.name: 1, new.name: 1}
    assert set(warm.loaded()) == {new.name}
    assert warm.current() == {PLACE: new.name}


async def test_a_version_that_was_loaded_before_answers_at_once(
    warm: WarmModels, loader: Loader, tmp_path: Path
) -> None:
    old, new = a_model(tmp_path, 1), a_model(tmp_path, 2)
    assert await who_answers(warm, old) == 1
    await warm.prepare(new)
    assert await who_answers(warm, new) == 2


async def test_who_believes_an_older_decision_is_answered_by_the_newer_one(
    warm: WarmModels, loader: Loader, tmp_path: Path
) -> None:
    old, new = a_model(tmp_path, 1), a_model(tmp_path, 2)
    await warm.swap(PLACE, old, order=1)
    await warm.swap(PLACE, new, order=2)
    assert await who_answers(warm, old, order=1) == 2
    assert loader.loads[old.name] == 1
    await until_answered_by(warm, old, 1, order=3)


async def test_a_swap_that_was_overtaken_comes_to_nothing(warm: WarmModels, loader: Loader, tmp_path: Path) -> None:
    first, second, third = (a_model(tmp_path, number) for number in (1, 2, 3))
    await warm.swap(PLACE, first, order=1)
    await warm.prepare(third)
    loader.open.clear()
    slow = asyncio.create_task(warm.swap(PLACE, second, order=2))
    await asyncio.sleep(0.01)
    await warm.swap(PLACE, third, order=3)
    loader.open.set()
    await slow
    assert await who_answers(warm, third, order=3) == 3


async def test_a_promotion_that_was_taken_back_while_it_was_loaded_comes_to_nothing(
    warm: WarmModels, loader: Loader, tmp_path: Path
) -> None:
    old, new = a_model(tmp_path, 1), a_model(tmp_path, 2)
    await warm.swap(PLACE, old, order=1)
    loader.open.clear()
    assert await who_answers(warm, new, order=2) == 1
    assert await who_answers(warm, old, order=3) == 1
    loader.open.set()
    await warm.prepare(new)
    await asyncio.sleep(0.01)
    assert await who_answers(warm, old, order=3) == 1
    assert loader.loads[old.name] == 1


async def test_a_version_that_predicts_otherwise_is_refused_and_the_old_one_stays(
    warm: WarmModels, tmp_path: Path
) -> None:
    old, wrong = a_model(tmp_path, 1), a_model(tmp_path, 2, expected_of=3)
    await warm.swap(PLACE, old)
    with pytest.raises(WorkError, match="differently"):
        await warm.swap(PLACE, wrong)
    assert await who_answers(warm, wrong) == 1
    while not warm.refusals():
        await asyncio.sleep(0.001)
    assert "scripted/good@2 does not answer: the loaded model predicts" in warm.refusals()[PLACE]
    await warm.swap(PLACE, old)
    assert warm.refusals() == {}


async def test_the_model_that_was_swapped_leaves_memory(warm: WarmModels, loader: Loader, tmp_path: Path) -> None:
    old, new = a_model(tmp_path, 1), a_model(tmp_path, 2)
    await warm.swap(PLACE, old)
    await warm.swap(PLACE, new)
    while loader.alive[old.name]() is not None:
        await asyncio.sleep(0.001)
        gc.collect()
    assert loader.alive[new.name]() is not None


async def test_the_model_that_was_used_longest_ago_makes_room(warm: WarmModels, tmp_path: Path) -> None:
    models = [a_model(tmp_path, number) for number in (1, 2, 3)]
    for model in (models[0], models[1], models[0], models[2]):
        await warm.predict(model, SAMPLE)
    assert set(warm.loaded()) == {models[0].name, models[2].name}
    assert (await warm.predict(models[1], SAMPLE))[0]["value"] == 2


async def test_a_model_that_nobody_asks_for_leaves(loader: Loader, tmp_path: Path) -> None:
    warm = WarmModels(idle_s=0.02, load=loader)
    current, other = a_model(tmp_path, 1), a_model(tmp_path, 2)
    await warm.swap(PLACE, current)
    await warm.predict(other, SAMPLE)
    while other.name in warm.loaded():
        await asyncio.sleep(0.005)
    assert set(warm.loaded()) == {current.name}, "the current one stays"
    await warm.close()


async def test_a_model_whose_files_were_replaced_is_loaded_anew(
    warm: WarmModels, loader: Loader, tmp_path: Path
) -> None:
    model = a_model(tmp_path, 1)
    await warm.swap(PLACE, model)
    a_model(tmp_path, 1)
    await warm.predict(model, SAMPLE)
    assert loader.loads[model.name] == 2
    assert await who_answers(warm, model) == 1


async def test_an_input_error_of_a_row_is_the_callers_own(warm: WarmModels, tmp_path: Path) -> None:
    class Picky:
        def predict(self, rows: list[Row]) -> list[Row]:
            if any("text" not in row for row in rows):
                raise InputError("a row has no text")
            return rows

    models = WarmModels(load=lambda trained, device: Picky())
    model = a_model(tmp_path, 1)
    good, bad = await asyncio.gather(
        models.predict(model, SAMPLE), models.predict(model, [{}]), return_exceptions=True
    )
    assert good == SAMPLE
    assert isinstance(bad, InputError)
    await models.close()


@pytest.mark.slow
async def test_twenty_promotions_under_load_lose_no_request(warm: WarmModels, loader: Loader, tmp_path: Path) -> None:
    versions = [a_model(tmp_path, number) for number in range(1, 22)]
    await warm.swap(PLACE, versions[0], order=1)
    newest, answered, stop = 1, Counter[int](), False

    async def hammer(client: int) -> None:
        for turn in itertools.count():
            if stop:
                return
            seen_before = newest
            wanted = versions[newest - 1]
            if turn % 7 == 0:
                await asyncio.sleep(0.001 * (client % 5))  # asks with what it knew a moment ago
            text = f"{client} {turn}"
            answer = await warm.predict_at(PLACE, wanted, [{"text": text}], order=seen_before)
            number = answer.rows[0]["value"]
            assert seen_before <= number <= newest + 1, "an older version, or one nobody promoted"
            assert answer.rows[0]["label"] == ("odd" if (number + len(text)) % 2 else "even")
            answered[number] += 1

    clients = [asyncio.create_task(hammer(number)) for number in range(32)]
    for number in range(2, 22):
        await asyncio.sleep(0.02)
        await warm.swap(PLACE, versions[number - 1], order=number)
        newest = number
        assert warm.current() == {PLACE: versions[number - 1].name}
    stop = True
    await asyncio.gather(*clients)
    assert len(answered) > 15
    assert all(loads == 1 for loads in loader.loads.values())
    assert set(warm.loaded()) == {versions[-1].name}
