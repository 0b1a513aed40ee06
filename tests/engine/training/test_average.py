"""The running mean of the weights."""

from __future__ import annotations

import torch
from torch import nn

from engine.training.average import WeightAverage


def test_the_mean_follows_the_weights_and_forgets_faster_at_first() -> None:
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average = WeightAverage(model, decay=0.9, ramp=10)
    nn.init.ones_(model.weight)
    average.update(model, 1)
    early = float(average.state["weight"])
    average.update(model, 1000)
    late = float(average.state["weight"]) - early
    assert early > 0.9
    assert late == (1 - early) * (1 - 0.9) or abs(late - (1 - early) * 0.1) < 1e-6


def test_inside_the_model_holds_the_mean_and_afterwards_its_own_weights() -> None:
    model = nn.BatchNorm1d(2)
    average = WeightAverage(model, decay=0.5, ramp=1)
    with torch.no_grad():
        model.weight.fill_(3.0)
        model.num_batches_tracked.fill_(7)
    average.update(model, 100)
    with average.inside(model):
        assert model.weight.tolist() == [2.0, 2.0]
        assert int(model.num_batches_tracked) == 7
    assert model.weight.tolist() == [3.0, 3.0]
