"""The parts of the loop: batches, schedule, optimizer, states, causes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engine.errors import NonFiniteError
from engine.training.buckets import length_buckets, longest_batch, shuffled_batches
from engine.training.config import TrainingConfig
from engine.training.optimizer import clip_gradients, make_optimizer
from engine.training.outcome import likely_cause
from engine.training.position import Position
from engine.training.reading import StepReading
from engine.training.schedule import learning_rate_factor
from engine.training.state import load_trainable, require_finite, trainable_state

LENGTHS = st.lists(st.integers(1, 90), max_size=150)


@given(LENGTHS, st.integers(1, 20), st.integers(0, 3))
def test_batches_hold_every_example_once_and_are_the_same_each_time(
    lengths: list[int], size: int, epoch: int
) -> None:
    for make in (length_buckets, shuffled_batches):
        batches = make(lengths, size, seed=3, epoch=epoch)
        assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
        assert all(0 < len(batch) <= size for batch in batches)
        assert batches == make(lengths, size, seed=3, epoch=epoch)


def test_buckets_spare_padding_and_put_the_longest_batch_first() -> None:
    lengths = torch.randint(5, 200, (2000,), generator=torch.Generator().manual_seed(0)).tolist()

    def padded(batches: list[list[int]]) -> int:
        return sum(len(batch) * max(lengths[index] for index in batch) for batch in batches)

    buckets = length_buckets(lengths, 16, seed=1, epoch=0)
    assert padded(buckets) < 1.1 * sum(lengths)
    assert padded(shuffled_batches(lengths, 16, seed=1, epoch=0)) > 1.5 * sum(lengths)
    assert max(lengths) in {lengths[index] for index in buckets[0]}
    assert [lengths[index] for index in longest_batch(lengths, 4)] == sorted(lengths, reverse=True)[:4]


def test_epochs_have_different_orders() -> None:
    assert length_buckets([1] * 40, 4, seed=1, epoch=0) != length_buckets([1] * 40, 4, seed=1, epoch=1)


@pytest.mark.parametrize(
    ("schedule", "middle", "end"), [("linear", 0.5, 0.01), ("cosine", 0.5, 0.001), ("constant", 1.0, 1.0)]
)
def test_the_rate_rises_in_the_warm_up_and_falls_as_named(schedule: str, middle: float, end: float) -> None:
    factors = [learning_rate_factor(step, 220, warmup_ratio=20 / 220, schedule=schedule) for step in range(220)]
    assert factors[:20] == sorted(factors[:20])
    assert 0 < factors[0] < 0.1
    assert factors[20] == 1
    assert factors[120] == pytest.approx(middle)
    assert factors[-1] == pytest.approx(end, abs=0.01)


def test_on_a_plateau_the_rate_is_what_plateaus_left_of_it() -> None:
    rise = learning_rate_factor(0, 100, warmup_ratio=0.1, schedule="plateau", plateaus=0.25)
    assert rise == pytest.approx(1 / 11)
    assert {
        learning_rate_factor(step, 100, warmup_ratio=0.1, schedule="plateau", plateaus=0.25) for step in (10, 99)
    } == {0.25}


def test_a_plateau_is_as_many_evaluations_without_a_gain_as_the_patience_and_then_counts_anew() -> None:
    position = Position()
    for gain in (False, False, True, False, False, False, False, False, False, False):
        if gain:
            position.count_gain()
        else:
            position.count_no_gain(3)
    assert (position.plateaus, position.on_plateau, position.without_gain) == (2, 1, 7)


@pytest.mark.parametrize("max_norm", [0.5, 1000.0])
def test_clipping_is_torchs(max_norm: float) -> None:
    ours, theirs = [[nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(2, 2))] for _ in range(2)]
    for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        one.grad = torch.full_like(one, 3.0 + at)
        other.grad = one.grad.clone()
    assert clip_gradients(ours, max_norm) == nn.utils.clip_grad_norm_(theirs, max_norm)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one.grad, other.grad)  # type: ignore[arg-type]


def test_biases_and_norms_are_not_decayed_and_frozen_weights_are_not_trained() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3), nn.Linear(3, 1))
    model[2].requires_grad_(False)
    optimizer = make_optimizer(model, TrainingConfig(weight_decay=0.3), lambda name: 1.0)
    decays = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert decays == {
        id(model[0].weight): 0.3,
        id(model[0].bias): 0.0,
        id(model[1].weight): 0.0,
        id(model[1].bias): 0.0,
    }


def test_a_state_holds_trained_weights_and_buffers_alone_and_comes_back() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    model[0].weight.requires_grad_(False)
    state = trainable_state(model)
    assert set(state) == {"0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"}
    with torch.no_grad():
        model[0].bias.add_(1)
    assert not torch.equal(state["0.bias"], model[0].bias)
    load_trainable(model, state)
    assert torch.equal(state["0.bias"], model[0].bias)


def test_weights_that_are_not_finite_are_named() -> None:
    model = nn.Linear(2, 2)
    require_finite(model)
    with torch.no_grad():
        model.bias[0] = torch.nan
    with pytest.raises(NonFiniteError, match="bias"):
        require_finite(model)


def test_a_reading_gives_the_numbers_of_its_step() -> None:
    reading = StepReading(7, 0.5, 0.01, torch.tensor(2.0), torch.tensor(3.0))
    assert reading.read() == {"loss": 2.0, "learning_rate": 0.01, "grad_norm": 3.0}
    assert StepReading(7, 0.5, 0.01, torch.tensor(2.0), None).read() == {"loss": 2.0, "learning_rate": 0.01}


@pytest.mark.parametrize(
    ("losses", "steps", "words"),
    [
        ([1.0, 0.2], 5, "only 5 steps"),
        ([1.0], 100, "one epoch"),
        ([1.0, 1.1, 1.0], 100, "did not fall"),
        ([1.0, float("nan"), 0.3], 100, "does not carry over"),
    ],
)
def test_the_likely_cause_follows_from_the_training_loss(losses: list[float], steps: int, words: str) -> None:
    assert words in likely_cause(losses, learning_rate=1e-3, steps=steps)
