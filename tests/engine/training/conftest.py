"""A model of a few weights, and jobs that train it in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.datasets.store import Dataset
from engine.training.buckets import shuffled_batches
from engine.training.config import TrainingConfig
from engine.training.watch import Tick
from tests.engine.jobs import MakeJob, job_maker


class Line:
    """Learns a line from 24 points, with dropout, so that the random state matters."""

    def __init__(self, *, rising: bool = True) -> None:
        torch.manual_seed(1)
        self.model: nn.Module = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.2), nn.Linear(8, 1))
        self.inputs = torch.randn(24, 3)
        self.outputs = self.inputs.sum(dim=1, keepdim=True)
        self.rising = rising
        self.evaluations = 0

    def batches(self, epoch: int) -> list[list[int]]:
        return shuffled_batches([1] * 24, 4, seed=5, epoch=epoch)

    def longest_batch(self) -> list[int]:
        return [0, 1, 2, 3]

    def collate(self, indices: Sequence[int], epoch: int) -> dict[str, Tensor]:
        chosen = torch.tensor(indices)
        return {"inputs": self.inputs[chosen], "outputs": self.outputs[chosen]}

    def weight(self, batch: dict[str, Tensor]) -> float:
        return float(len(batch["inputs"]))

    def loss_sum(self, batch: dict[str, Tensor]) -> Tensor:
        return (self.model(batch["inputs"]) - batch["outputs"]).square().sum()

    def evaluate(self, tick: Tick) -> dict[str, float]:
        self.evaluations += 1
        for done in range(1, 4):
            tick(done, 3)
        error = float((self.model(self.inputs) - self.outputs).square().mean())
        return {"score": -error if self.rising else error, "loss": error}


@pytest.fixture
def make_job(tmp_path: Path, no_pulse: None) -> MakeJob:
    defaults = {"epochs": 3, "batch_size": 4, "learning_rate": 0.05}
    dataset = Dataset(tmp_path, None)  # type: ignore[arg-type]
    return job_maker(tmp_path, TrainingConfig, defaults, dataset=dataset, headline="score")


@pytest.fixture
def line() -> type[Line]:
    return Line
