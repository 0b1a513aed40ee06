"""The loop: resume, stop, the best and the start, early ends, failures."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from engine.errors import NonFiniteError, OutOfMemoryError, StopRequested
from engine.runs.checkpoints import newest_valid
from engine.runs.spec import Target
from engine.tasks.contract import Job, Stop
from engine.training.loop import Loop
from engine.training.snapshot import read_snapshot
from engine.training.trainable import FitResult, Phase
from tests.engine.interruptions import Killed, after, events, kill
from tests.engine.jobs import MakeJob

PHASE = Phase("training", 3)


def validation(job: Job) -> dict[int, float]:
    return {e["step"]: e["values"]["score"] for e in events(job, "metrics") if e.get("split") == "validation"}


def fit(job: Job, trainable: Any, *, resume: bool = False, **options: Any) -> tuple[FitResult, dict[str, bytes]]:
    checkpoint = newest_valid(job.paths.checkpoints) if resume else None
    result = Loop(job, trainable, PHASE, **options).fit(checkpoint.path if checkpoint else None)
    return result, {name: weight.numpy().tobytes() for name, weight in trainable.model.state_dict().items()}


@pytest.mark.slow
@pytest.mark.parametrize("accumulation", [1, 4])
def test_killed_anywhere_and_resumed_it_ends_with_the_same_weights_and_scores(
    make_job: MakeJob, line: type, accumulation: int
) -> None:
    settings = {"gradient_accumulation": accumulation, "splits_of_batch": 2, "patience": 2, "checkpoint_every_s": 0.0}
    whole = make_job("whole", **settings)
    result, weights = fit(whole, line())
    calls = 0

    def count() -> Stop:
        nonlocal calls
        calls += 1
        return Stop.NO

    fit(make_job(should_stop=count, **settings), line())
    for at in (1, 11, 16, calls - 2) if accumulation == 1 else (1, 5, calls - 2):
        cut = make_job(f"cut-{at}", should_stop=after(at, kill), **settings)
        with pytest.raises(Killed):
            fit(cut, line())
        resumed = make_job(f"cut-{at}", **settings)
        assert fit(resumed, line(), resume=True) == (result, weights)
        assert validation(cut) == validation(whole)


def unsteady(line: type) -> Any:
    """A line whose evaluations gain in the first and the sixth alone: it meets plateaus."""

    class Unsteady(line):  # type: ignore[misc]
        scores = (0.1, 0.4, 0.3, 0.3, 0.2, 0.2, 0.5, 0.4, 0.4, 0.4)

        def evaluate(self, tick: Any) -> dict[str, float]:
            super().evaluate(tick)
            return {"score": self.scores[min(self.evaluations, len(self.scores)) - 1]}

    return Unsteady()


def test_the_learning_rate_falls_on_each_plateau(make_job: MakeJob, line: type) -> None:
    job = make_job(schedule="plateau", plateau_patience=2, warmup_ratio=0.0, learning_rate=0.04, epochs=9)
    Loop(job, unsteady(line), Phase("training", 9)).fit()
    rates = {
        (event["step"] - 1) // 6: event["values"]["learning_rate"]
        for event in events(job, "metrics")
        if event.get("split", "train") == "train"
    }
    assert list(rates.values()) == pytest.approx([0.04, 0.04, 0.04, 0.02, 0.02, 0.01, 0.01, 0.01, 0.005])


@pytest.mark.slow
def test_killed_anywhere_on_a_plateau_and_resumed_it_ends_with_the_same_weights(
    make_job: MakeJob, line: type
) -> None:
    settings = {"schedule": "plateau", "plateau_patience": 2, "epochs": 9, "checkpoint_every_s": 0.0}
    phase = Phase("training", 9)

    def fit_all(job: Job, evaluations: int = 0) -> tuple[FitResult, dict[str, bytes]]:
        trainable = unsteady(line)
        trainable.evaluations = evaluations
        found = newest_valid(job.paths.checkpoints) if evaluations else None
        result = Loop(job, trainable, phase).fit(found.path if found else None)
        return result, {name: weight.numpy().tobytes() for name, weight in trainable.model.state_dict().items()}

    whole = make_job("whole", **settings)
    expected = fit_all(whole)
    for at in (20, 33, 47, 60, 75):
        cut = make_job(f"cut-{at}", should_stop=after(at, kill), **settings)
        with pytest.raises(Killed):
            fit_all(cut)
        # An evaluation is three questions and an epoch six; the script goes on where the checkpoint stands.
        told = len(read_snapshot(newest_valid(cut.paths.checkpoints).path).position.epoch_losses)  # type: ignore[union-attr]
        assert fit_all(make_job(f"cut-{at}", **settings), evaluations=told + 1) == expected


@pytest.mark.slow
def test_stopped_now_anywhere_and_resumed_it_ends_with_the_same_weights(make_job: MakeJob, line: type) -> None:
    settings = {"gradient_accumulation": 3, "splits_of_batch": 2}
    expected = fit(make_job("whole", **settings), line())
    for at in range(12):
        job = make_job(f"stopped-{at}", should_stop=after(at, lambda: Stop.NOW), **settings)
        with pytest.raises(StopRequested):
            fit(job, line())
        assert newest_valid(job.paths.checkpoints) is not None
        assert fit(make_job(f"stopped-{at}", **settings), line(), resume=True) == expected


def test_stop_now_does_not_wait_for_the_other_micro_batches_of_a_step(make_job: MakeJob, line: type) -> None:
    seen = []

    class Counting(line):  # type: ignore[misc]
        def loss_sum(self, batch: Any) -> Any:
            seen.append(len(batch["inputs"]))
            return super().loss_sum(batch)

    # Three calls in the first evaluation, one before the step, one after its first micro-batch.
    job = make_job(gradient_accumulation=6, should_stop=after(4, lambda: Stop.NOW))
    with pytest.raises(StopRequested):
        fit(job, Counting())
    assert seen == [4]


@pytest.mark.parametrize("calls", [2, 5, 8, 11, 14])
def test_stop_now_is_heard_inside_a_long_pass_and_the_step_is_repeated_after_a_resume(
    make_job: MakeJob, line: type, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = fit(make_job("whole"), line())
    monkeypatch.setattr("engine.training.pulse.PULSE_EVERY_S", 0.0)
    job = make_job("stopped", should_stop=after(calls, lambda: Stop.NOW))
    with pytest.raises(StopRequested):
        fit(job, line())
    monkeypatch.setattr("engine.training.pulse.PULSE_EVERY_S", math.inf)
    assert fit(make_job("stopped"), line(), resume=True) == expected


def test_a_long_pass_tells_its_progress(make_job: MakeJob, line: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.pulse.PULSE_EVERY_S", 0.0)
    monkeypatch.setattr("engine.training.progress.PROGRESS_EVERY_S", 0.0)
    job = make_job(max_steps=1)
    fit(job, line())
    inside = [event for event in events(job, "progress") if event["phase"] == "training" and event["step"] == 0]
    assert len(inside) >= 4  # two layers forward, four weights backward


def test_no_hook_stays_on_the_model(make_job: MakeJob, line: type) -> None:
    trainable = line()
    fit(make_job(max_steps=1), trainable)
    assert not any(module._forward_pre_hooks for module in trainable.model.modules())
    assert not any(parameter._post_accumulate_grad_hooks for parameter in trainable.model.parameters())


def test_stop_after_a_step_evaluates_and_hands_over_the_best_so_far(make_job: MakeJob, line: type) -> None:
    job = make_job(should_stop=after(6, lambda: Stop.AFTER_STEP))
    result, _ = fit(job, line())
    assert result.stopped
    assert result.steps == 3
    assert list(validation(job)) == [0, 3]


def test_a_stop_asked_for_during_an_evaluation_takes_effect_before_the_next_step(
    make_job: MakeJob, line: type
) -> None:
    job = make_job(should_stop=after(1, lambda: Stop.AFTER_STEP))
    result, _ = fit(job, line())
    assert (result.stopped, result.steps) == (True, 0)


def test_an_epoch_that_was_trained_but_not_evaluated_is_evaluated_after_a_resume(
    make_job: MakeJob, line: type
) -> None:
    # Three calls in the first evaluation and six steps, then the evaluation of the first epoch begins.
    job = make_job("run", checkpoint_every_s=0.0, should_stop=after(9, kill))
    with pytest.raises(Killed):
        fit(job, line())
    assert list(validation(job)) == [0]
    fit(make_job("run"), line(), resume=True)
    assert list(validation(job)) == [0, 6, 12, 18]


def test_the_model_holds_the_best_weights_at_the_end(make_job: MakeJob, line: type) -> None:
    class Worsening(line):  # type: ignore[misc]
        def evaluate(self, tick: Any) -> dict[str, float]:
            super().evaluate(tick)
            if self.evaluations == 2:
                self.best = {name: weight.clone() for name, weight in self.model.state_dict().items()}
            return {"score": [0.1, 0.9, 0.5, 0.3][self.evaluations - 1]}

    trainable = Worsening()
    result, _ = fit(make_job(), trainable)
    assert (result.best_step, result.best_score, result.start_score, result.steps) == (6, 0.9, 0.1, 18)
    assert all(torch.equal(weight, trainable.best[name]) for name, weight in trainable.model.state_dict().items())


def test_where_nothing_is_held_out_the_last_weights_stay_and_no_validation_is_told(
    make_job: MakeJob, line: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "evaluate", lambda self, tick: {})
    job = make_job(patience=1, checkpoint_every_s=0.0)
    trainable = line()
    result, weights = fit(job, trainable)
    assert (result.best_step, result.best_score, result.start_score) == (result.steps, None, None)
    assert not validation(job) and not events(job, "signal")
    cut = make_job("cut", patience=1, checkpoint_every_s=0.0, should_stop=after(11, kill))
    with pytest.raises(Killed):
        fit(cut, line())
    assert fit(make_job("cut", patience=1), line(), resume=True) == (result, weights)


def test_a_lower_score_is_better_where_the_mode_is_min(make_job: MakeJob, line: type) -> None:
    result, _ = fit(make_job(), line(rising=False), mode="min")
    assert result.best_score is not None and result.start_score is not None
    assert result.best_score < result.start_score


def test_between_equal_scores_the_lower_loss_wins(make_job: MakeJob, line: type) -> None:
    class Silent(line):  # type: ignore[misc]
        def evaluate(self, tick: Any) -> dict[str, float]:
            return {**super().evaluate(tick), "score": 0.0}

    result, _ = fit(make_job(), Silent())
    assert result.best_step > 0


def test_a_start_that_was_not_beaten_is_kept_and_the_cause_named(make_job: MakeJob, line: type) -> None:
    class Misled(line):  # type: ignore[misc]
        def evaluate(self, tick: Any) -> dict[str, float]:
            super().evaluate(tick)
            return {"score": -float(self.evaluations)}

    trainable = Misled()
    before = {name: weight.clone() for name, weight in trainable.model.state_dict().items()}
    job = make_job(epochs=8)
    Loop(job, trainable, Phase("training", 8)).fit()
    assert all(torch.equal(weight, before[name]) for name, weight in trainable.model.state_dict().items())
    [signal] = [signal for signal in events(job, "signal") if signal["kind"] == "kept_start"]
    assert "the training loss fell" in signal["message"]


def test_patience_counts_evaluations_without_a_gain(make_job: MakeJob, line: type) -> None:
    class Flat(line):  # type: ignore[misc]
        def evaluate(self, tick: Any) -> dict[str, float]:
            super().evaluate(tick)
            return {"score": 0.5 if self.evaluations < 3 else 0.6 - 0.1 * self.evaluations}

    trainable = Flat()
    Loop(make_job(epochs=9, patience=2), trainable, Phase("training", 9)).fit()
    assert trainable.evaluations == 3


def test_a_reached_target_ends_the_training_where_the_profile_asks_for_it(make_job: MakeJob, line: type) -> None:
    trainable = line()
    job = make_job(targets=(Target("score", at_least=-100.0),), early_stop_on=("target_reached",))
    result, _ = fit(job, trainable)
    assert (trainable.evaluations, result.steps) == (1, 0)


def test_a_loss_that_is_not_finite_ends_the_run_before_a_checkpoint_holds_it(make_job: MakeJob, line: type) -> None:
    class Exploding(line):  # type: ignore[misc]
        def loss_sum(self, batch: Any) -> Any:
            return super().loss_sum(batch) * torch.inf

    job = make_job(checkpoint_every_s=0.0)
    with pytest.raises(NonFiniteError, match="loss became inf"):
        fit(job, Exploding())
    assert [signal["kind"] for signal in events(job, "signal")] == ["diverged"]
    newest = newest_valid(job.paths.checkpoints)
    assert newest is not None and newest.step == 0


@pytest.mark.parametrize(
    "problem",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
        MemoryError(),
    ],
)
def test_every_form_of_a_lack_of_memory_is_ours(make_job: MakeJob, line: type, problem: Exception) -> None:
    class Greedy(line):  # type: ignore[misc]
        def loss_sum(self, batch: Any) -> Any:
            raise problem

    with pytest.raises(OutOfMemoryError):
        fit(make_job(), Greedy())


def test_another_failure_is_not_taken_for_a_lack_of_memory(make_job: MakeJob, line: type) -> None:
    class Broken(line):  # type: ignore[misc]
        def loss_sum(self, batch: Any) -> Any:
            raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        fit(make_job(), Broken())


def test_steps_count_over_phases_and_every_step_is_reported_once(make_job: MakeJob, line: type) -> None:
    job = make_job(epochs=1)
    Loop(job, line(), Phase("second", 1, index=1, step_offset=100, steps_total=120)).fit()
    steps = [event["step"] for event in events(job, "metrics") if event.get("split", "train") == "train"]
    assert steps == list(range(101, 107))
    last = events(job, "progress")[-1]
    assert (last["step"], last["steps"], last["phase"]) == (106, 120, "second")


def test_the_learning_rate_follows_the_schedule_and_the_factor_of_a_group(make_job: MakeJob, line: type) -> None:
    job = make_job(epochs=1, warmup_ratio=0.0, learning_rate=0.06)
    loop = Loop(job, line(), Phase("training", 1), rate_factor=lambda name: 10.0 if name.startswith("2.") else 1.0)
    loop.fit()
    rates = [
        event["values"]["learning_rate"] for event in events(job, "metrics") if event.get("split", "train") == "train"
    ]
    assert rates == pytest.approx([0.06, 0.05, 0.04, 0.03, 0.02, 0.01])
    assert sorted({group["lr"] for group in loop.optimizer.param_groups}) == pytest.approx([0.01, 0.1])
