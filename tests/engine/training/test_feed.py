"""Batches prepared by other processes: the same, in order, bounded, and gone when they should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import DataError, OutOfMemoryError, StopRequested
from engine.runs.checkpoints import newest_valid
from engine.runs.reasons import Reason, reason_of_error
from engine.runs.retry import Failures, decide
from engine.runs.spec import RunPolicy
from engine.tasks.contract import Job, Stop
from engine.training.feed import AHEAD, READY, Feed, micro_batches
from engine.training.feeding import loaders_for
from engine.training.loader import LoaderDied
from engine.training.loop import Loop
from engine.training.shared_memory import SharedArrays
from engine.training.trainable import FitResult, Phase
from tests.engine.interruptions import Killed, after, events, kill
from tests.engine.jobs import MakeJob
from tests.engine.training.prepared import Keeping, Kinds, Misbehaving, Points, StrangeError, Telling

ROOT = Path(__file__).parents[3]
PHASE = Phase("training", 3)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loaders import these tests' modules."""
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def prepared(line: type) -> Callable[..., Any]:
    """A line whose batches may be prepared by other processes."""

    class Prepared(line):  # type: ignore[misc]
        def __init__(self, preparation: Any) -> None:
            super().__init__()
            self.preparation = preparation

        def collate(self, indices: Any, epoch: int) -> Any:
            return self.preparation(indices, epoch)

    return lambda preparation=None: Prepared(preparation or Points())


def fit(job: Job, trainable: Any, *, resume: bool = False) -> tuple[FitResult, dict[str, bytes]]:
    checkpoint = newest_valid(job.paths.checkpoints) if resume else None
    result = Loop(job, trainable, PHASE).fit(checkpoint.path if checkpoint else None)
    return result, {name: weight.numpy().tobytes() for name, weight in trainable.model.state_dict().items()}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("wish", "on_gpu", "cpus", "gpus", "expected"),
    [
        ("auto", False, 64, 0, 0),
        ("auto", True, 16, 1, 15),
        ("auto", True, 64, 1, 16),
        ("auto", True, 64, 8, 7),
        ("auto", True, 1, 1, 1),
        (0, True, 16, 1, 0),
        (3, False, 2, 0, 3),
    ],
)
def test_a_gpu_gets_its_share_of_the_cores_and_a_cpu_none(
    wish: Any, on_gpu: bool, cpus: int, gpus: int, expected: int
) -> None:
    assert loaders_for(wish, on_gpu=on_gpu, cpus=cpus, gpus=gpus) == expected


def test_micro_batches_hold_a_batch_in_order() -> None:
    assert list(micro_batches([5, 6, 7, 8, 9], 2)) == [[5, 6, 7], [8, 9]]
    assert list(micro_batches([5], 4)) == [[5]]


def test_what_is_kept_stays_until_the_room_is_full() -> None:
    arrays = SharedArrays(5, room=2 * 60)
    for number in range(5):
        arrays.keep(number, np.full((4, 5, 3), number + 1, dtype=np.uint8), (7, number))
    assert [arrays.get(number) is not None for number in range(5)] == [True, True, False, False, False]
    array, note = arrays.get(1) or (None, None)
    assert array is not None and array.shape == (4, 5, 3) and (array == 2).all() and note == (7, 1)
    with pytest.raises(ValueError, match="read-only"):
        array[:] = 0
    assert arrays.used == 120


@pytest.mark.slow
def test_a_task_whose_batches_are_cheap_says_that_loader_workers_has_no_effect(make_job: MakeJob, line: type) -> None:
    job = make_job(loader_workers=2, max_steps=1)
    fit(job, line())
    assert ["loader_workers has no effect" in event["message"] for event in events(job, "log")] == [True]


@pytest.mark.slow
def test_tensors_of_every_kind_come_back_as_they_were() -> None:
    works = [([number], 3) for number in range(5)]
    with Feed(Kinds(), works, 2) as feed:
        for indices, epoch in works:
            batch, expected = feed.take(indices, epoch), Kinds()(indices, epoch)
            assert batch.keys() == expected.keys()
            for name, tensor in expected.items():
                assert (batch[name].dtype, batch[name].shape) == (tensor.dtype, tensor.shape)
                assert torch.equal(batch[name].nan_to_num(), tensor.nan_to_num())


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"gradient_accumulation": 4, "splits_of_batch": 2}])
def test_the_weights_are_the_same_whoever_prepares_the_batches(
    make_job: MakeJob, prepared: Any, settings: dict[str, int]
) -> None:
    expected = fit(make_job(loader_workers=0, **settings), prepared())
    for loaders in (1, 3):
        assert fit(make_job(loader_workers=loaders, **settings), prepared()) == expected


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "raised"), [(kill, Killed), (lambda: Stop.NOW, StopRequested)])
def test_cut_off_anywhere_and_resumed_with_other_loaders_the_weights_are_the_same(
    make_job: MakeJob, prepared: Any, answer: Callable[[], Stop], raised: type[BaseException]
) -> None:
    settings = {"checkpoint_every_s": 0.0, "splits_of_batch": 2}
    expected = fit(make_job("whole", **settings), prepared())
    for at, loaders in ((5, 1), (13, 3), (22, 2)):
        job = make_job(f"cut-{at}", loader_workers=loaders, should_stop=after(at, answer), **settings)
        with pytest.raises(raised):
            fit(job, prepared())
        resumed = make_job(f"cut-{at}", loader_workers=3 - loaders, **settings)
        assert fit(resumed, prepared(), resume=True) == expected


@pytest.mark.slow
def test_only_so_many_batches_are_prepared_ahead() -> None:
    asked = []

    def works() -> Iterator[tuple[list[int], int]]:
        for number in range(100):
            asked.append(number)
            yield [number % 24], 0

    with Feed(Points(), works(), 2) as feed:
        feed.take([0], 0)
        wait_for(lambda: len(asked) >= 2 * AHEAD + READY, 20)
        time.sleep(0.2)
        assert len(asked) <= 1 + 2 * AHEAD + READY + 1


@pytest.mark.slow
def test_batches_asked_for_out_of_order_are_not_given() -> None:
    with Feed(Points(), [([1], 0), ([2], 0)], 1) as feed, pytest.raises(RuntimeError, match="out of order"):
        feed.take([2], 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "raised", "words"),
    [
        ("data", DataError, r"^files/9.png: the image cannot be read; make the dataset anew"),
        ("memory", OutOfMemoryError, "the host has no memory left"),
        ("strange", RuntimeError, "StrangeError"),
        ("killed", LoaderDied, "was killed by SIGKILL; if the machine ran out of memory, lower loader_workers"),
    ],
)
def test_what_goes_wrong_in_a_loader_is_said_here(
    make_job: MakeJob, prepared: Any, how: str, raised: type[Exception], words: str
) -> None:
    started = time.monotonic()
    with pytest.raises(raised, match=words) as caught:
        fit(make_job(loader_workers=2), prepared(Misbehaving(how)))
    assert time.monotonic() - started < 20
    if how == "killed":
        reason = reason_of_error(caught.value)
        assert reason is Reason.CRASH
        assert decide(reason, Failures(), RunPolicy()).retry
    if how == "strange":
        assert issubclass(StrangeError, Exception)
        assert "prepared.py" in caught.value.__notes__[0]


@pytest.mark.slow
def test_stop_now_is_heard_while_a_batch_is_waited_for(make_job: MakeJob, prepared: Any) -> None:
    asked_at = 0.0

    def should_stop() -> Stop:
        nonlocal asked_at
        if time.monotonic() - started < 4:
            return Stop.NO
        asked_at = asked_at or time.monotonic()
        return Stop.NOW

    started = time.monotonic()
    job = make_job("stopped", loader_workers=2, should_stop=should_stop)
    with pytest.raises(StopRequested):
        fit(job, prepared(Misbehaving("sleep")))
    assert time.monotonic() - asked_at < 1.5
    assert newest_valid(job.paths.checkpoints) is not None


@pytest.mark.slow
def test_loaders_share_what_they_keep() -> None:
    # In turns, and 5 is odd: the second time each number is asked of the other.
    works = [([number], 0) for number in (*range(5), *range(5))]
    arrays = SharedArrays(5, room=5 * 60)
    with Feed(Keeping(arrays), works, 2) as feed:
        found = [int(feed.take(indices, 0)["found"][0]) for indices, _ in works]
    assert found == [*[-1] * 5, *range(5)]
    kept = arrays.get(2)
    assert kept is not None and kept[1] == (2, 4)


@pytest.mark.slow
def test_loaders_hold_nothing_of_the_trainer_and_end_with_it(tmp_path: Path) -> None:
    script = tmp_path / "trainer.py"
    lease = tmp_path / "gpu.slot"
    script.write_text(
        f"""
import os, sys, time
from engine.training.feed import Feed
from tests.engine.training.prepared import Telling

if __name__ == "__main__":
    lease = os.open({str(lease)!r}, os.O_RDWR | os.O_CREAT)
    os.set_inheritable(lease, True)
    with Feed(Telling(), [([number], 0) for number in range(99)], 2) as feed:
        for number in range(2):
            told = feed.take([number], 0)
            held = bytes(told["held"].tolist()).decode().splitlines()
            print(int(told["pid"]), {str(lease)!r} in held, flush=True)
        time.sleep(600)
"""
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    trainer = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        assert trainer.stdout is not None
        told = [trainer.stdout.readline().split() for _ in range(2)]
        assert [held for _, held in told] == ["False", "False"]
        pids = [int(pid) for pid, _ in told]
        assert all(alive(pid) for pid in pids) and len(set(pids)) == 2
        os.kill(trainer.pid, signal.SIGKILL)
        wait_for(lambda: not any(alive(pid) for pid in pids), 2)
    finally:
        os.killpg(trainer.pid, signal.SIGKILL)
        trainer.wait()


@pytest.mark.slow
def test_leaving_the_feed_ends_its_processes(make_job: MakeJob) -> None:
    with Feed(Telling(), [([number], 0) for number in range(9)], 2) as feed:
        pids = [int(feed.take([number], 0)["pid"]) for number in range(2)]
        assert all(map(alive, pids))
    wait_for(lambda: not any(map(alive, pids)), 2)


@pytest.mark.slow
@pytest.mark.parametrize("loaders", [0, 2])
def test_out_of_memory_in_the_middle_goes_on_in_smaller_parts_of_the_same_batch(
    make_job: MakeJob, prepared: Any, loaders: int
) -> None:
    def trainable(*, fails_at: int = -1) -> Any:
        made = prepared()
        made.model[1].p = 0.0  # dropout draws per part
        made.model.double()  # sums in another order differ in the last digits, which AdamW makes larger
        made.inputs, made.outputs = made.inputs.double(), made.outputs.double()
        sizes, loss_sum = [], made.loss_sum

        def counted(batch: Any) -> Any:
            sizes.append(len(batch["inputs"]))
            if len(sizes) == fails_at:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
            return loss_sum({name: tensor.double() for name, tensor in batch.items()})

        made.loss_sum, made.sizes = counted, sizes
        return made

    settings = {"checkpoint_every_s": 0.0, "loader_workers": loaders, "precision": "fp32"}
    whole = trainable()
    fit(make_job("whole", **settings), whole)
    with pytest.raises(OutOfMemoryError) as caught:
        fit(make_job("run", **settings), trainable(fails_at=9))
    decision = decide(reason_of_error(caught.value), Failures(), RunPolicy(), batch_size=4)
    assert decision.retry
    resumed = trainable()
    job = make_job("run", splits_of_batch=decision.failures.splits_of_batch, **settings)
    result, _ = fit(job, resumed, resume=True)
    assert (result.steps, set(whole.sizes), set(resumed.sizes)) == (18, {4}, {2})
    assert len(resumed.sizes) == 2 * (18 - 8)
    for one, other in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-9)
