"""The advisor raises each signal once, and goes on after a resume as if nothing had happened."""

import itertools
import json
import math
import random
import statistics

import pytest

from engine.advisor.advisor import Advisor, Signal
from engine.advisor.losses import WINDOW_STEPS, LossWindow
from engine.runs.spec import Target


def advisor(**changes: object) -> Advisor:
    settings = {"headline": "f1", "mode": "max", "targets": [Target("f1", at_least=0.8)], "patience": 0, **changes}
    return Advisor(**settings)  # type: ignore[arg-type]


def watch(advisor: Advisor, scores: list[float], losses: list[float | None] | None = None) -> list[tuple[str, int]]:
    """Kinds of the signals, with the number of the evaluation that raised them."""
    raised: list[tuple[str, int]] = []
    for number, (score, loss) in enumerate(itertools.zip_longest(scores, losses or [])):
        signals = advisor.observe(number, {"f1": score}, train_loss=loss)
        raised += [(signal.kind, number) for signal in signals]
    return raised


def test_a_target_is_reached_once() -> None:
    assert watch(advisor(), [0.7, 0.9, 0.7, 0.95]) == [("target_reached", 1)]


def test_a_plateau_is_raised_again_after_a_new_gain() -> None:
    scores = [0.1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.7, 0.7, 0.7, 0.7]
    assert watch(advisor(), scores) == [("plateau", 4), ("plateau", 9)]


def test_patience_is_exhausted_once_and_not_before_its_time() -> None:
    assert watch(advisor(patience=2), [0.5, 0.4, 0.4, 0.4]) == [("patience_exhausted", 2)]
    assert watch(advisor(patience=2, mode="min"), [0.5, 0.4, 0.3, 0.2]) == []


def test_the_callers_own_count_of_evaluations_without_a_gain_goes_before() -> None:
    watched = advisor(patience=1)
    assert watched.observe(0, {"f1": 0.5}, train_loss=None, without_gain=0) == []
    assert watched.observe(1, {"f1": 0.5}, train_loss=1.0, without_gain=0) == []
    (signal,) = watched.observe(2, {"f1": 0.5}, train_loss=1.0, without_gain=1)
    assert signal.kind == "patience_exhausted"


def test_overfitting_is_seen_in_the_headline_when_there_is_no_validation_loss() -> None:
    raised = watch(advisor(), [0.5, 0.7, 0.6, 0.5, 0.4], [None, 4.0, 3.0, 2.0, 1.0])
    assert ("overfitting", 4) in raised


def test_overfitting_is_seen_in_the_validation_loss_first() -> None:
    watched = advisor()
    raised: list[Signal] = []
    for number, validation_loss in enumerate([2.0, 1.0, 1.1, 1.2, 1.3]):
        values = {"f1": 0.1 * number, "loss": validation_loss}
        raised += watched.observe(number, values, train_loss=4.0 - number if number else None)
    assert [(signal.kind, signal.metric) for signal in raised] == [("overfitting", "loss")]


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_diverges_once(loss: float) -> None:
    watched = advisor()
    (signal,) = watched.observe_loss(7, loss)
    assert (signal.kind, signal.metric) == ("diverged", "loss")
    assert "(step 7)" in signal.message
    assert watched.observe_loss(8, loss) == []
    assert watched.seen == {"diverged"}


def test_an_evaluation_that_gives_no_number_diverges() -> None:
    (signal,) = advisor().observe(3, {"f1": math.nan}, train_loss=None)
    assert (signal.kind, signal.metric) == ("diverged", "f1")


def losses_of_a_training(steps: int) -> list[float]:
    noise = random.Random(0)
    return [2.0 * math.exp(-step / 100) * noise.lognormvariate(0, 0.5) + 0.01 for step in range(steps)]


def test_a_noisy_training_with_single_bad_batches_does_not_diverge() -> None:
    losses = losses_of_a_training(1000)
    losses[200::50] = [100.0] * len(losses[200::50])
    watched = advisor()
    assert not any(watched.observe_loss(step, loss) for step, loss in enumerate(losses))


def test_a_loss_that_explodes_is_seen_within_a_few_steps() -> None:
    watched = advisor()
    raised = {
        step: signals
        for step, loss in enumerate([*losses_of_a_training(300), *(5.0 * 2**step for step in range(20))])
        if (signals := watched.observe_loss(step, loss))
    }
    assert list(raised) == [304]


def test_the_median_is_that_of_the_last_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    medians: list[float] = []
    monkeypatch.setattr("engine.advisor.losses.exploded", lambda recent, *, median, start: medians.append(median))
    window, losses = LossWindow(), losses_of_a_training(400)
    for loss in losses:
        window.add(loss)
    assert medians[-1] == statistics.median(losses[-5 - WINDOW_STEPS : -5])


def test_resumed_from_its_state_it_raises_what_it_would_have_raised() -> None:
    steps = [*losses_of_a_training(60), *[1e6] * 10]
    scores = [0.1, 0.5, 0.7, 0.6, 0.5, 0.4, 0.9]

    def play(stop_at: int | None) -> list[Signal]:
        watched, raised = advisor(patience=3), []
        for step, loss in enumerate(steps):
            if step == stop_at:
                state = json.loads(json.dumps(watched.state()))
                watched = advisor(patience=3)
                watched.load(state)
            raised += watched.observe_loss(step, loss)
            if step % 10 == 9:
                values = {"f1": scores[step // 10]}
                raised += watched.observe(step, values, train_loss=1.0 - step / 100)
        return raised

    uninterrupted = play(None)
    assert {signal.kind for signal in uninterrupted} == {
        "target_reached",
        "plateau",
        "overfitting",
        "diverged",
        "patience_exhausted",
    }
    assert all(play(step) == uninterrupted for step in range(1, len(steps)))
