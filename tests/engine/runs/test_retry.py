import pytest

from engine.runs.reasons import Reason
from engine.runs.retry import Failures, decide
from engine.runs.spec import RunPolicy

POLICY = RunPolicy(retries=2, backoff_s=5.0)


@pytest.mark.parametrize(
    ("reason", "crashes", "retry", "delay_s"),
    [
        (Reason.CRASH, 0, True, 5.0),
        (Reason.CRASH, 1, True, 10.0),
        (Reason.CRASH, 2, False, 0.0),
        (Reason.HANG, 0, True, 5.0),
        (Reason.HANG, 2, False, 0.0),
        (Reason.PREEMPTED, 0, True, 5.0),
        (Reason.PREEMPTED, 2, False, 0.0),
        (Reason.DONE, 0, False, 0.0),
        (Reason.STOPPED, 0, False, 0.0),
        (Reason.BAD_CONFIGURATION, 0, False, 0.0),
        (Reason.BAD_DATA, 0, False, 0.0),
        (Reason.NON_FINITE, 0, False, 0.0),
        (Reason.DISK_FULL, 0, False, 0.0),
        (Reason.MODEL_DIFFERS, 0, False, 0.0),
    ],
)
def test_only_what_another_attempt_can_mend_is_retried(
    reason: Reason, crashes: int, retry: bool, delay_s: float
) -> None:
    decision = decide(reason, Failures(crashes=crashes), POLICY)
    assert (decision.retry, decision.delay_s) == (retry, delay_s)
    if retry:
        assert decision.failures.crashes == crashes + 1


@pytest.mark.parametrize(
    ("batch_size", "splits", "retry", "next_splits"),
    [(16, 1, True, 2), (16, 8, True, 16), (16, 16, False, 1), (1, 1, False, 1), (3, 1, True, 2), (3, 2, False, 1)],
)
def test_out_of_memory_halves_the_micro_batch_until_it_is_one_example(
    batch_size: int, splits: int, retry: bool, next_splits: int
) -> None:
    decision = decide(Reason.OUT_OF_MEMORY, Failures(splits_of_batch=splits), POLICY, batch_size=batch_size)
    assert decision.retry is retry
    assert decision.failures.splits_of_batch == next_splits
    assert decision.message


def test_out_of_memory_does_not_use_up_the_retries_of_crashes() -> None:
    after_memory = decide(Reason.OUT_OF_MEMORY, Failures(crashes=1), POLICY, batch_size=8).failures
    assert decide(Reason.CRASH, after_memory, POLICY, batch_size=8).failures == Failures(crashes=2, splits_of_batch=2)
